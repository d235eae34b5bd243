/** How attaching goes, of volumes that are not there yet: upstream's operations, their time limits and back-off. */

/** How long the external attacher may take (csiTimeout). */
const TIMEOUT_MS = 2 * 60 * 1000;
/** exponentialbackoff: how long after a failure it is tried again. */
const FIRST_BACK_OFF_MS = 500;
const BACK_OFF_MAX_MS = 122_000;

interface Operation {
  sinceMs: number;
  failures: number;
  /** When it failed; it goes on when its back-off is over. */
  failedMs?: number;
}

const backOffMs = ({ failures }: Operation): number =>
  Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), BACK_OFF_MAX_MS);

/** Operations by the name of their attachment. */
export class Operations {
  readonly #running = new Map<string, Operation>();

  /** Begins one, or begins again one that failed a while ago. */
  begin(name: string, nowMs: number): void {
    const operation = this.#running.get(name);
    if (!operation) this.#running.set(name, { sinceMs: nowMs, failures: 0 });
    else if (operation.failedMs !== undefined && nowMs >= operation.failedMs + backOffMs(operation)) {
      delete operation.failedMs;
      operation.sinceMs = nowMs;
    }
  }

  /** Whether one is under way: it may yet succeed. */
  isPending(name: string): boolean {
    const operation = this.#running.get(name);
    return operation !== undefined && operation.failedMs === undefined;
  }

  isLate(name: string, nowMs: number): boolean {
    const operation = this.#running.get(name);
    return operation !== undefined && nowMs >= operation.sinceMs + TIMEOUT_MS;
  }

  fail(name: string, nowMs: number): void {
    const operation = this.#running.get(name);
    if (!operation) return;
    operation.failures++;
    operation.failedMs = nowMs;
  }

  /** In how many milliseconds to look again, if nothing happens before. */
  leftMs(name: string, nowMs: number): number {
    const operation = this.#running.get(name);
    if (!operation) return Number.POSITIVE_INFINITY;
    const { failedMs, sinceMs } = operation;
    return Math.max(0, (failedMs === undefined ? sinceMs + TIMEOUT_MS : failedMs + backOffMs(operation)) - nowMs);
  }

  end(name: string): void {
    this.#running.delete(name);
  }
}
