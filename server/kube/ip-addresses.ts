/** IP addresses and CIDR blocks as Go reads them (k8s.io/utils/net, net/netip) and prints them (RFC 5952). */

export interface IpAddress {
  readonly family: 4 | 6;
  readonly bits: bigint;
  /** `::ffff:1.2.3.4`: an IPv4 address that is written as IPv6. */
  readonly mapped: boolean;
  /** Written with leading zeros, which only old parsers read. */
  readonly leadingZeros: boolean;
}

export interface IpBlock {
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly leadingZeros: boolean;
}

const DECIMAL = /^\d{1,}$/;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const GROUP = /^[0-9a-fA-F]{1,4}$/;
const MAPPED = 0xffffn << 32n;

function parseIpv4(text: string): { bits: bigint; leadingZeros: boolean } | undefined {
  let [bits, byte, digits, dots] = [0, 0, 0, 0];
  let leadingZeros = false;
  // One more than there are characters: the end closes the last number as a dot does the others.
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : DOT;
    if (code >= ZERO && code <= NINE) {
      if (digits === 1 && byte === 0) leadingZeros = true;
      digits++;
      byte = byte * 10 + code - ZERO;
      if (byte > 255) return undefined;
    } else if (code === DOT && digits > 0 && dots < 4) {
      // Shifts would make it negative.
      bits = bits * 256 + byte;
      [byte, digits] = [0, 0];
      dots++;
    } else return undefined;
  }
  return dots === 4 ? { bits: BigInt(bits), leadingZeros } : undefined;
}

/** The groups of one side of `::`, with a dotted end as two groups. */
function parseGroups(text: string): { groups: bigint[]; leadingZeros: boolean } | undefined {
  const groups: bigint[] = [];
  let leadingZeros = false;
  if (text === '') return { groups, leadingZeros };
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (i === parts.length - 1 && part.includes('.')) {
      const dotted = parseIpv4(part);
      if (!dotted) return undefined;
      leadingZeros = dotted.leadingZeros;
      groups.push(dotted.bits >> 16n, dotted.bits & 0xffffn);
    } else if (GROUP.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return { groups, leadingZeros };
}

function parseIpv6(text: string): IpAddress | undefined {
  const [left = '', right, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const head = parseGroups(left);
  const tail = right === undefined ? { groups: [], leadingZeros: false } : parseGroups(right);
  if (!head || !tail || (right !== undefined && left.includes('.'))) return undefined;
  const missing = 8 - head.groups.length - tail.groups.length;
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head.groups, ...Array.from({ length: missing }, () => 0n), ...tail.groups];
  const bits = groups.reduce((sum, group) => (sum << 16n) | group, 0n);
  return { family: 6, bits, mapped: bits >> 32n === 0xffffn, leadingZeros: head.leadingZeros || tail.leadingZeros };
}

/** Reads an address; leading zeros are allowed, as in ParseIPSloppy. */
export function parseIp(text: string): IpAddress | undefined {
  if (text.includes(':')) return parseIpv6(text);
  const parsed = parseIpv4(text);
  return parsed && { family: 4, bits: parsed.bits, mapped: false, leadingZeros: parsed.leadingZeros };
}

function formatIpv4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join('.');
}

/** The longest run of zero groups, the first of equal ones; one group alone is not shortened. */
function longestZeros(groups: readonly bigint[]): { start: number; length: number } {
  let best = { start: -1, length: 1 };
  let start = 0;
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === 0n) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  return best;
}

/** The canonical text of an address. */
export function formatIp({ family, bits, mapped }: IpAddress): string {
  if (family === 4) return formatIpv4(bits);
  if (mapped) return formatIpv4(bits & 0xffffffffn);
  const groups = Array.from({ length: 8 }, (_, i) => (bits >> BigInt(112 - 16 * i)) & 0xffffn);
  const { start, length } = longestZeros(groups);
  const hex = (list: readonly bigint[]): string => list.map((group) => group.toString(16)).join(':');
  return start < 0 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

/** Reads `address/length`; leading zeros are allowed, as in ParseCIDRSloppy. */
export function parseCidr(text: string): IpBlock | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseIp(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (!address || !DECIMAL.test(length) || Number(length) > (address.family === 4 ? 32 : 128)) return undefined;
  const leadingZeros = address.leadingZeros || (length.length > 1 && length.startsWith('0'));
  return { address, prefixLength: Number(length), leadingZeros };
}

/** The address with the bits behind the prefix cleared. */
export function networkOf({ address, prefixLength }: IpBlock): IpAddress {
  const rest = BigInt((address.family === 4 ? 32 : 128) - prefixLength);
  const bits = (address.bits >> rest) << rest;
  return { ...address, bits, mapped: address.family === 6 && bits >> 32n === 0xffffn };
}

/** The canonical text of a block. */
export function formatCidr(block: IpBlock): string {
  return `${formatIp(networkOf(block))}/${block.prefixLength}`;
}

/** Whether a block contains the first address of another one of the same family. */
export function contains(block: IpBlock, { address }: IpBlock): boolean {
  const inner =
    address.mapped && block.address.family === 4
      ? { ...address, family: 4 as const, bits: address.bits - MAPPED }
      : address;
  if (inner.family !== block.address.family) return false;
  return networkOf({ ...block, address: inner }).bits === networkOf(block).bits;
}
