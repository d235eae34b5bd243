/** Texts as CEL counts them: in code points, where JavaScript counts UTF-16 units. */

const SURROGATE = /[\ud800-\udfff]/;

/** The number of code points. */
export function codePointLength(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let length = 0;
  for (const _character of text) length += 1;
  return length;
}

/** The code points of a text, each as a text; a plain text is its own list. */
export function codePoints(text: string): string | readonly string[] {
  return SURROGATE.test(text) ? Array.from(text) : text;
}

/** A part of what `codePoints` gave. */
export function slice(characters: string | readonly string[], start: number, end?: number): string {
  const part = characters.slice(start, end);
  return typeof part === 'string' ? part : part.join('');
}
