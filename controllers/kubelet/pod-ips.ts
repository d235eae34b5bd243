/** Addresses of one node's pods, from its podCIDRs. */
import { formatIp, type IpAddress, networkOf, parseCidr, parseIp } from '../../server/kube/ip-addresses.ts';

/** No node has room for so many pods: what comes behind them in a range stays unused. */
const SIZE_MAX = 2 ** 30;

/** @throws Error when it is no range */
function readCidr(cidr: string): { network: IpAddress; size: number } {
  const block = parseCidr(cidr);
  if (!block) throw new Error(`${cidr} is no range of addresses`);
  const bits = (block.address.family === 4 ? 32 : 128) - block.prefixLength;
  return { network: networkOf(block), size: Math.min(2 ** bits, SIZE_MAX) };
}

/**
 * Hands out addresses in order. One that is released is not handed out again until the range has wrapped, so that
 * nobody mistakes a new pod for the one that had its address before.
 */
export class PodIps {
  readonly #network: IpAddress;
  readonly #size: number;
  readonly #used = new Set<number>();
  /** Offset of the last address handed out; .0 is the network and .1 the node's bridge. */
  #last = 1;

  constructor(cidr: string) {
    const { network, size } = readCidr(cidr);
    this.#network = network;
    this.#size = size;
  }

  /** Undefined when every address is in use. */
  take(): string | undefined {
    for (let step = 1; step < this.#size; step++) {
      const offset = ((this.#last - 2 + step) % (this.#size - 3)) + 2;
      if (this.#used.has(offset)) continue;
      this.#used.add(offset);
      this.#last = offset;
      return formatIp({ ...this.#network, bits: this.#network.bits + BigInt(offset), mapped: false });
    }
    return undefined;
  }

  /** Marks an address that a pod has already, from before this process or from elsewhere. */
  reserve(address: string): void {
    const offset = this.#offsetOf(address);
    if (offset === undefined) return;
    this.#used.add(offset);
    if (offset > this.#last) this.#last = offset;
  }

  release(address: string): void {
    const offset = this.#offsetOf(address);
    if (offset !== undefined) this.#used.delete(offset);
  }

  #offsetOf(text: string): number | undefined {
    const address = parseIp(text);
    if (address?.family !== this.#network.family) return undefined;
    const offset = Number(address.bits - this.#network.bits);
    return offset >= 0 && offset < this.#size ? offset : undefined;
  }
}

/**
 * All addresses of a pod: in the second range of its node it has the place that it has in the first. A pod whose
 * address is not from there, because the node has got another range since, has that one only.
 *
 * @example podIPs('10.244.1.7', ['10.244.1.0/24', 'fd00:1::/64']) // ['10.244.1.7', 'fd00:1::7']
 */
export function podIPs(podIP: string, podCIDRs: readonly string[] | null | undefined): string[] {
  const [first, second] = podCIDRs ?? [];
  const [address, own, other] = [parseIp(podIP), parseCidr(first ?? ''), parseCidr(second ?? '')];
  if (!address || !own || !other || address.family !== own.address.family) return [podIP];
  const offset = address.bits - networkOf(own).bits;
  const isInside = offset > 0n && offset < 1n << BigInt((own.address.family === 4 ? 32 : 128) - own.prefixLength);
  if (!isInside) return [podIP];
  const network = networkOf(other);
  return [podIP, formatIp({ ...network, bits: network.bits + offset, mapped: false })];
}
