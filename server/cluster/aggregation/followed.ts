/** Something that other servers tell about themselves, asked for again and again. */
import type { Activity } from '../../base/activity.ts';
import { type Cancel, type Clock, realOf } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { RemoteServer } from './remote-api.ts';

/** How long what was told is believed, and how long a server that fails is left alone at most. */
const REFRESH_MS = 60_000;
const FIRST_RETRY_MS = 500;

export interface FollowedParts<T> {
  readonly what: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly activity: Activity;
  /** Asks a server. @throws Error when it does not tell */
  fetch(remote: RemoteServer): Promise<T>;
  /** What holds for a server that cannot be asked, or does not tell. */
  missing(remote: RemoteServer): T;
  /** Something else is told than before. */
  changed(): void;
}

interface Entry<T> {
  remote: RemoteServer;
  value: T;
  failures: number;
  asking?: Promise<void>;
  cancel: Cancel;
}

export class Followed<T> {
  readonly #parts: FollowedParts<T>;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(parts: FollowedParts<T>) {
    this.#parts = parts;
  }

  /** A server is there, or it is another one, or it can be asked now. */
  follow(name: string, remote: RemoteServer): void {
    const before = this.#entries.get(name);
    before?.cancel();
    const entry: Entry<T> = {
      remote,
      value: before?.remote.isAvailable && remote.isAvailable ? before.value : this.#parts.missing(remote),
      failures: 0,
      cancel: () => undefined,
    };
    this.#entries.set(name, entry);
    if (remote.isAvailable) this.#ask(name, entry);
    this.#parts.changed();
  }

  forget(name: string): void {
    this.#entries.get(name)?.cancel();
    if (this.#entries.delete(name)) this.#parts.changed();
  }

  /** What all of them have told, by the name of the APIService; after those that are being asked now. */
  async all(): Promise<ReadonlyMap<string, T>> {
    for (const { asking } of this.#entries.values()) if (asking) await asking;
    return new Map([...this.#entries].map(([name, { value }]) => [name, value]));
  }

  #ask(name: string, entry: Entry<T>): void {
    const { activity, clock, log, what } = this.#parts;
    const done = activity.begin(`${what} of ${name}`);
    const tell = (value: T): void => {
      if (this.#entries.get(name) !== entry) return;
      entry.value = value;
      this.#parts.changed();
    };
    const asking = this.#parts.fetch(entry.remote).then(
      (value) => {
        entry.failures = 0;
        tell(value);
      },
      (err: unknown) => {
        log.debug({ err, name }, `an API server did not tell its ${what}`);
        entry.failures++;
        tell(this.#parts.missing(entry.remote));
      },
    );
    entry.asking = asking.finally(() => {
      delete entry.asking;
      done();
      if (this.#entries.get(name) !== entry) return;
      const delayMs =
        entry.failures > 0 ? Math.min(FIRST_RETRY_MS * 2 ** (entry.failures - 1), REFRESH_MS) : REFRESH_MS;
      entry.cancel = realOf(clock).schedule(delayMs, () => this.#ask(name, entry));
    });
  }
}
