import type { Cancel, Clock } from '../../../server/base/clock.ts';
import { ApiError } from '../../../server/kube/api-error.ts';
import { apiVersionOf, type KubeObject } from '../../../server/kube/object.ts';
import type { EverythingObserver, ServedResource, Transport } from '../../../server/kube/transport.ts';

/** Objects that bring or take kinds. */
const BRINGING_KINDS = new Set(['CustomResourceDefinition', 'APIService']);

/** Discovery follows a definition by so much, or by so much at worst. */
const REDISCOVER_AFTER_MS = [1000, 10_000];
const RECONNECT_MS = 1000;

/** Who may not see a resource, or comes when it is gone, goes on without it. */
const ABSENT = [403, 404, 405];

type ResourceDoor = Pick<Transport, 'list' | 'resources' | 'watch'>;

/** All resources of a server by a list and a watch of each, as upstream's garbage collector follows them. */
export class EverythingWatch {
  readonly #door: ResourceDoor;
  readonly #clock: Clock;
  readonly #observer: EverythingObserver;
  readonly #streams = new Map<string, Cancel>();
  readonly #timers = new Set<Cancel>();
  #open = true;

  constructor(door: ResourceDoor, clock: Clock, observer: EverythingObserver) {
    this.#door = door;
    this.#clock = clock;
    this.#observer = observer;
  }

  async start(existing: boolean): Promise<void> {
    try {
      await this.#discover(existing);
      if (this.#open) this.#observer.synced();
    } catch {
      this.#fail();
    }
  }

  stop(): void {
    this.#open = false;
    for (const cancel of [...this.#streams.values(), ...this.#timers]) cancel();
  }

  #fail(): void {
    if (!this.#open) return;
    this.stop();
    this.#observer.end();
  }

  /** Begins to follow what is new, and ends with what is not served any more. */
  async #discover(existing: boolean): Promise<void> {
    const followed = new Map((await this.#door.resources()).filter(isFollowed).map((served) => [served.id, served]));
    for (const [id, cancel] of this.#streams) {
      if (followed.has(id)) continue;
      cancel();
      this.#streams.delete(id);
    }
    const added = [...followed.values()].filter(({ id }) => !this.#streams.has(id));
    await Promise.all(added.map((served) => this.#begin(served, existing)));
  }

  async #begin(served: ServedResource, existing: boolean): Promise<void> {
    let isEnded = false;
    let cancel: Cancel = () => undefined;
    this.#streams.set(served.id, () => {
      isEnded = true;
      cancel();
    });
    const follow = (resourceVersion: string): void => {
      let seen = resourceVersion;
      const observed = {
        bookmark: (version: string) => {
          seen = version;
        },
        event: (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject) => {
          seen = object.metadata.resourceVersion ?? seen;
          this.#tell(type, served, object);
        },
        end: (expired: boolean) => {
          if (isEnded || !this.#open) return;
          // What happened since is lost: the whole begins anew.
          if (expired) this.#fail();
          else cancel = this.#clock.schedule(RECONNECT_MS, () => follow(seen));
        },
      };
      cancel = this.#door.watch({ resource: served.id, namespace: '', resourceVersion }, observed as never);
    };
    try {
      const { items, resourceVersion } = await this.#door.list({ resource: served.id, namespace: '' });
      if (isEnded || !this.#open) return;
      if (existing) for (const item of items) this.#observer.event('ADDED', item);
      follow(resourceVersion);
    } catch (error) {
      if (!(error instanceof ApiError && ABSENT.includes(error.code))) throw error;
      this.#streams.delete(served.id);
    }
  }

  #tell(type: 'ADDED' | 'MODIFIED' | 'DELETED', { group, version, kind }: ServedResource, object: KubeObject): void {
    if (!this.#open) return;
    this.#observer.event(type, { apiVersion: apiVersionOf({ group, version }), kind, ...object });
    if (!BRINGING_KINDS.has(kind)) return;
    for (const afterMs of REDISCOVER_AFTER_MS) this.#rediscover(afterMs);
  }

  #rediscover(afterMs: number): void {
    const cancel = this.#clock.schedule(afterMs, () => {
      this.#timers.delete(cancel);
      // A server that does not answer right now is asked again when a watch ends for the same reason.
      this.#discover(true).catch(() => undefined);
    });
    this.#timers.add(cancel);
  }
}

/** Events own nothing, count for nothing, and come twice. */
function isFollowed({ resource, preferred, verbs }: ServedResource): boolean {
  return preferred && resource !== 'events' && verbs.includes('list') && verbs.includes('watch');
}
