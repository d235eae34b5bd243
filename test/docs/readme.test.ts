import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf, Clone } from '../support/clone.ts';

let clone: Clone;
beforeAll(async () => {
  clone = await Clone.make();
}, 300_000);
afterAll(() => clone[Symbol.asyncDispose]());

test('the commands of README.md work one after the other', async () => {
  const outputs: string[] = [];
  let proxyUrl = '';
  for (const block of blocksOf('README.md', 'sh')) {
    const begins = /^(?:npm ci && )?npm start(?: -- (.*))?$/m.exec(block);
    if (begins) {
      const ready = await clone.start((begins[1] ?? '').split(' ').filter((flag) => flag !== ''));
      proxyUrl = /http_proxy=(\S+)/.exec(ready)?.[1] ?? '';
      continue;
    }
    expect(block).toContain('kubectl');
    const script = block.replaceAll('http://127.0.0.1:6480', proxyUrl);
    const { status, stdout, stderr } = clone.script(script);
    expect([status, stderr], script).toEqual([0, '']);
    outputs.push(stdout);
  }
  const [pods = '', service = '', fixtures = ''] = outputs;
  expect(pods).toMatch(/^test-\S+ +1\/1 +Running +0 +\S+ +10\.244\.[12]\.\d+ +node0[12] /m);
  expect(service).toMatch(/^Endpoints: +(10\.244\.\d+\.\d+:80,?){3}$/m);
  expect(service).toContain('<title>Welcome to nginx!</title>');
  expect(fixtures).toMatch(/^node\/node03 /m);
  expect(fixtures.trim().split('\n').at(-1)).toMatch(/^nginx-deployment +3\/3 /);
});

test('the program in README.md compiles against the types of the package, and runs', () => {
  const programs = blocksOf('README.md', 'ts');
  expect(programs).toHaveLength(1);
  expect(clone.compile(programs[0] ?? '')).toBe('');
  expect(clone.execute()).toBe('3 of 3 replicas are ready\n');
});

test('the table of flags is what --help says', () => {
  const help = clone.run('start', '--help').replaceAll(/\n {10,}/g, ' ');
  const inHelp = [...help.matchAll(/^ {2}(--\S+(?: <[^>]+>)?) .*$/gm)].map(([line, flag]) => {
    const byDefault = /default: \[?"?([^",)\]]+)/.exec(line)?.[1] ?? '';
    return `${flag} ${byDefault}`.trim();
  });
  const inTable = [...readFileSync('README.md', 'utf8').matchAll(/^\| `(--[^`]+)` \|.*\| (?:`([^`]*)`)? ?\|$/gm)].map(
    ([, flag, byDefault = '']) => `${flag} ${byDefault}`.trim(),
  );
  expect(inTable).toEqual(inHelp);
});
