import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FaultRule } from '../../server/index.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { type FaultyCluster, faultyCluster } from './support.ts';

const clock = new SimulatedClock();
let shop: FaultyCluster;
beforeAll(async () => {
  shop = await faultyCluster({ clock, nodes: 2 });
});
afterAll(() => shop[Symbol.asyncDispose]());

interface Node {
  readonly metadata: { readonly annotations?: object };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

async function ready(name: string): Promise<string | undefined> {
  const { status } = (await shop.read(`/api/v1/nodes/${name}`)).body as unknown as Node;
  return status.conditions.find(({ type }) => type === 'Ready')?.status;
}

const MINUTE_MS = 60_000;

it('loses a node without writing to it, and has it back', async () => {
  const rule = await shop.fault({ node: 'node01', state: 'lost' });
  await clock.advance(2 * MINUTE_MS);
  await shop.cluster.settle();
  expect([await ready('node01'), await ready('node02')]).toEqual(['Unknown', 'True']);
  const { metadata } = (await shop.read('/api/v1/nodes/node01')).body as unknown as Node;
  expect(JSON.stringify(metadata.annotations ?? {})).not.toContain('fauxkube.dev/behaviour');
  await shop.admin('DELETE', `/-/faults/${rule.id}`);
  await clock.advance(1000);
  await shop.cluster.settle();
  expect(await ready('node01')).toBe('True');
});

it('has it back when the time of the rule is over', async () => {
  await shop.fault({ node: 'node02', state: 'lost', expires: '2m' });
  await clock.advance(2 * MINUTE_MS - 1);
  await shop.cluster.settle();
  expect(await ready('node02')).toBe('Unknown');
  await clock.advance(1000);
  await shop.cluster.settle();
  expect(await ready('node02')).toBe('True');
});

it.each<[FaultRule, off: unknown, before: unknown]>([
  [{ controller: 'deployment', state: 'off' }, { enabled: false }, { enabled: true }],
  [{ controller: 'job', namespace: 'a', state: 'off' }, { namespaces: { a: false } }, {}],
])('switches a controller off as long as it holds: %j', async (rule, off, before) => {
  const state = (): unknown => shop.cluster.controllers().find(({ name }) => name === `${rule.controller}-controller`);
  const was = state();
  expect(was).toMatchObject(before as object);
  const { id } = await shop.fault(rule);
  const other = await shop.fault(rule);
  expect(state()).toMatchObject(off as object);
  await shop.admin('DELETE', `/-/faults/${id}`);
  expect(state()).toMatchObject(off as object);
  await shop.admin('DELETE', `/-/faults/${other.id}`);
  expect(state()).toEqual(was);
});
