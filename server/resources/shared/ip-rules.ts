/** Rules and warnings for fields that hold addresses: k8s.io/apimachinery/pkg/util/validation/ip.go. */
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { formatCidr, formatIp, type IpAddress, networkOf, parseCidr, parseIp } from '../../kube/ip-addresses.ts';

/** Problems of an address; values that the field had before are let through (IsValidIPForLegacyField). */
export function ipProblems(path: string, text: string, before: readonly string[] = []): FieldProblem[] {
  if (before.includes(text)) return [];
  const address = parseIp(text);
  if (!address) return [invalid(path, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
  if (address.leadingZeros) return [invalid(path, text, 'must not have leading 0s')];
  if (address.mapped) return [invalid(path, text, 'must not be an IPv4-mapped IPv6 address')];
  return [];
}

/** Problems of a block of addresses; values that the field had before are let through. */
export function cidrProblems(path: string, text: string, before: readonly string[] = []): FieldProblem[] {
  if (before.includes(text)) return [];
  const cidr = parseCidr(text);
  if (!cidr) return [invalid(path, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
  if (cidr.leadingZeros) return [invalid(path, text, 'must not have leading 0s in IP or prefix length')];
  if (cidr.address.mapped) return [invalid(path, text, 'must not have an IPv4-mapped IPv6 address')];
  const hasHostBits = networkOf(cidr).bits !== cidr.address.bits;
  return hasHostBits ? [invalid(path, text, 'must not have bits set beyond the prefix length')] : [];
}

/** Warnings for addresses in an unusual form (GetWarningsForIP). */
export function ipWarnings(path: string, text: string): string[] {
  const address = parseIp(text);
  if (!address) return [];
  const canonical = formatIp(address);
  if (address.leadingZeros || address.mapped)
    return [`${path}: non-standard IP address ${goQuote(text)} is invalid: use "${canonical}"`];
  if (canonical === text) return [];
  return [`${path}: IPv6 address ${goQuote(text)} should be in RFC 5952 canonical format ("${canonical}")`];
}

/** The same for blocks (GetWarningsForCIDR). */
export function cidrWarnings(path: string, text: string): string[] {
  const cidr = parseCidr(text);
  if (!cidr) return [];
  const canonical = formatCidr(cidr);
  const quoted = goQuote(text);
  const warnings: string[] = [];
  if (networkOf(cidr).bits !== cidr.address.bits) {
    const single = `${formatIp(cidr.address)}/${cidr.address.family === 4 ? 32 : 128}`;
    warnings.push(
      `${path}: CIDR value ${quoted} is ambiguous in this context (should be "${canonical}" or "${single}"?)`,
    );
  }
  if (cidr.leadingZeros || cidr.address.mapped)
    warnings.push(`${path}: non-standard CIDR value ${quoted} is invalid: use "${canonical}"`);
  if (warnings.length === 0 && canonical !== text) {
    warnings.push(`${path}: IPv6 CIDR value ${quoted} should be in RFC 5952 canonical format ("${canonical}")`);
  }
  return warnings;
}

const isBelow = (address: IpAddress, base: string, hostBits: bigint): boolean =>
  address.bits >> hostBits === (parseIp(base)?.bits ?? -1n) >> hostBits;

/** Addresses that no endpoint can have (ValidateEndpointIP); external IPs follow the same rules. */
export function endpointIpProblems(path: string, text: string): FieldProblem[] {
  const address = parseIp(text);
  if (!address) return [invalid(path, text, 'must be a valid IP address')];
  const isFour = address.family === 4;
  const problems: FieldProblem[] = [];
  if (address.bits === 0n) problems.push(invalid(path, text, `may not be unspecified (${text})`));
  if (isFour ? isBelow(address, '127.0.0.0', 24n) : address.bits === 1n) {
    problems.push(invalid(path, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  }
  if (isFour ? isBelow(address, '169.254.0.0', 16n) : isBelow(address, 'fe80::', 118n)) {
    problems.push(invalid(path, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  }
  // The second byte of ff02 carries the scope in its lower half.
  if (isFour ? isBelow(address, '224.0.0.0', 8n) : ((address.bits >> 112n) & 0xff0fn) === 0xff02n) {
    problems.push(invalid(path, text, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
  }
  return problems;
}
