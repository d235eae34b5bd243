/** A watch that goes on at another server whenever it ends, at the last revision that it has seen. */
import { rest } from '../../server/base/turn.ts';
import type { Fleet } from './fleet.ts';
import { MAPS } from './writer.ts';

const PAUSE_MS = 20;

interface Shown {
  readonly type: string;
  readonly object: { readonly metadata: { readonly resourceVersion: string }; readonly code?: number };
}

export class Follower {
  readonly problems: string[] = [];
  readonly seen = new Set<number>();
  /** The newest revision that was seen. */
  last: number;
  /** How often it has gone on at another server. */
  moves = 0;
  readonly #fleet: Fleet;
  #place: number;
  #end: () => void = () => undefined;
  #isOver = false;

  constructor(fleet: Fleet, place: number, after: number) {
    this.#fleet = fleet;
    this.#place = place;
    this.last = after;
  }

  end(): void {
    this.#isOver = true;
    this.#end();
  }

  /** Until it is ended. */
  async run(): Promise<void> {
    while (!this.#isOver) {
      const at = this.#fleet.next(this.#place);
      if (!at) {
        await rest(PAUSE_MS);
        continue;
      }
      this.#place = at.place;
      const path = `${MAPS}?watch=true&resourceVersion=${this.last}`;
      const { over, end } = at.line.watch(path, (line) => this.#read(line as Shown));
      this.#end = end;
      await over;
      this.moves++;
      await rest(PAUSE_MS);
    }
  }

  #read({ type, object }: Shown): void {
    if (type === 'ERROR' || !object) {
      this.problems.push(`a watch after ${this.last} at server ${this.#place} was refused: ${JSON.stringify(object)}`);
      this.end();
      return;
    }
    const revision = Number(object.metadata.resourceVersion);
    if (revision <= this.last) this.problems.push(`a watch shows ${revision} after ${this.last}`);
    this.last = revision;
    this.seen.add(revision);
  }
}
