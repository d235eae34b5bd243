/** Addresses as net/mail.ParseAddress reads them: `a@b`, `<a@b>` or `Name <a@b>`. */

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-\\u{80}-\\u{10ffff}]+";
const QUOTED = '"(?:[^"\\\\\\r\\n]|\\\\.)*"';
const LOCAL = `(?:${ATOM}(?:\\.${ATOM})*|${QUOTED})`;
const DOMAIN = `(?:${ATOM}(?:\\.${ATOM})*|\\[[^\\]\\[\\\\]*\\])`;
const BARE = new RegExp(`^${LOCAL}@${DOMAIN}$`, 'u');
const PHRASE = new RegExp(`^(?:${ATOM}|${QUOTED}|[ \\t.])*$`, 'u');

export function isEmail(text: string): boolean {
  const trimmed = text.trim();
  const end = trimmed.lastIndexOf('<');
  if (end < 0 || !trimmed.endsWith('>')) return BARE.test(trimmed);
  return PHRASE.test(trimmed.slice(0, end).trim()) && BARE.test(trimmed.slice(end + 1, -1));
}
