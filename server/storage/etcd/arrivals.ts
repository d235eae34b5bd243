import type { Cancel, Clock } from '../../base/clock.ts';
import { timedOut } from './errors.ts';

interface Waiting {
  readonly revision: number;
  readonly untilMs: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Who waits until the storage has come as far as a revision. */
export class Arrivals {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #revision: number;
  #waiting: Waiting[] = [];
  #cancel: Cancel | undefined;

  constructor(clock: Clock, timeoutMs: number, revision: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#revision = revision;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  has(revision: number): boolean {
    return revision <= this.#revision;
  }

  /** The storage has come so far. */
  reached(revision: number): void {
    if (revision <= this.#revision) return;
    this.#revision = revision;
    if (this.#waiting.length === 0) return;
    const still: Waiting[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.revision <= revision) waiting.resolve();
      else still.push(waiting);
    }
    this.#waiting = still;
  }

  /** @throws ApiError 504 when it takes too long */
  async until(revision: number): Promise<void> {
    if (revision <= this.#revision) return;
    await new Promise<void>((resolve, reject) => {
      const untilMs = this.#clock.now() + this.#timeoutMs;
      this.#waiting.push({ revision, untilMs, resolve, reject });
      this.#cancel ??= this.#clock.schedule(this.#timeoutMs, () => this.#giveUp(), 'upkeep');
    });
  }

  close(): void {
    this.#cancel?.();
    for (const { reject } of this.#waiting.splice(0)) reject(timedOut());
  }

  /** One timer for all: nearly nobody waits for long. */
  #giveUp(): void {
    const nowMs = this.#clock.now();
    const late = this.#waiting.filter(({ untilMs }) => untilMs <= nowMs);
    this.#waiting = this.#waiting.filter(({ untilMs }) => untilMs > nowMs);
    const next = this.#waiting[0];
    this.#cancel = next && this.#clock.schedule(next.untilMs - nowMs, () => this.#giveUp(), 'upkeep');
    for (const { reject } of late) reject(timedOut());
  }
}
