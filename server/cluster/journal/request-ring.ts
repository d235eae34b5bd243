import type { JournalEntry } from './journal-entry.ts';

/** The newest requests, in the order in which they came. It takes no room before they do. */
export class RequestRing {
  readonly #capacity: number;
  #entries: JournalEntry[] = [];
  /** Where the next one goes, once the ring is full. */
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @returns the one that had to go */
  push(entry: JournalEntry): JournalEntry | undefined {
    if (this.#entries.length < this.#capacity) {
      this.#entries.push(entry);
      return undefined;
    }
    const oldest = this.#entries[this.#next];
    this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#capacity;
    return oldest;
  }

  /** Those that came after a mark, oldest first. */
  after(mark: number): JournalEntry[] {
    const entries = [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
    return mark === 0 ? entries : entries.filter(({ sequence }) => sequence > mark);
  }

  /** Forgets those that came until this moment of the machine. @returns when the oldest of the others came */
  forgetUntil(realMs: number): number | undefined {
    const kept = this.after(0).filter(({ realAtMs }) => realAtMs > realMs);
    if (kept.length < this.#entries.length) {
      this.#entries = kept;
      this.#next = 0;
    }
    return kept[0]?.realAtMs;
  }

  clear(): void {
    this.#entries = [];
    this.#next = 0;
  }
}
