/** k8s.io/client-go/util/flowcontrol.Backoff, with the kubelet's limits for restarts and for pulls. */
const FIRST_MS = 10 * 1000;
const LONGEST_MS = 300 * 1000;

interface Entry {
  delayMs: number;
  updatedMs: number;
}

/** How long to wait before something is tried again: not at all the first time, then longer each time. */
export class BackOffs {
  /** Most never fail. */
  #entries: Map<string, Entry> | undefined;

  /** What a kubelet that was started anew knows of a container that has been restarted so often. */
  assume(key: string, restartCount: number, updatedMs: number): void {
    if (restartCount === 0 || this.#entries?.has(key)) return;
    this.#set(key, { delayMs: Math.min(FIRST_MS * 2 ** (restartCount - 1), LONGEST_MS), updatedMs });
  }

  delayMs(key: string): number {
    return this.#entries?.get(key)?.delayMs ?? 0;
  }

  /** How long to wait still, after a failure at `sinceMs`. A failure after long quiet is a first one. */
  leftMs(key: string, sinceMs: number, nowMs: number): number {
    const entry = this.#entries?.get(key);
    return entry && !isOver(entry, sinceMs) ? Math.min(entry.delayMs, Math.max(0, sinceMs + entry.delayMs - nowMs)) : 0;
  }

  /** It is tried again now. */
  next(key: string, sinceMs: number, nowMs: number): void {
    const entry = this.#entries?.get(key);
    const delayMs = entry && !isOver(entry, sinceMs) ? Math.min(entry.delayMs * 2, LONGEST_MS) : FIRST_MS;
    this.#set(key, { delayMs, updatedMs: nowMs });
  }

  #set(key: string, entry: Entry): void {
    this.#entries ??= new Map();
    this.#entries.set(key, entry);
  }
}

const isOver = ({ updatedMs }: Entry, sinceMs: number): boolean => sinceMs - updatedMs > 2 * LONGEST_MS;

/** `10s`, `2m40s`. */
export function goSeconds(ms: number): string {
  const [minutes, seconds] = [Math.floor(ms / 60_000), (ms / 1000) % 60];
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
