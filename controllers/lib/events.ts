import type { Clock } from '../../server/base/clock.ts';
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { Event } from '../../server/kube/types.gen.ts';
import type { Afterwards } from './afterwards.ts';
import type { Client } from './client.ts';
import { EventCorrelator, type Observation, type Told } from './event-correlator.ts';

const EVENTS = 'v1/events';

export type EventType = 'Normal' | 'Warning';

/** Where an Event comes from, more exactly than the recorder itself. */
export interface EventDetail {
  /** The node, for Events of kubelets. */
  readonly host?: string;
  /** The part of the object, such as `spec.containers{nginx}`. */
  readonly fieldPath?: string;
}

/** Tells an Event. Never fails, and is not waited for. */
export type RecordEvent = (
  about: Frozen<KubeObject>,
  type: EventType,
  reason: string,
  message: string,
  detail?: EventDetail,
) => void;

/** Writes Events as client-go's recorder does: what repeats is counted on the Event that is there. */
export class EventRecorder {
  readonly #client: Client;
  readonly #correlator: EventCorrelator;
  readonly #clock: Clock;
  readonly #component: string;
  readonly #afterwards: Afterwards;
  /** Writes of one recorder follow each other: a count needs the Event that it counts on. */
  #last: Promise<void> = Promise.resolve();

  constructor(client: Client, clock: Clock, component: string, afterwards: Afterwards) {
    this.#afterwards = afterwards;
    this.#client = client;
    this.#correlator = new EventCorrelator(clock, () => afterwards.nextNumber());
    this.#clock = clock;
    this.#component = component;
  }

  /** Resolves when the Event is written, or dropped because there are too many about its object. @throws ApiError */
  record(
    ...[about, type, reason, message, { fieldPath = '', host = '' } = {}]: Parameters<RecordEvent>
  ): Promise<void> {
    const told = { about, type, reason, message, fieldPath, host };
    const observation = this.#correlator.correlate(told);
    if (!observation) return Promise.resolve();
    const event = this.#eventOf(told, observation);
    const written = this.#last.then(() => this.#afterwards.turn()).then(() => this.#write(event));
    this.#last = written.catch(() => undefined);
    return written;
  }

  async #write(event: Event): Promise<void> {
    const { count, lastTimestamp, message } = event;
    if (count === 1) {
      await this.#client.create(EVENTS, event);
      return;
    }
    try {
      await this.#client.patch(EVENTS, keyOf(event), 'strategic', { count, lastTimestamp, message });
    } catch (error) {
      // It has expired, or was dropped when it was new.
      if (!(error instanceof ApiError && error.code === 404)) throw error;
      await this.#client.create(EVENTS, event);
    }
  }

  #eventOf(
    { about, type, reason, host, fieldPath }: Told,
    { name, message, count, firstMs, isCombined }: Observation,
  ): Event {
    const { namespace = '', uid = '', resourceVersion = '' } = about.metadata;
    return {
      metadata: { name, namespace: namespace === '' ? 'default' : namespace },
      involvedObject: {
        kind: about.kind ?? '',
        ...(namespace !== '' && { namespace }),
        name: about.metadata.name ?? '',
        uid,
        apiVersion: about.apiVersion ?? '',
        resourceVersion,
        ...(fieldPath !== '' && { fieldPath }),
      },
      reason,
      message,
      source: { component: this.#component, ...(host !== '' && { host }) },
      firstTimestamp: rfc3339(firstMs),
      lastTimestamp: rfc3339(this.#clock.now()),
      count,
      type,
      // Upstream makes combined Events anew and leaves these out.
      reportingComponent: isCombined ? '' : this.#component,
      reportingInstance: isCombined ? '' : host,
    };
  }
}
