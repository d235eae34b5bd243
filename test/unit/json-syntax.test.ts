import { describe, expect, it } from 'vitest';
import { countKeys, goSyntaxError, measureJson } from '../../server/schema/json-text.ts';
import { golden } from '../support/golden.ts';

interface Case {
  readonly text: string;
  /** Absent where the text is JSON. */
  readonly message?: string;
}

function syntaxOf(text: string): Case {
  try {
    JSON.parse(text);
    return { text };
  } catch {
    return { text, message: goSyntaxError(text) };
  }
}

describe('JSON as text', () => {
  it('is refused with the words of the real server', () => {
    const cases = golden<Case>('schema/json-syntax.json');
    expect(cases.map(({ text }) => syntaxOf(text))).toEqual(cases);
  });

  it('is measured without being read', () => {
    expect(measureJson('{"a":[{"b":1},{"c":"}{][:,\\""}],"d":{}}')).toEqual({ depth: 3, keys: 4 });
    expect(measureJson('"a:b"')).toEqual({ depth: 0, keys: 0 });
    expect(measureJson('{"a\\\\":{"\\"":[[[]]]}}')).toEqual({ depth: 5, keys: 2 });
  });

  it('has more keys than its value when keys came twice', () => {
    for (const [text, difference] of [
      ['{"a":1,"a":2}', 1],
      ['{"a":{"b":1},"a":{"c":1,"d":[{"x":1,"x":1}]}}', 3],
      ['{"a":1,"b":[{},{"a":1}]}', 0],
    ] as const) {
      expect(measureJson(text).keys - countKeys(JSON.parse(text))).toBe(difference);
    }
  });
});
