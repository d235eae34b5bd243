import { nextTurn } from '../../base/turn.ts';

/** One change of a key. */
export interface Turn {
  /** Its outcome is decided: what it writes is under way, and ends by itself. */
  decided(): void;
  /** The outcome did not hold: it begins anew. */
  undecided(): void;
}

/**
 * Changes of one key come one after the other: two at once would have one of them made twice. Nobody waits for more
 * than a turn of the event loop for somebody who is still thinking, because a change may ask others who want to write
 * the same object first.
 */
export class Turns {
  readonly #last = new Map<string, OwnTurn>();

  async run<T>(key: string, work: (turn: Turn) => Promise<T>): Promise<T> {
    const earlier = this.#last.get(key);
    const turn = new OwnTurn();
    this.#last.set(key, turn);
    try {
      if (earlier) await earlier.outOfTheWay();
      turn.enter('thinking');
      return await work(turn);
    } finally {
      turn.enter('over');
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}

type Phase = 'waiting' | 'thinking' | 'writing' | 'over';

class OwnTurn implements Turn {
  #phase: Phase = 'waiting';
  #moved: () => void = () => undefined;
  #move = this.#nextMove();

  decided(): void {
    this.enter('writing');
  }

  undecided(): void {
    this.enter('thinking');
  }

  enter(phase: Phase): void {
    this.#phase = phase;
    const moved = this.#moved;
    this.#move = this.#nextMove();
    moved();
  }

  async outOfTheWay(): Promise<void> {
    while (this.#phase !== 'over') {
      const move = this.#move;
      if (this.#phase !== 'thinking') await move;
      else {
        await Promise.race([move, nextTurn()]);
        if (this.#move === move) return;
      }
    }
  }

  #nextMove(): Promise<void> {
    return new Promise((resolve) => {
      this.#moved = resolve;
    });
  }
}
