/** A watch of one kind through a life: it may be interrupted, and misses nothing. */
import type { Line } from './http.ts';
import { type CrashKind, ONLY_OURS, type Shown } from './kinds.ts';

interface WatchLine {
  readonly type: string;
  readonly object: Shown & { readonly code?: number };
}

export class CrashWatch {
  readonly kind: CrashKind;
  readonly #line: Line;
  readonly #onSeen: (kind: CrashKind, shown: Shown) => void;
  readonly #seen = new Set<number>();
  readonly #problems: string[] = [];
  readonly #begun: number;
  /** The newest revision that was seen: where it goes on. */
  last: number;
  #open: ReturnType<Line['watch']>;

  constructor(kind: CrashKind, line: Line, after: number, onSeen: (kind: CrashKind, shown: Shown) => void) {
    this.kind = kind;
    this.#line = line;
    this.#onSeen = onSeen;
    this.#begun = after;
    this.last = after;
    this.#open = this.#begin();
  }

  /** Ends the connection and goes on from the last revision. */
  async reconnect(): Promise<void> {
    this.#open.end();
    await this.#open.over;
    this.#open = this.#begin();
  }

  /** @returns what was missed of the writes that were acknowledged at these revisions */
  async over(acknowledged: readonly number[]): Promise<string[]> {
    await this.#open.over;
    const missed = acknowledged.filter((r) => r > this.#begun && r <= this.last && !this.#seen.has(r));
    return [...this.#problems, ...missed.map((r) => `the watch of ${this.kind.name} has missed revision ${r}`)];
  }

  #begin(): ReturnType<Line['watch']> {
    return this.#line.watch(watchPath(this.kind, this.last), (line) => this.#read(line as WatchLine));
  }

  #read({ type, object }: WatchLine): void {
    if (type === 'ERROR') {
      this.#problems.push(`a watch of ${this.kind.name} within a life ended: ${JSON.stringify(object)}`);
      return;
    }
    const revision = Number(object.metadata.resourceVersion);
    if (revision <= this.last)
      this.#problems.push(`the watch of ${this.kind.name} shows ${revision} after ${this.last}`);
    this.last = revision;
    this.#seen.add(revision);
    this.#onSeen(this.kind, object);
  }
}

/**
 * Goes on with a watch of an earlier life: everything since, or 410.
 *
 * @param since what has been acknowledged since
 */
export async function resume(kind: CrashKind, line: Line, after: number): Promise<string[]> {
  let found: string | undefined;
  const { over, end } = line.watch(`${watchPath(kind, after)}&timeoutSeconds=1`, (read) => {
    const { type, object } = read as Partial<WatchLine> & { code?: number };
    found ??= `${type ?? (read as { kind?: string }).kind} ${object?.code ?? (read as { code?: number }).code}`;
    end();
  });
  await over;
  // Revisions of another life are gone for good: one that came to be used again would lie.
  if (found === 'ERROR 410' || found === 'Status 410') return [];
  return [`a watch of ${kind.name} from revision ${after} of the life before was answered ${found ?? 'nothing'}`];
}

const watchPath = (kind: CrashKind, after: number): string =>
  `${kind.path}?watch=true&${ONLY_OURS}&resourceVersion=${after}`;
