import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf, Clone } from '../support/clone.ts';

const DOCUMENT = 'docs/pod-network.md';

let clone: Clone;
beforeAll(async () => {
  clone = await Clone.make();
}, 300_000);
afterAll(() => clone[Symbol.asyncDispose]());

test('the commands that make an Ingress work', async () => {
  const [begin = '', ask = ''] = blocksOf(DOCUMENT, 'sh');
  const flags = /^npm start -- (.*)$/m.exec(begin)?.[1] ?? '';
  const ready = await clone.start(flags.replace('--ingress-port 8080', '--ingress-port 0').split(' '));
  const url = /^ {2}Ingresses .* (http:\S+)$/m.exec(ready)?.[1] ?? '';
  const { status, stdout, stderr } = clone.script(ask.replace('http://127.0.0.1:8080', url));
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('ingress.networking.k8s.io/shop created\n');
  expect(stdout).toContain('<title>Welcome to nginx!</title>');
});

test('the program whose function answers for pods compiles against the types of the package, and runs', () => {
  const programs = blocksOf(DOCUMENT, 'ts');
  expect(programs).toHaveLength(1);
  expect(clone.compile(programs[0] ?? '')).toBe('');
  expect(clone.execute()).toBe('{"pod":"api","port":8080,"pathname":"/orders"}\n');
});
