import type { Clock } from '../../server/base/clock.ts';
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Key, KubeObject } from '../../server/kube/object.ts';
import type { Event } from '../../server/kube/types.gen.ts';
import type { Client } from './client.ts';

export type EventType = 'Normal' | 'Warning';

interface Known {
  key: Key;
  count: number;
}

/** client-go's event cache holds as many (maxLruCacheEntries). */
const REMEMBERED = 4096;

/** Writes Events as client-go's recorder does: what repeats is counted on the Event that is there. */
export class EventRecorder {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #source: { readonly component: string; readonly host?: string };
  readonly #known = new Map<string, Known>();
  /** Writes of one recorder follow each other: a count needs the Event that it counts on. */
  #last: Promise<void> = Promise.resolve();
  #sequence = 0;

  constructor(client: Client, clock: Clock, component: string, host?: string) {
    this.#client = client;
    this.#clock = clock;
    this.#source = { component, ...(host !== undefined && { host }) };
  }

  /** @param onFailure is told when the Event could not be written, which stops nobody's work */
  record(about: Frozen<KubeObject>, type: EventType, reason: string, message: string, done: () => void, onFailure: (error: unknown) => void): void {
    this.#last = this.#last.then(() => this.#write(about, type, reason, message)).catch(onFailure).finally(done);
  }

  async #write(about: Frozen<KubeObject>, type: EventType, reason: string, message: string): Promise<void> {
    const identity = JSON.stringify([about.metadata.uid, about.kind, type, reason, message]);
    const now = rfc3339(this.#clock.now());
    const known = this.#known.get(identity);
    if (known && (await this.#count(known, now))) return;
    const event = this.#eventOf(about, type, reason, message, now);
    await this.#client.create('v1/events', event);
    this.#known.set(identity, { key: { namespace: event.metadata.namespace ?? '', name: event.metadata.name ?? '' }, count: 1 });
    if (this.#known.size <= REMEMBERED) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      break;
    }
  }

  async #count(known: Known, now: string): Promise<boolean> {
    try {
      await this.#client.patch('v1/events', known.key, 'strategic', { count: known.count + 1, lastTimestamp: now });
      known.count++;
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return false;
      throw error;
    }
  }

  #eventOf(about: Frozen<KubeObject>, type: EventType, reason: string, message: string, now: string): Omit<Event, 'metadata'> & { metadata: { name: string; namespace: string } } {
    const { name = '', namespace = '', uid = '', resourceVersion = '' } = about.metadata;
    const nanoseconds = BigInt(this.#clock.now()) * 1_000_000n + BigInt(this.#sequence++ % 1_000_000);
    return {
      metadata: { name: `${name}.${nanoseconds.toString(16)}`, namespace: namespace === '' ? 'default' : namespace },
      involvedObject: {
        kind: about.kind ?? '',
        ...(namespace !== '' && { namespace }),
        name,
        uid,
        apiVersion: about.apiVersion ?? '',
        resourceVersion,
      },
      reason,
      message,
      source: this.#source,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type,
      reportingComponent: this.#source.component,
      reportingInstance: this.#source.host ?? '',
    };
  }
}
