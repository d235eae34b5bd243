/** Blocks that services get their addresses from: k8s.io/kubernetes/pkg/util/servicecidr or its like. */
import type { Frozen } from '../../server/base/freeze.ts';
import { contains, type IpBlock, parseCidr, parseIp } from '../../server/kube/ip-addresses.ts';
import type { ServiceCIDR } from '../../server/kube/types.gen.ts';

export const SERVICE_CIDRS = 'networking.k8s.io/v1/servicecidrs';
export const IP_ADDRESSES = 'networking.k8s.io/v1/ipaddresses';

/** What the allocator of the server writes on IPAddresses. */
export const ADDRESS_MANAGER_LABEL = 'ipaddress.kubernetes.io/managed-by';
export const ADDRESS_MANAGER = 'ipallocator.k8s.io';
export const ADDRESS_FAMILY_LABEL = 'ipaddress.kubernetes.io/ip-family';

/** An address as a block that holds nothing else. */
function blockOf(text: string): IpBlock | undefined {
  const address = parseIp(text);
  return address && { address, prefixLength: address.family === 4 ? 32 : 128, leadingZeros: false };
}

const blocksOf = ({ spec }: Frozen<ServiceCIDR>): IpBlock[] =>
  (spec.cidrs ?? []).flatMap((cidr) => parseCidr(cidr) ?? []);

/** Those that contain an address. */
export function containingAddress(all: readonly Frozen<ServiceCIDR>[], ip: string): Frozen<ServiceCIDR>[] {
  const address = blockOf(ip);
  return address ? all.filter((one) => blocksOf(one).some((block) => contains(block, address))) : [];
}

/** Those that contain a whole block. */
export function containingBlock(all: readonly Frozen<ServiceCIDR>[], cidr: string): Frozen<ServiceCIDR>[] {
  const inner = parseCidr(cidr);
  if (!inner) return [];
  return all.filter((one) =>
    blocksOf(one).some((block) => block.prefixLength <= inner.prefixLength && contains(block, inner)),
  );
}

/** Those that have an address in common with a block. */
export function overlapping(all: readonly Frozen<ServiceCIDR>[], cidr: string): Frozen<ServiceCIDR>[] {
  const given = parseCidr(cidr);
  if (!given) return [];
  return all.filter((one) => blocksOf(one).some((block) => contains(block, given) || contains(given, block)));
}
