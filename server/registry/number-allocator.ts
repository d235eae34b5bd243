/**
 * Numbers that objects hold exclusively: the node ports of services. Nothing is stored: a number is taken while an
 * object has it, or while a write that will give it to one is under way. Objects that come back with an earlier state
 * of the storage thus have theirs again.
 */
import type { Random } from '../base/random.ts';
import { type Key, keyText } from '../kube/object.ts';

/**
 * Numbers from `first` to `last`. The first `reserved` ones are left to those who ask for them until the others are
 * gone.
 */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
  readonly reserved: number;
}

/** What an allocator needs to know of the objects. */
export interface Holders {
  /** Whether an object still has a number. */
  has(holder: Key, number: number): boolean;
  /** Every object with its numbers. */
  all(): Iterable<readonly [holder: Key, numbers: readonly number[]]>;
}

/** More entries than this, and twice as many as objects hold, are a reason to look again who holds what. */
const FORGET_ABOVE = 20_000;

/**
 * Hands out the numbers of one range. A request takes one look-up; looking for any free number takes as many as there
 * are taken ones in a row after a random start.
 */
export class NumberAllocator {
  readonly range: NumberRange;
  readonly #holders: Holders;
  /** Who was given a number, as far as known: usually one object, more when the first ones are gone. */
  readonly #given = new Map<number, Key[]>();
  readonly #underWay = new Map<number, Key>();
  #forgetAbove = 0;

  constructor(range: NumberRange, holders: Holders) {
    this.range = range;
    this.#holders = holders;
    this.#lookAgain();
  }

  contains(number: number): boolean {
    return number >= this.range.first && number <= this.range.last;
  }

  isTaken(number: number): boolean {
    if (this.#underWay.has(number)) return true;
    return this.#given.get(number)?.some((holder) => this.#holders.has(holder, number)) ?? false;
  }

  /** Takes a number for a write that is under way; {@link NumberAllocator.finish} has to follow. */
  take(number: number, holder: Key): boolean {
    if (this.isTaken(number)) return false;
    if (this.#given.size > this.#forgetAbove) this.#lookAgain();
    this.#underWay.set(number, holder);
    this.#note(number, holder);
    return true;
  }

  /** The same for any number. @returns undefined when all are taken */
  takeAny(random: Random, holder: Key): number | undefined {
    const { first, last, reserved } = this.range;
    return (
      this.#takeFrom(first + reserved, last, random, holder) ??
      this.#takeFrom(first, first + reserved - 1, random, holder)
    );
  }

  /** The write is over: from now on only the object says whether it has the number. */
  finish(number: number): void {
    this.#underWay.delete(number);
  }

  /** Whether no other object has any of these, also of those that were written elsewhere. */
  isFreeFor(holder: Key, numbers: readonly number[]): boolean {
    if (numbers.length === 0) return true;
    this.#lookAgain();
    return !numbers.some((number) => this.#isHeldByAnother(number, holder));
  }

  #isHeldByAnother(number: number, holder: Key): boolean {
    const others = (this.#given.get(number) ?? []).filter((other) => keyText(other) !== keyText(holder));
    return others.some((other) => this.#holders.has(other, number));
  }

  #takeFrom(first: number, last: number, random: Random, holder: Key): number | undefined {
    const size = last - first + 1;
    if (size <= 0) return undefined;
    const start = Math.floor(random.fraction() * size);
    for (let step = 0; step < size; step++) {
      const number = first + ((start + step) % size);
      if (this.take(number, holder)) return number;
    }
    return undefined;
  }

  #note(number: number, holder: Key): void {
    const known = this.#given.get(number);
    if (!known) this.#given.set(number, [holder]);
    else if (!known.some((other) => other.name === holder.name && other.namespace === holder.namespace))
      known.push(holder);
  }

  #lookAgain(): void {
    this.#given.clear();
    for (const [holder, numbers] of this.#holders.all()) for (const number of numbers) this.#note(number, holder);
    for (const [number, holder] of this.#underWay) this.#note(number, holder);
    this.#forgetAbove = Math.max(FORGET_ABOVE, this.#given.size * 2);
  }
}

/** The ports from `first` to `last`; at least 16 and at most 128 of them are left to those who ask for them. */
export function portRange(first: number, last: number): NumberRange {
  const size = last - first + 1;
  return { first, last, reserved: size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128) };
}
