import { formatCidr, type IpBlock, networkOf, parseCidr } from '../../server/kube/ip-addresses.ts';

/** An IPv6 range may be cut into no more than 2^16 blocks. */
const IPV6_BITS_MAX = 16;

/**
 * The blocks of one size that a range has, and which of them are in use. Blocks are handed out in order, and one that
 * is released comes round again last.
 */
export class CidrSet {
  readonly #range: IpBlock;
  readonly #maskSize: number;
  readonly #count: number;
  readonly #used = new Set<number>();
  #next: number;

  /**
   * @param first where to begin with handing out
   * @throws Error when blocks of that size cannot be cut from the range
   */
  constructor(range: IpBlock, maskSize: number, first = 0) {
    const bits = maskSize - range.prefixLength;
    const width = range.address.family === 4 ? 32 : 128;
    if (bits < 0 || maskSize > width)
      throw new Error(`--cluster-cidr: ${formatCidr(range)} is smaller than a node's range, /${maskSize}`);
    if (range.address.family === 6 && bits > IPV6_BITS_MAX)
      throw new Error(`--cluster-cidr: ${formatCidr(range)} has too many ranges of a node's size, /${maskSize}`);
    this.#range = { ...range, address: networkOf(range) };
    this.#maskSize = maskSize;
    this.#count = 2 ** bits;
    this.#next = first;
  }

  /** The next free block, which is in use from now on; undefined when there is none. */
  take(): string | undefined {
    if (this.#used.size === this.#count) return undefined;
    let index = this.#next;
    while (this.#used.has(index)) index = (index + 1) % this.#count;
    this.#next = (index + 1) % this.#count;
    this.#used.add(index);
    return this.#text(index);
  }

  /** Marks every block that a range touches; one outside of ours touches none. */
  occupy(cidr: string): void {
    this.#each(cidr, (index) => this.#used.add(index));
  }

  release(cidr: string): void {
    this.#each(cidr, (index) => this.#used.delete(index));
  }

  #each(cidr: string, act: (index: number) => void): void {
    const block = parseCidr(cidr);
    const { address, prefixLength } = this.#range;
    if (!block || block.address.family !== address.family) return;
    const width = BigInt(address.family === 4 ? 32 : 128);
    const unit = width - BigInt(this.#maskSize);
    const start = address.bits >> unit;
    const from = networkOf(block).bits;
    const to = from + (1n << (width - BigInt(block.prefixLength))) - 1n;
    const end = start + (1n << (width - BigInt(prefixLength) - unit)) - 1n;
    const first = from >> unit < start ? start : from >> unit;
    const last = to >> unit > end ? end : to >> unit;
    for (let index = first; index <= last; index++) act(Number(index - start));
  }

  #text(index: number): string {
    const { address } = this.#range;
    const unit = BigInt((address.family === 4 ? 32 : 128) - this.#maskSize);
    const bits = address.bits + (BigInt(index) << unit);
    return formatCidr({ address: { ...address, bits }, prefixLength: this.#maskSize, leadingZeros: false });
  }
}
