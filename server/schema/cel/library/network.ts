import { goQuote } from '../../../kube/go-quote.ts';
import {
  contains,
  formatIp,
  type IpAddress,
  type IpBlock,
  networkOf,
  parseCidr,
  parseIp,
} from '../../../kube/ip-addresses.ts';
import { type CelType, opaqueType } from '../types/cel-type.ts';
import type { Library } from '../types/functions.ts';
import { CelError, CelOpaque, type Value } from '../values/value.ts';
import { addressProblem, prefixProblem } from './network-problems.ts';

const IP = opaqueType('net.IP');
const CIDR = opaqueType('net.CIDR');

/** An address; never an IPv4 address that is written as IPv6. */
export class CelIp extends CelOpaque {
  readonly type: CelType = IP;
  readonly address: IpAddress;
  override readonly size: number;

  constructor(address: IpAddress) {
    super();
    this.address = address;
    this.size = address.family === 4 ? 4 : 16;
  }

  equals(other: CelOpaque): boolean {
    return (
      other instanceof CelIp && other.address.family === this.address.family && other.address.bits === this.address.bits
    );
  }
}

/** An address with the length of its network's prefix. */
export class CelCidr extends CelOpaque {
  readonly type: CelType = CIDR;
  readonly block: IpBlock;
  override readonly size: number;

  constructor(block: IpBlock) {
    super();
    this.block = block;
    this.size = Math.ceil(block.prefixLength / 8);
  }

  equals(other: CelOpaque): boolean {
    return (
      other instanceof CelCidr &&
      other.block.prefixLength === this.block.prefixLength &&
      new CelIp(this.block.address).equals(new CelIp(other.block.address))
    );
  }
}

function ip(text: string): CelIp | CelError {
  const problem = addressProblem(text);
  if (problem !== undefined) {
    return new CelError(`IP Address ${goQuote(text)} parse error during conversion from string: ${problem}`);
  }
  const [plain = '', zone] = text.split('%');
  const address = parseIp(plain);
  if (!address) return new CelError(`IP Address ${goQuote(text)} parse error during conversion from string`);
  if (zone !== undefined) return new CelError(`IP address ${goQuote(text)} with zone value is not allowed`);
  return address.mapped ? mappedAddress(text) : new CelIp(address);
}

function cidr(text: string): CelCidr | CelError {
  const head = 'network address parse error during conversion from string: ';
  const problem = prefixProblem(text);
  const block = problem === undefined ? parseCidr(text) : undefined;
  if (!block) return new CelError(`${head}${head}${problem ?? ''}`);
  return block.address.mapped ? new CelError(head + mappedAddress(text).message) : new CelCidr(block);
}

function mappedAddress(text: string): CelError {
  return new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
}

const inBlock = (text: string): ((value: CelIp) => boolean) => {
  const block = parseCidr(text);
  if (!block) throw new Error(`${text} is no block`);
  return ({ address }) => contains(block, { address, prefixLength: 0, leadingZeros: false });
};

const either =
  (...blocks: readonly string[]): ((value: CelIp) => boolean) =>
  (value) =>
    blocks.map(inBlock).some((holds) => holds(value));

const isLoopback = either('127.0.0.0/8', '::1/128');
const isLinkLocalUnicast = either('169.254.0.0/16', 'fe80::/10');
const isMulticast = either('224.0.0.0/4', 'ff00::/8');
const isUnspecified = either('0.0.0.0/32', '::/128');
const isBroadcast = either('255.255.255.255/32');
/** Of IPv6 only the scope counts, whatever the flags are. */
const isLinkLocalMulticast = ({ address }: CelIp): boolean =>
  address.family === 4 ? address.bits >> 8n === 0xe00000n : ((address.bits >> 112n) & 0xff0fn) === 0xff02n;

function isGlobalUnicast(value: CelIp): boolean {
  const special = [isUnspecified, isLoopback, isMulticast, isLinkLocalUnicast, isBroadcast];
  return !special.some((holds) => holds(value));
}

function containsIp({ block }: CelCidr, other: CelIp | CelError): Value {
  // Upstream loses the reason on the way.
  if (other instanceof CelError) return new CelError('no such overload');
  return contains(block, { address: other.address, prefixLength: 0, leadingZeros: false });
}

function containsCidr({ block }: CelCidr, other: CelCidr | CelError): Value {
  if (other instanceof CelError) return other;
  return block.prefixLength <= other.block.prefixLength && contains(block, other.block);
}

const cidrText = ({ block }: CelCidr): string => `${formatIp(block.address)}/${block.prefixLength}`;
const isOf = (holds: (value: CelIp) => boolean) => holds;

export const NETWORK: Library = {
  ip: {
    'string_to_ip(string): net.IP': ip,
    '.cidr_ip(net.CIDR): net.IP': ({ block }: CelCidr) => new CelIp(block.address),
  },
  isIP: { 'is_ip(string): bool': (text: string) => !(ip(text) instanceof CelError) },
  'ip.isCanonical': {
    'ip_is_canonical(string): bool': (text: string) => {
      const parsed = ip(text);
      return parsed instanceof CelError ? parsed : formatIp(parsed.address) === text;
    },
  },
  family: { '.ip_family(net.IP): int': ({ address }: CelIp) => address.family },
  isUnspecified: { '.ip_is_unspecified(net.IP): bool': isOf(isUnspecified) },
  isLoopback: { '.ip_is_loopback(net.IP): bool': isOf(isLoopback) },
  isLinkLocalMulticast: { '.ip_is_link_local_multicast(net.IP): bool': isOf(isLinkLocalMulticast) },
  isLinkLocalUnicast: { '.ip_is_link_local_unicast(net.IP): bool': isOf(isLinkLocalUnicast) },
  isGlobalUnicast: { '.ip_is_global_unicast(net.IP): bool': isOf(isGlobalUnicast) },
  cidr: { 'string_to_cidr(string): net.CIDR': cidr },
  isCIDR: { 'is_cidr(string): bool': (text: string) => !(cidr(text) instanceof CelError) },
  containsIP: {
    '.cidr_contains_ip_string(net.CIDR, string): bool': (block: CelCidr, text: string) => containsIp(block, ip(text)),
    '.cidr_contains_ip_ip(net.CIDR, net.IP): bool': containsIp,
  },
  containsCIDR: {
    '.cidr_contains_cidr_string(net.CIDR, string): bool': (block: CelCidr, text: string) =>
      containsCidr(block, cidr(text)),
    '.cidr_contains_cidr(net.CIDR, net.CIDR): bool': containsCidr,
  },
  masked: {
    '.cidr_masked(net.CIDR): net.CIDR': ({ block }: CelCidr) => new CelCidr({ ...block, address: networkOf(block) }),
  },
  prefixLength: { '.cidr_prefix_length(net.CIDR): int': ({ block }: CelCidr) => block.prefixLength },
  string: {
    'ip_to_string(net.IP): string': ({ address }: CelIp) => formatIp(address),
    'cidr_to_string(net.CIDR): string': cidrText,
  },
};
