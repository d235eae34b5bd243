/** Addresses of one node's pods, from its podCIDR. */

/** `10.244.1.0/24` as its first address and size. @throws Error when it is no IPv4 range */
function parseCidr(cidr: string): { base: number; size: number } {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (!match) throw new Error(`${cidr} is no IPv4 range`);
  const [a = 0, b = 0, c = 0, d = 0, bits = 32] = match.slice(1).map(Number);
  return { base: a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d, size: 2 ** (32 - bits) };
}

function text(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function parse(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/**
 * Hands out addresses in order. One that is released is not handed out again until the range has wrapped, so that
 * nobody mistakes a new pod for the one that had its address before.
 */
export class PodIps {
  readonly #base: number;
  readonly #size: number;
  readonly #used = new Set<number>();
  /** Offset of the last address handed out; .0 is the network and .1 the node's bridge. */
  #last = 1;

  constructor(cidr: string) {
    const { base, size } = parseCidr(cidr);
    this.#base = base;
    this.#size = size;
  }

  /** Undefined when every address is in use. */
  take(): string | undefined {
    for (let step = 1; step < this.#size; step++) {
      const offset = ((this.#last - 2 + step) % (this.#size - 3)) + 2;
      if (this.#used.has(offset)) continue;
      this.#used.add(offset);
      this.#last = offset;
      return text(this.#base + offset);
    }
    return undefined;
  }

  /** Marks an address that a pod has already, from before this process or from elsewhere. */
  reserve(address: string): void {
    const offset = parse(address) - this.#base;
    if (offset < 0 || offset >= this.#size) return;
    this.#used.add(offset);
    if (offset > this.#last) this.#last = offset;
  }

  release(address: string): void {
    this.#used.delete(parse(address) - this.#base);
  }
}
