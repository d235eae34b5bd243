import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/base/clock.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';
import { Checker } from './check.ts';
import { type InProcess, startInProcess } from './in-process.ts';
import { collectionPath, KINDS } from './kinds.ts';
import type { WireRequest } from './request.ts';
import { fuzz } from './run.ts';

const RUNS = 400;
const HEADERS = { 'content-type': 'application/json' };

describe('requests made up at random', () => {
  test('meet no fault, and change nothing where they are refused or a dry run', async () => {
    const { codes, counterexample } = await fuzz({ seed: 1, runs: RUNS, clock: systemClock() });
    expect(counterexample).toBeUndefined();
    expect([...codes.values()].reduce((sum, count) => sum + count, 0)).toBe(RUNS);
  });

  test('are taken as often as they are refused, or nothing behind the rules would be tried', async () => {
    const { codes } = await fuzz({ seed: 2, runs: RUNS, clock: systemClock() });
    const taken = (codes.get(200) ?? 0) + (codes.get(201) ?? 0);
    expect(taken).toBeGreaterThan(RUNS / 5);
    expect(taken).toBeLessThan((RUNS * 4) / 5);
  });

  test('are about every kind that can be created', () => {
    const creatable = builtInTypes().groups.flatMap(({ versions }) =>
      versions.flatMap(({ resources }) => resources.filter(({ verbs }) => verbs.includes('create'))),
    );
    expect(KINDS.map(({ info }) => info.kind).sort()).toEqual(creatable.map(({ kind }) => kind).sort());
  });
});

describe('a server that', () => {
  let cluster: InProcess | undefined;
  afterEach(() => cluster?.close());

  /** What the checker says of a server which treats requests as `change` has it. */
  async function verdict(wire: WireRequest, change: (wire: WireRequest) => WireRequest): Promise<unknown> {
    const own = await startInProcess();
    cluster = own;
    const checker = new Checker({ ...own, send: (one) => own.send(change(one)) }, systemClock());
    return checker.check(wire);
  }

  const kind = KINDS.find(({ id }) => id === '/v1/configmaps');
  const path = kind ? collectionPath(kind) : '';

  test('keeps the object of a dry run is found out', async () => {
    const body = JSON.stringify({ metadata: { name: 'a' } });
    const wire = { method: 'POST', url: `${path}?dryRun=All`, headers: HEADERS, body };
    await expect(verdict(wire, (one) => ({ ...one, url: path }))).rejects.toThrow('configmaps/fuzz/a');
  });

  test('changes an object on a read is found out', async () => {
    const wire = { method: 'GET', url: `${path}/fuzz`, headers: {}, body: undefined };
    const body = JSON.stringify({ metadata: { labels: { changed: 'true' } } });
    const headers = { 'content-type': 'application/merge-patch+json' };
    await expect(verdict(wire, (one) => ({ ...one, method: 'PATCH', headers, body }))).rejects.toThrow(
      'configmaps/fuzz/fuzz is another than before',
    );
  });
});
