import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf, Clone } from '../support/clone.ts';

const DOCUMENT = 'docs/requests.md';

let clone: Clone;
beforeAll(async () => {
  clone = await Clone.make();
  await clone.start(['--nodes', '1']);
}, 300_000);
afterAll(() => clone[Symbol.asyncDispose]());

interface Answer {
  readonly items: readonly { readonly verb: string; readonly objectRef: { readonly name: string } }[];
}

test('its commands answer what it says', () => {
  const [found = '', wait = '', tape = ''] = blocksOf(DOCUMENT, 'sh');
  const outputs = [found, wait, tape].map((script) => {
    const { status, stdout, stderr } = clone.script(script);
    expect([status, stderr]).toEqual([0, '']);
    return stdout.slice(stdout.indexOf('{'));
  });
  const names = (text = ''): string[] => (JSON.parse(text) as Answer).items.map(({ objectRef }) => objectRef.name);
  expect(names(outputs[0])).toEqual(['seen']);
  expect(names(outputs[1])).toEqual(['seen', 'first']);
  const replayed = outputs[2]?.slice(outputs[2].indexOf('{"replayed"')) ?? '';
  expect(JSON.parse(replayed)).toMatchObject({ replayed: 1, differences: [{ expected: 201, code: 409 }] });
});

test('its program compiles against the types of the package, and runs', () => {
  const [program = ''] = blocksOf(DOCUMENT, 'ts');
  expect(clone.compile(program)).toBe('');
  expect(clone.execute()).toBe('settings 201\n');
});
