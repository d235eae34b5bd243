/**
 * Inside a machine every text is a string of bytes, one character (0–255) a byte, as C programs see it: file names,
 * arguments, variables and contents pass through unharmed whatever their encoding.
 */

/** From an ordinary string, which becomes UTF-8. */
export function toBytes(text: string): string {
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) > 127) return Buffer.from(text, 'utf8').toString('latin1');
  return text;
}
