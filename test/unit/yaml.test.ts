import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../server/pipeline/yaml.ts';
import { golden, outcome } from '../support/golden.ts';

interface Case {
  readonly text: string;
  readonly data?: unknown;
  readonly message?: string;
}

/** Refused as upstream refuses them, but the two parsers notice different things first. */
const OTHER_WORDS = new Set([
  'data:\n  a: ?\n',
  'data:\n  a: ? a\n',
  'data:\n  a: {\n',
  'data:\n  a: [\n',
  'data:\n  : a\n',
  'data:\n  a: b\n   c: d\n',
  'data:\n  a: b\n  - c\n',
  'data:\n  - a\n  b: c\n',
  'data: [a, b]]\n',
]);

/** A real server keeps them as they are. */
const LARGE = ['9007199254740993', '9223372036854775807', '-9223372036854775808'].map((n) => `data:\n  a: ${n}\n`);

describe('YAML', () => {
  const cases = golden<Case>('schema/yaml.json');
  const read = (text: string): unknown => {
    const end = text.endsWith('\n') || text.endsWith('\r') ? '' : '\n';
    const { data } = parseYaml(`${text}${end}metadata: {name: x}\nrevision: 1\n`) as { data: unknown };
    return JSON.parse(JSON.stringify(data ?? null));
  };

  it('means what it means to the real server, or is refused with its words', () => {
    const same = cases.filter(({ text }) => !OTHER_WORDS.has(text) && !LARGE.includes(text));
    expect(same.map(({ text }) => ({ text, ...outcome('data', () => read(text)) }))).toEqual(same);
  });

  it('is refused where the real server refuses it', () => {
    for (const text of OTHER_WORDS) expect(() => read(text), text).toThrow(/^yaml: |^unsupported/);
  });

  it('is refused with an integer that would lose digits', () => {
    for (const text of LARGE) expect(() => read(text), text).toThrow('integers beyond 2^53');
  });

  it('cannot blow up', () => {
    const level = (name: string, inner: string): string =>
      `${name}: &${name} [${Array(9).fill(`*${inner}`).join(', ')}]\n`;
    const laughs = `a: &a [x]\n${'bcdefgh'
      .split('')
      .map((name, i) => level(name, 'abcdefg'.charAt(i)))
      .join('')}`;
    expect(() => parseYaml(laughs)).toThrow('yaml: document contains excessive aliasing');
    expect(() => parseYaml('a: &a\n  b: *a\n')).toThrow("yaml: anchor 'a' value contains itself");
  });

  it('keeps keys that JavaScript has a meaning for', () => {
    const value = parseYaml('__proto__: {a: 1}\nconstructor: b\n') as object;
    expect(Object.entries(value)).toEqual([
      ['__proto__', { a: 1 }],
      ['constructor', 'b'],
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});
