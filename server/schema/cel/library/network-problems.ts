import { goQuote } from '../../../kube/go-quote.ts';

/** What Go's net/netip says of texts that are no addresses; undefined when they are. */
export function addressProblem(text: string): string | undefined {
  const problem = problemOf(text);
  return problem === undefined ? undefined : `ParseAddr(${goQuote(text)}): ${problem}`;
}

/** The same for addresses with a prefix. */
export function prefixProblem(text: string): string | undefined {
  const head = `netip.ParsePrefix(${goQuote(text)}): `;
  const slash = text.lastIndexOf('/');
  if (slash < 0) return `${head}no '/'`;
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  const problem = addressProblem(address);
  if (problem !== undefined) return head + problem;
  if (address.includes('%')) return `${head}IPv6 zones cannot be present in a prefix`;
  if (!/^(?:0|[1-9]\d*)$/.test(bits)) return `${head}bad bits after slash: ${goQuote(bits)}`;
  return Number(bits) > (address.includes(':') ? 128 : 32) ? `${head}prefix length out of range` : undefined;
}

function problemOf(text: string): string | undefined {
  for (const character of text) {
    if (character === '.') return ipv4Problem(text);
    if (character === ':') return ipv6Problem(text);
    // A zone without an address before it.
    if (character === '%') return 'missing IPv6 address';
  }
  return 'unable to parse IP';
}

function ipv4Problem(text: string): string | undefined {
  let field = '';
  let fields = 1;
  for (const [index, character] of Array.from(text).entries()) {
    const rest = goQuote(text.slice(index));
    if (character >= '0' && character <= '9') {
      if (field === '0') return 'IPv4 field has octet with leading zero';
      field += character;
      if (Number(field) > 255) return 'IPv4 field has value >255';
    } else if (character === '.') {
      if (field === '' || index === text.length - 1) return `IPv4 field must have at least one digit (at ${rest})`;
      if (fields === 4) return 'IPv4 address too long';
      fields += 1;
      field = '';
    } else return `unexpected character (at ${rest})`;
  }
  return fields < 4 ? 'IPv4 address too short' : undefined;
}

const at = (problem: string, rest: string): string => `${problem} (at ${goQuote(rest)})`;

function ipv6Problem(whole: string): string | undefined {
  const percent = whole.indexOf('%');
  if (percent >= 0 && percent === whole.length - 1) return 'zone must be a non-empty string';
  let rest = percent < 0 ? whole : whole.slice(0, percent);
  let ellipsis = false;
  let groups = 0;
  if (rest.startsWith('::')) {
    ellipsis = true;
    rest = rest.slice(2);
    if (rest === '') return undefined;
  }
  while (groups < 8) {
    const hex = /^[\da-fA-F]*/.exec(rest)?.[0] ?? '';
    if (hex.length > 4) return at('each group must have 4 or less digits', rest);
    if (hex === '') return at('each colon-separated field must have at least one digit', rest);
    if (rest[hex.length] === '.') {
      if (!ellipsis && groups !== 6)
        return at('embedded IPv4 address must replace the final 2 fields of the address', rest);
      if (groups > 6) return at('too many hex fields to fit an embedded IPv4 at the end of the address', rest);
      return ipv4Problem(rest);
    }
    groups += 1;
    rest = rest.slice(hex.length);
    if (rest === '') break;
    if (!rest.startsWith(':')) return at('unexpected character, want colon', rest);
    if (rest.length === 1) return at('colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (rest.startsWith(':')) {
      if (ellipsis) return at('multiple :: in address', rest);
      ellipsis = true;
      rest = rest.slice(1);
      if (rest === '') break;
    }
  }
  if (rest !== '') return at('trailing garbage after address', rest);
  if (groups < 8) return ellipsis ? undefined : 'address string too short';
  return ellipsis ? 'the :: must expand to at least one field of zeros' : undefined;
}
