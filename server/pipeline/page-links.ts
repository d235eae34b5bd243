/** Addresses in pages that come through the proxy of the API (apimachinery, util/proxy/transport.go). */

/** Where links may stand: http://www.w3.org/TR/REC-html40/index/attributes.html and HTML5. */
const LINKS: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** What has no tags inside. */
const RAW = new Set(['iframe', 'noembed', 'noframes', 'plaintext', 'script', 'style', 'textarea', 'title', 'xmp']);

/** A comment, a declaration, an end, or the beginning of a start tag. */
const MARK = /<!--[\s\S]*?(?:--!?>|$)|<[!?][^>]*>?|<\/[a-z][^>]*>?|<([a-z][^\s/>]*)/gi;
const ATTRIBUTE = /[\s/]*(?:([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?|(>))/y;

/** Stands for an `&` that begins the name of a character that nobody here knows: a character that no byte is. */
const UNKNOWN = '\uE000';

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z][a-z0-9]*));?/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name as string] ?? whole.replace('&', UNKNOWN);
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
    if (code === 0 || code > 0x10ffff) return '\xef\xbf\xbd';
    return Buffer.from(String.fromCodePoint(code)).toString('latin1');
  });
}

const ESCAPED: Readonly<Record<string, string>> = {
  [UNKNOWN]: '&',
  '&': '&amp;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  '\r': '&#13;',
};

const escapeHtml = (text: string): string => text.replace(/[\uE000&'<>"\r]/g, (found) => ESCAPED[found] ?? found);

/**
 * Gives every link of a page to somebody who may change it. Start tags are written anew, as Go's tokenizer does it.
 *
 * @param page bytes as latin1: everything that matters is ASCII
 */
export function rewriteLinks(page: string, rewrite: (link: string) => string): string {
  let written = '';
  let at = 0;
  for (;;) {
    MARK.lastIndex = at;
    const mark = MARK.exec(page);
    if (!mark) return written + page.slice(at);
    written += page.slice(at, mark.index);
    at = MARK.lastIndex;
    const name = mark[1]?.toLowerCase();
    if (name === undefined) {
      written += mark[0];
      continue;
    }
    const tag = readTag(page, at, name, rewrite);
    if (!tag) return written + page.slice(mark.index);
    written += tag.text;
    at = tag.end;
    if (!RAW.has(name)) continue;
    const close = new RegExp(`</${name}(?=[\\s/>])`, 'i').exec(page.slice(at));
    const end = close && name !== 'plaintext' ? at + close.index : page.length;
    written += page.slice(at, end);
    at = end;
  }
}

/** @returns undefined for a tag that does not end */
function readTag(
  page: string,
  from: number,
  name: string,
  rewrite: (link: string) => string,
): { readonly text: string; readonly end: number } | undefined {
  const links = Object.hasOwn(LINKS, name) ? LINKS[name] : undefined;
  const seen = new Set<string>();
  let text = `<${name}`;
  ATTRIBUTE.lastIndex = from;
  for (;;) {
    const found = ATTRIBUTE.exec(page);
    if (!found) return undefined;
    const [whole, key, double, single, bare, end] = found;
    if (end !== undefined) return { text: `${text}${whole.includes('/') ? '/' : ''}>`, end: ATTRIBUTE.lastIndex };
    const attribute = (key ?? '').toLowerCase();
    if (seen.has(attribute)) continue;
    seen.add(attribute);
    const value = unescapeHtml(double ?? single ?? bare ?? '');
    const shown = links?.includes(attribute) ? rewrite(value) : value;
    text += ` ${attribute}="${escapeHtml(shown)}"`;
  }
}
