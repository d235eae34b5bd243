import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { blocksOf, Clone } from '../support/clone.ts';

const DOCUMENT = 'docs/faults.md';
const PAGE = readFileSync(DOCUMENT, 'utf8');

describe('the rules of docs/faults.md', () => {
  let cluster: RunningCluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 1, logLevel: 'error' });
  });
  afterAll(() => cluster.stop());

  test.each(blocksOf(DOCUMENT, 'json'))('are rules: %s', (block) => {
    const given: unknown = JSON.parse(block);
    const rules = Array.isArray(given) ? given : [given];
    for (const rule of rules) cluster.faults.add(rule);
    expect(cluster.faults.list().map((report) => report.rule)).toEqual(rules);
    cluster.faults.clear();
  });

  const fieldsIn = (heading: string): string[] => {
    const section = PAGE.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    return [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name);
  };

  /** What the API says that it may be. */
  const known = (rule: object): string[] => {
    try {
      cluster.faults.add(rule);
    } catch (error) {
      return /: it may be one of (.*)$/.exec((error as Error).message)?.[1]?.split(', ') ?? [];
    }
    throw new Error('it was taken for a rule');
  };

  test.each([
    ['Rules', { qqqqqqqqqq: 1 }],
    ['Which requests', { code: 503, match: { qqqqqqqqqq: 1 } }],
    ['Watches', { watch: { qqqqqqqqqq: 1 } }],
  ])('%s: the page has every field that there is, and no other', (heading, wrong) => {
    expect(fieldsIn(heading).sort()).toEqual(known(wrong).sort());
  });
});

describe('what docs/faults.md shows', () => {
  let clone: Clone;
  beforeAll(async () => {
    clone = await Clone.make();
  }, 300_000);
  afterAll(() => clone[Symbol.asyncDispose]());

  test('the commands do what it says', async () => {
    await clone.start([]);
    const [commands = ''] = blocksOf(DOCUMENT, 'sh');
    // As `npx` finds it.
    const { status, stdout, stderr } = clone.script(commands.replace(/^fauxkube /gm, 'node dist/cli.js '));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('busy spent, 2 of 2: ');
    expect(stdout).toContain('all faults removed\n');
  });

  test('the program compiles against the types of the package, and runs', () => {
    const programs = blocksOf(DOCUMENT, 'ts');
    expect(programs).toHaveLength(1);
    expect(clone.compile(programs[0] ?? '')).toBe('');
    expect(clone.execute()).toBe('the server is currently unable to handle the request\n0\n');
  });
});
