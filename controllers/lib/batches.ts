import { nextTurn, rest } from '../../server/base/turn.ts';

/** So many turns of the event loop without a change are a pause. */
const QUIET_TURNS = 3;
/** Turns after which work begins although changes still come in. */
const TURNS_MAX = 64;
/** Rest after a write, for each part of what was written: several times as long as the write took. */
const REST_PER_PART_MS = 0.04;
/** Shorter rests are not worth a timer. */
const REST_LEAST_MS = 1;

/**
 * Lets costly work serve many changes at once: a thousand pods that become ready one after another are a few updates of
 * their Endpoints and not a thousand.
 *
 * @example
 * batches.changed(key); // for each pod
 * await batches.ready(key); // before the work
 * batches.wrote(key, addresses.length); // after it
 */
export class Batches {
  readonly #changes = new Map<string, number>();
  readonly #rests = new Map<string, Promise<void>>();

  /** Something changed that the work for a key is about. */
  changed(key: string): void {
    this.#changes.set(key, (this.#changes.get(key) ?? 0) + 1);
  }

  /** Resolves at a pause in the changes of a key, but not too soon after its last large write. */
  async ready(key: string): Promise<void> {
    await this.#rests.get(key);
    let quiet = 0;
    for (let turn = 0; turn < TURNS_MAX && quiet < QUIET_TURNS; turn++) {
      const seen = this.#changes.get(key);
      await nextTurn();
      quiet = this.#changes.get(key) === seen ? quiet + 1 : 0;
    }
  }

  /** Something with so many parts was written for a key. */
  wrote(key: string, parts: number): void {
    const durationMs = parts * REST_PER_PART_MS;
    if (durationMs < REST_LEAST_MS) return;
    const resting = rest(durationMs).then(() => {
      if (this.#rests.get(key) === resting) this.#rests.delete(key);
    });
    this.#rests.set(key, resting);
  }

  forget(key: string): void {
    this.#changes.delete(key);
  }
}
