const PLAIN = /^[ -~]*$/;

let unprintable: RegExp | undefined;

/**
 * What strconv.IsPrint refuses: everything but letters, marks, numbers, punctuation, symbols and the blank. The
 * classes of Unicode take milliseconds to compile, and nearly every text is plain.
 */
function unprintableIn(text: string): IterableIterator<RegExpExecArray> | undefined {
  if (PLAIN.test(text)) return undefined;
  unprintable ??= /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;
  return text.matchAll(unprintable) as IterableIterator<RegExpExecArray>;
}

/** A character that Go does not print, and where it begins. */
export interface Unprintable {
  readonly character: string;
  /** In bytes of UTF-8. */
  readonly position: number;
}

/** The characters of a text that Go's unicode.IsPrint refuses. */
export function unprintableCharacters(text: string): Unprintable[] {
  return [...(unprintableIn(text) ?? [])].map(({ 0: character, index }) => ({
    character,
    position: Buffer.byteLength(text.slice(0, index)),
  }));
}

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
  if (!/["\\]/.test(text) && !unprintableIn(text)?.next().value) return `"${text}"`;
  let quoted = '';
  // Half a surrogate pair cannot get into a text of Go: it was replaced while it was read.
  for (const c of text.replace(/\p{Surrogate}/gu, '\ufffd')) {
    if (Object.hasOwn(NAMED, c)) quoted += NAMED[c];
    else quoted += unprintableIn(c)?.next().value ? escaped(c.codePointAt(0) ?? 0) : c;
  }
  return `"${quoted}"`;
}
