import type { Logger } from '../../base/log.ts';
import type { Release } from '../storage.ts';
import type { EtcdClient } from './etcd-client.ts';
import type { EtcdFormat } from './format.ts';
import type { Leases } from './leases.ts';
import { ownKey } from './shared-value.ts';

/** A server that has ended in the middle of a write claims nothing any more after so long, or a little later. */
const CLAIM_MS = 10_000;

/**
 * What servers are about to give away. Two that give away the same at once would both find it free: whoever has put a
 * key there first may, and everybody else sees the key until the object is written.
 */
export class Claims {
  readonly #client: EtcdClient;
  readonly #format: EtcdFormat;
  readonly #leases: Leases;
  readonly #log: Logger;

  constructor(client: EtcdClient, format: EtcdFormat, leases: Leases, log: Logger) {
    this.#client = client;
    this.#format = format;
    this.#leases = leases;
    this.#log = log;
  }

  /** All of them, or none. @throws GrpcError */
  async take(names: readonly string[]): Promise<Release | undefined> {
    const keys = names.map((name) => ownKey(this.#format, `claims/${name}`));
    const lease = await this.#leases.leaseFor(CLAIM_MS);
    const reply = await this.#client
      .txn(
        keys.map((key) => ({ key, target: 'version', is: 0 })),
        keys.map((key) => ({ put: key, value: Buffer.alloc(0), lease })),
      )
      .catch((error: unknown) => {
        // The next one gets another lease, if it was that.
        this.#leases.forget();
        throw error;
      });
    if (!reply.succeeded) return undefined;
    return (isKnown) => {
      if (!isKnown) return;
      const released = this.#client.txn(
        [],
        keys.map((key) => ({ remove: key })),
      );
      released.catch((err: unknown) => this.#log.debug({ err, keys }, 'a claim ends with its lease'));
    };
  }
}
