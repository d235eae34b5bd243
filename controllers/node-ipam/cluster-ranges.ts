import { type IpBlock, parseCidr } from '../../server/kube/ip-addresses.ts';
import { FIRST_POD_BLOCK, POD_RANGE, POD_RANGE_MASK } from '../../server/kube/pod-cidrs.ts';

/** Addresses of all pods of a family, and how much of it a node gets. */
export interface ClusterRange {
  readonly block: IpBlock;
  readonly maskSize: number;
  /** The block that the first node gets, counted from 0. */
  readonly first: number;
}

/** kube-controller-manager's flags of these names; nodes get /24 and /64 unless told otherwise. */
export interface PodRangeOptions {
  /** One range, or one of each family with a comma between: `10.244.0.0/16,fd00:10:244::/56`. */
  readonly clusterCidr?: string;
  readonly nodeCidrMaskSizeIpv4?: number;
  readonly nodeCidrMaskSizeIpv6?: number;
}

/** @throws Error when they cannot be read, or are two of one family */
export function clusterRanges({
  clusterCidr,
  nodeCidrMaskSizeIpv4 = POD_RANGE_MASK,
  nodeCidrMaskSizeIpv6 = 64,
}: PodRangeOptions): ClusterRange[] {
  const texts = (clusterCidr ?? POD_RANGE).split(',');
  const ranges = texts.map((text) => {
    const block = parseCidr(text.trim());
    if (!block) throw new Error(`--cluster-cidr: ${JSON.stringify(text)} is no range of addresses`);
    const maskSize = block.address.family === 4 ? nodeCidrMaskSizeIpv4 : nodeCidrMaskSizeIpv6;
    const isDefault = clusterCidr === undefined && maskSize === POD_RANGE_MASK;
    return { block, maskSize, first: isDefault ? FIRST_POD_BLOCK : 0 };
  });
  const [one, other] = ranges;
  if (ranges.length > 2 || (one && other && one.block.address.family === other.block.address.family))
    throw new Error('--cluster-cidr: no more than one range of each IP family');
  return ranges;
}
