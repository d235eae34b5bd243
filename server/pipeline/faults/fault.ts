/** A rule at work: what it is about, and how often it was. */
import type { Cancel } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { FaultReport, FaultRule } from './fault-rule.ts';
import type { ReadRule } from './read-rule.ts';

export class Fault<E extends ReadRule['effect'] = ReadRule['effect']> {
  readonly id: string;
  readonly read: ReadRule & { readonly effect: E };
  /** A sequence of its own: what one rule draws changes nothing for another one. */
  readonly random: Random;
  readonly #rule: FaultRule;
  readonly #ends = new Set<Cancel>();
  #matched = 0;
  #fired = 0;
  #state: FaultReport['state'] = 'active';

  constructor(id: string, rule: FaultRule, read: ReadRule & { readonly effect: E }, random: Random) {
    this.id = id;
    this.#rule = rule;
    this.read = read;
    this.random = random;
  }

  /** Whether it still does something. */
  get isActive(): boolean {
    return this.#state === 'active';
  }

  /** Counts something that it is about. @returns whether it does something to it */
  draw(): boolean {
    if (!this.isActive) return false;
    this.#matched++;
    const { after, probability, times } = this.read;
    if (this.#matched <= after) return false;
    if (probability < 1 && this.random.fraction() >= probability) return false;
    this.#fired++;
    if (this.#fired >= times) this.#state = 'spent';
    return true;
  }

  /** Calls back when the rule has been removed or its time is over; not when it is spent. */
  onEnd(ended: Cancel): Cancel {
    this.#ends.add(ended);
    return () => this.#ends.delete(ended);
  }

  /** Its time is over, or it has been removed. */
  end(): void {
    if (this.#state === 'active') this.#state = 'expired';
    const ends = [...this.#ends];
    this.#ends.clear();
    for (const ended of ends) ended();
  }

  report(): FaultReport {
    return { id: this.id, rule: this.#rule, matched: this.#matched, fired: this.#fired, state: this.#state };
  }
}
