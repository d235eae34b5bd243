/**
 * Whether a text is what a pattern says: `*` stands for any characters, also for none; everything else for itself.
 * It takes no longer for many stars, whoever wrote them.
 *
 * @example
 * globMatches('web-*', 'web-0') // true
 */
export function globMatches(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return text === pattern;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
