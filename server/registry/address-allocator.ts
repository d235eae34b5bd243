/**
 * Addresses that services hold exclusively. Nothing is stored: an address is taken while a service has it, while a
 * write that will give it to one is under way, or while an IPAddress says that something else has it. Services that
 * come back with an earlier state of the storage thus have theirs again.
 */
import type { Random } from '../base/random.ts';
import { formatIp, type IpBlock, networkOf, parseIp } from '../kube/ip-addresses.ts';
import { type Key, keyText } from '../kube/object.ts';

/** What an allocator needs to know of the objects. Addresses are in canonical form. */
export interface AddressHolders {
  /** Whether an object still has an address. */
  has(holder: Key, address: string): boolean;
  /** Every object with its addresses. */
  all(): Iterable<readonly [holder: Key, addresses: readonly string[]]>;
  /** Whether an address is not for anybody to have. */
  isKept(address: string): boolean;
}

/** Addresses of a block that can be given away, and how many of the first are only given to those who ask for them. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly reserved: bigint;
}

/** More entries than this, and twice as many as objects hold, are a reason to look again who holds what. */
const FORGET_ABOVE = 20_000;
/** No start is chosen behind so many addresses: what a fraction can tell apart. */
const START_BITS = 48n;

/** At least 16 and at most 256 addresses, a sixteenth of the block (calculateRangeOffset of upstream's ipallocator). */
function reservedAddresses(size: bigint): bigint {
  if (size <= 16n) return 0n;
  const share = size / 16n;
  return share < 16n ? 16n : share > 256n ? 256n : share;
}

/** Neither the first address of a block nor, in IPv4, its last one (PrefixContainsIP). */
export function rangeOf(block: IpBlock): AddressRange {
  const { family, bits } = networkOf(block);
  const size = 1n << BigInt((family === 4 ? 32 : 128) - block.prefixLength);
  const last = bits + size - (family === 4 ? 2n : 1n);
  return { family, first: bits + 1n, last, reserved: reservedAddresses(size) };
}

/** Whether a range has an address. */
export function isWithin({ family, first, last }: AddressRange, text: string): boolean {
  const address = parseIp(text);
  return address?.family === family && address.bits >= first && address.bits <= last;
}

/**
 * Hands out addresses. A request takes one look-up; looking for any free address takes as many as there are taken ones
 * in a row after a random start.
 */
export class AddressAllocator {
  readonly #holders: AddressHolders;
  /** Who was given an address, as far as known: usually one object, more when the first ones are gone. */
  readonly #given = new Map<string, Key[]>();
  readonly #underWay = new Map<string, Key>();
  #forgetAbove = 0;

  constructor(holders: AddressHolders) {
    this.#holders = holders;
    this.#lookAgain();
  }

  isTaken(address: string): boolean {
    if (this.#underWay.has(address) || this.#holders.isKept(address)) return true;
    return this.#given.get(address)?.some((holder) => this.#holders.has(holder, address)) ?? false;
  }

  /** Takes an address for a write that is under way; {@link AddressAllocator.finish} has to follow. */
  take(address: string, holder: Key): boolean {
    if (this.isTaken(address)) return false;
    if (this.#given.size > this.#forgetAbove) this.#lookAgain();
    this.#underWay.set(address, holder);
    this.#note(address, holder);
    return true;
  }

  /** The same for any address of a range. @returns undefined when all are taken */
  takeAny({ family, first, last, reserved }: AddressRange, random: Random, holder: Key): string | undefined {
    const from = (start: bigint, end: bigint): string | undefined =>
      this.#takeBetween(family, start, end, random, holder);
    return from(first + reserved, last) ?? from(first, first + reserved - 1n);
  }

  /** The write is over: from now on only the object says whether it has the address. */
  finish(address: string): void {
    this.#underWay.delete(address);
  }

  /** Whether no other object has any of these, also of those that were written elsewhere. */
  isFreeFor(holder: Key, addresses: readonly string[]): boolean {
    if (addresses.length === 0) return true;
    this.#lookAgain();
    return !addresses.some((address) => this.#holders.isKept(address) || this.#isHeldByAnother(address, holder));
  }

  #isHeldByAnother(address: string, holder: Key): boolean {
    const others = (this.#given.get(address) ?? []).filter((other) => keyText(other) !== keyText(holder));
    return others.some((other) => this.#holders.has(other, address));
  }

  #takeBetween(family: 4 | 6, first: bigint, last: bigint, random: Random, holder: Key): string | undefined {
    const size = last - first + 1n;
    if (size <= 0n) return undefined;
    const choices = size < 1n << START_BITS ? size : 1n << START_BITS;
    const start = BigInt(Math.floor(random.fraction() * Number(choices)));
    for (let step = 0n; step < size; step++) {
      const bits = first + ((start + step) % size);
      const address = formatIp({ family, bits, mapped: false, leadingZeros: false });
      if (this.take(address, holder)) return address;
    }
    return undefined;
  }

  #note(address: string, holder: Key): void {
    const known = this.#given.get(address);
    if (!known) this.#given.set(address, [holder]);
    else if (!known.some((other) => other.name === holder.name && other.namespace === holder.namespace))
      known.push(holder);
  }

  #lookAgain(): void {
    this.#given.clear();
    for (const [holder, addresses] of this.#holders.all()) for (const address of addresses) this.#note(address, holder);
    for (const [address, holder] of this.#underWay) this.#note(address, holder);
    this.#forgetAbove = Math.max(FORGET_ABOVE, this.#given.size * 2);
  }
}
