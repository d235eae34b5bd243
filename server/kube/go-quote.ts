/** What strconv.IsPrint refuses: everything but letters, marks, numbers, punctuation, symbols and the blank. */
export const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

function escaped(code: number): string {
  const hex = code.toString(16);
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x1_0000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** strconv.Quote: how Go prints a text with %q. */
export function goQuote(text: string): string {
  if (!/["\\]/.test(text) && !UNPRINTABLE.test(text)) return `"${text}"`;
  let quoted = '';
  // Half a surrogate pair cannot get into a text of Go: it was replaced while it was read.
  for (const c of text.replace(/\p{Surrogate}/gu, '\ufffd')) {
    if (Object.hasOwn(NAMED, c)) quoted += NAMED[c];
    else quoted += UNPRINTABLE.test(c) ? escaped(c.codePointAt(0) ?? 0) : c;
  }
  return `"${quoted}"`;
}
