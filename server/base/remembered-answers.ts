import type { Clock } from './clock.ts';

/** Answers that are good for a while; the ones that were not asked for longest go first (LRUExpireCache). */
export class RememberedAnswers<T> {
  readonly #clock: Clock;
  readonly #answers = new Map<string, { readonly answer: T; readonly untilMs: number }>();

  readonly #max: number;

  /** @param max how many answers are kept */
  constructor(clock: Clock, max: number) {
    this.#clock = clock;
    this.#max = max;
  }

  get(question: string): T | undefined {
    const known = this.#answers.get(question);
    if (!known) return undefined;
    this.#answers.delete(question);
    if (known.untilMs <= this.#clock.now()) return undefined;
    this.#answers.set(question, known);
    return known.answer;
  }

  set(question: string, answer: T, ttlMs: number): void {
    if (ttlMs <= 0) return;
    this.#answers.delete(question);
    this.#answers.set(question, { answer, untilMs: this.#clock.now() + ttlMs });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > this.#max && oldest !== undefined) this.#answers.delete(oldest);
  }
}
