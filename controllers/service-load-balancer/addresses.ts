/** Which service has which address of the block that load balancers get theirs from. */
import type { Frozen } from '../../server/base/freeze.ts';
import { contains, formatIp, type IpBlock, networkOf, parseCidr, parseIp } from '../../server/kube/ip-addresses.ts';
import { keyOf, keyText } from '../../server/kube/object.ts';
import type { Service } from '../../server/kube/types.gen.ts';
import type { Change } from '../lib/informer.ts';

const BITS = { 4: 32, 6: 128 } as const;

export class Addresses {
  readonly #block: IpBlock;
  readonly #cidr: string;
  /** Who has an address, by the text of the address. */
  readonly #holders = new Map<string, string>();

  /** @throws Error for what is no block */
  constructor(cidr: string) {
    const block = parseCidr(cidr);
    if (!block) throw new Error(`${JSON.stringify(cidr)} is no block of addresses`);
    this.#block = block;
    this.#cidr = cidr;
  }

  get family(): 'IPv4' | 'IPv6' {
    return this.#block.address.family === 4 ? 'IPv4' : 'IPv6';
  }

  /** Learns what services have, from their status. */
  follow({ before, now }: Change<Service>): void {
    const kept = now ? addressesOf(now) : [];
    if (before) for (const ip of addressesOf(before)) if (!kept.includes(ip)) this.release(ip, before);
    if (now) for (const ip of kept) if (!this.#holders.has(ip)) this.#holders.set(ip, keyText(keyOf(now)));
  }

  /** The address of a service: the one it asks for, the one it has, or the first that is free. @throws Error */
  take(service: Frozen<Service>): string {
    const name = keyText(keyOf(service));
    const { loadBalancerIP = '' } = service.spec;
    if (loadBalancerIP !== '') {
      const asked = parseIp(loadBalancerIP);
      const ip = asked ? formatIp(asked) : loadBalancerIP;
      if (!this.#contains(ip)) throw new Error(`the address ${loadBalancerIP} is not in ${this.#cidr}`);
      const holder = this.#holders.get(ip);
      if (holder !== undefined && holder !== name)
        throw new Error(`the address ${loadBalancerIP} is that of the service ${holder}`);
      this.#holders.set(ip, name);
      return ip;
    }
    const own = addressesOf(service).find((ip) => this.#holders.get(ip) === name && this.#contains(ip));
    const ip = own ?? this.#free();
    this.#holders.set(ip, name);
    return ip;
  }

  release(ip: string, service: Frozen<Service>): void {
    if (this.#holders.get(ip) === keyText(keyOf(service))) this.#holders.delete(ip);
  }

  #contains(ip: string): boolean {
    const address = parseIp(ip);
    return (
      address !== undefined &&
      contains(this.#block, { address, prefixLength: BITS[address.family], leadingZeros: false })
    );
  }

  /** Neither the first nor the last of a block that has more than two. */
  #free(): string {
    const network = networkOf(this.#block);
    const size = 1n << BigInt(BITS[this.#block.address.family] - this.#block.prefixLength);
    const [from, to] = size > 2n ? [1n, size - 2n] : [0n, size - 1n];
    for (let offset = from; offset <= to; offset++) {
      const ip = formatIp({ ...network, bits: network.bits + offset });
      if (!this.#holders.has(ip)) return ip;
    }
    throw new Error(`no address of ${this.#cidr} is free`);
  }
}

export function addressesOf({ status }: Frozen<Service>): string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip]));
}
