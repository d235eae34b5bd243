/** strconv.Quote: how Go prints a text with %q. */
export function goQuote(text: string): string {
  const plain = JSON.stringify(text);
  // Printable text without control characters: JSON and Go agree.
  if (!plain.includes('\\') && !/[\x7f-\xa0\xad\u2028\u2029]/.test(text)) return plain;
  const named: Readonly<Record<string, string>> = {
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
  let quoted = '';
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    if (Object.hasOwn(named, c)) quoted += named[c];
    else if (code < 0x20 || code === 0x7f) quoted += `\\x${code.toString(16).padStart(2, '0')}`;
    else if ((code > 0x7f && code <= 0xa0) || code === 0xad || code === 0x2028 || code === 0x2029) quoted += `\\u${code.toString(16).padStart(4, '0')}`;
    else quoted += c;
  }
  return `"${quoted}"`;
}
