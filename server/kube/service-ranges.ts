/** Where the services of a cluster get their addresses from: kube-apiserver's --service-cluster-ip-range. */
import { formatCidr, formatIp, type IpBlock, networkOf, parseCidr } from './ip-addresses.ts';

export const DEFAULT_SERVICE_RANGE = '10.96.0.0/12';

/** The smallest blocks that upstream takes: room for the API's own service and a few others. */
const PREFIX_MAX = { 4: 30, 6: 126 } as const;
/** The largest ones (MaxCIDRBits of its options: no more than 2^20 addresses in IPv4; /64 in IPv6). */
const PREFIX_MIN = { 4: 12, 6: 64 } as const;

/** One block, or one of each family; the family of the first is that of services that do not ask for one. */
export interface ServiceRanges {
  readonly blocks: readonly IpBlock[];
  /** In canonical form, as the ServiceCIDR `kubernetes` has them. */
  readonly cidrs: readonly string[];
  /** That of the service `kubernetes`: the first one. */
  readonly apiAddress: string;
}

/** The address that lies so far behind the first one of a block. */
export function addressAt(block: IpBlock, index: number): string {
  const network = networkOf(block);
  return formatIp({ ...network, bits: network.bits + BigInt(index) });
}

/**
 * Reads one range, or two with a comma between.
 *
 * @throws Error when they cannot be read, are too small or too large, or are two of one family
 * @example serviceRanges('10.96.0.0/16,fd00:10:96::/112').apiAddress === '10.96.0.1'
 */
export function serviceRanges(text = DEFAULT_SERVICE_RANGE): ServiceRanges {
  const fail = (why: string): Error => new Error(`--service-cluster-ip-range: ${why}`);
  const blocks = text.split(',').map((part) => {
    const block = parseCidr(part.trim());
    if (!block) throw fail(`${JSON.stringify(part)} is no range of addresses such as ${DEFAULT_SERVICE_RANGE}`);
    const { family } = block.address;
    const [min, max] = [PREFIX_MIN[family], PREFIX_MAX[family]];
    if (block.prefixLength < min || block.prefixLength > max)
      throw fail(`${part.trim()} has to be between /${min} and /${max}`);
    return block;
  });
  const [first, second] = blocks;
  if (!first || blocks.length > 2 || first.address.family === second?.address.family)
    throw fail('no more than one range of each IP family');
  return { blocks, cidrs: blocks.map(formatCidr), apiAddress: addressAt(first, 1) };
}
