import { describe, expect, it } from 'vitest';
import { goQuote } from '../../server/kube/go-quote.ts';

// Right: what Go 1.26 prints with strconv.Quote.
const QUOTED: readonly [string, string][] = [
  ['', '""'],
  ['plain text, 100%', '"plain text, 100%"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ["it's", '"it\'s"'],
  ['\x07\b\f\n\r\t\v', '"\\a\\b\\f\\n\\r\\t\\v"'],
  ['\x00\x01\x1b\x7f', '"\\x00\\x01\\x1b\\x7f"'],
  ['\x80\x9f\xa0\xad', '"\\u0080\\u009f\\u00a0\\u00ad"'],
  ['äöü ключ 中文 😀', '"äöü ключ 中文 😀"'],
  ['\u200b\u2028\u3000\ufeff', '"\\u200b\\u2028\\u3000\\ufeff"'],
  ['\ue000\u{10ffff}\u{e0001}', '"\\ue000\\U0010ffff\\U000e0001"'],
  ['e\u0301', '"e\u0301"'],
  ['\ud83d', '"\ufffd"'],
];

describe('strconv.Quote', () => {
  it.each(QUOTED)('prints %j', (text, quoted) => {
    expect(goQuote(text)).toBe(quoted);
  });
});
