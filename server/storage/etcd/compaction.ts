import type { Cancel, Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { EtcdClient } from './etcd-client.ts';

/** kube-apiserver's key: its version counts the turns, so that of many servers one does it each time. */
const KEY = 'compact_rev_key';

export interface CompactionParts {
  readonly client: EtcdClient;
  /** The clock of the machine. */
  readonly clock: Clock;
  readonly log: Logger;
  /** What is older than one or two of these is forgotten. */
  readonly intervalMs: number;
}

/** Has etcd forget the past, as kube-apiserver does: it would keep every version of everything. */
export class Compaction {
  readonly #parts: CompactionParts;
  #cancel: Cancel;
  /** The version of the key and the revision of etcd, at the last turn. */
  #turn = 0;
  #revision = 0;

  constructor(parts: CompactionParts) {
    this.#parts = parts;
    this.#cancel = this.#later();
  }

  close(): void {
    this.#cancel();
    this.#cancel = () => undefined;
  }

  #later(): Cancel {
    const { clock, intervalMs, log } = this.#parts;
    return clock.schedule(
      intervalMs,
      () => {
        this.#cancel = this.#later();
        this.#compact().catch((error: unknown) =>
          log.warn({ err: error }, 'etcd could not be made to forget the past'),
        );
      },
      'upkeep',
    );
  }

  async #compact(): Promise<void> {
    const { client } = this.#parts;
    const forgotten = this.#revision;
    const reply = await client.txn(
      [{ key: KEY, target: 'version', is: this.#turn }],
      [{ put: KEY, value: Buffer.from(String(forgotten)) }],
      [{ read: KEY }],
    );
    this.#revision = reply.revision;
    this.#turn = reply.succeeded ? this.#turn + 1 : (reply.found?.version ?? 0);
    if (reply.succeeded && forgotten > 0) await client.compact(forgotten);
  }
}
