/** Whom an object belongs to, what belongs to it, and what each of them says about itself. */
import type { Frozen } from '../../base/freeze.ts';
import type { ControllerOff } from '../../kube/controller-off.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Event, Pod } from '../../kube/types.gen.ts';
import type { LocalStorage } from '../../storage/storage.ts';

/** A condition that says why. */
export interface ShownCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface ShownEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly source: string;
}

/** Why a container is in a state. */
interface ShownState {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
}

export interface ShownContainer extends ShownState {
  readonly name: string;
  readonly state: string;
  /** How its run before ended. */
  readonly before?: ShownState;
  readonly restarts: number;
  readonly ready: boolean;
}

/** An object, and those that it owns. */
export interface ChainNode {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** How far it is: `2 of 3 replicas are ready`, `Pending`. */
  readonly state?: string;
  /** Controllers that would work on it, and are off for it. */
  readonly controllersOff?: readonly ControllerOff[];
  readonly conditions?: readonly ShownCondition[];
  readonly containers?: readonly ShownContainer[];
  /** The last ones about it. */
  readonly events?: readonly ShownEvent[];
  readonly owns?: readonly ChainNode[];
  /** How many it owns besides those that are shown. */
  readonly more?: number;
}

const EVENTS_SHOWN = 5;
const OWNED_SHOWN = 50;
const DEPTH_MAX = 10;

type Stored = Frozen<KubeObject>;
type References = NonNullable<Stored['metadata']['ownerReferences']>;
type Status = Readonly<Record<string, unknown>> & { readonly conditions?: readonly ShownCondition[] };

/** Tells which controllers are off for an object, which stands first, before those that control it. */
export type FindControllersOff = (chain: readonly [Stored, ...Stored[]]) => readonly ControllerOff[];

/** Everything there is, once for each question. */
export class ObjectChains {
  readonly #controllersOff: FindControllersOff;
  readonly #byUid = new Map<string, Stored>();
  readonly #owned = new Map<string, Stored[]>();
  readonly #events = new Map<string, Frozen<Event>[]>();

  constructor(storage: LocalStorage, controllersOff: FindControllersOff) {
    this.#controllersOff = controllersOff;
    for (const { value } of storage.all()) {
      const { uid, ownerReferences = [] } = value.metadata;
      if (uid !== undefined) this.#byUid.set(uid, value);
      for (const owner of ownerReferences) add(this.#owned, owner.uid, value);
      if (value.kind === 'Event') this.#addEvent(value as unknown as Frozen<Event>);
    }
  }

  /** Owners, the nearest first. */
  owners(object: Stored): ChainNode[] {
    return this.#above(object, (references) => references.find(({ controller }) => controller) ?? references[0]).map(
      (owner) => this.#node(owner),
    );
  }

  /** Whom an object belongs to, whom that belongs to, and so on. */
  #above({ metadata }: Stored, ownerOf: (references: References) => References[number] | undefined): Stored[] {
    const owners: Stored[] = [];
    const seen = new Set<string>();
    let references = metadata.ownerReferences ?? [];
    while (owners.length < DEPTH_MAX) {
      const { uid = '' } = ownerOf(references) ?? {};
      const owner = this.#byUid.get(uid);
      if (!owner || seen.has(uid)) return owners;
      seen.add(uid);
      owners.push(owner);
      references = owner.metadata.ownerReferences ?? [];
    }
    return owners;
  }

  /** The object and what it owns. */
  tree(object: Stored, depth = 0): ChainNode {
    const owned = depth < DEPTH_MAX ? (this.#owned.get(object.metadata.uid ?? '') ?? []) : [];
    const shown = [...owned].sort(worstFirst).slice(0, OWNED_SHOWN);
    return {
      ...this.#node(object),
      ...(shown.length > 0 && { owns: shown.map((child) => this.tree(child, depth + 1)) }),
      ...(owned.length > shown.length && { more: owned.length - shown.length }),
    };
  }

  #node(object: Stored): ChainNode {
    const { kind = '', metadata } = object;
    const { namespace, name = '', uid = '' } = metadata;
    const state = stateOf(object);
    const off = this.#controllersOff([object, ...this.#above(object, controllerIn)]);
    const conditions = conditionsOf(object);
    const containers = kind === 'Pod' ? containersOf(object as unknown as Frozen<Pod>) : [];
    const events = (this.#events.get(uid) ?? []).sort(byTime).slice(-EVENTS_SHOWN).map(shownEvent);
    return {
      kind,
      ...(namespace !== undefined && { namespace }),
      name,
      ...(state !== undefined && { state }),
      ...(off.length > 0 && { controllersOff: off }),
      ...(conditions.length > 0 && { conditions }),
      ...(containers.length > 0 && { containers }),
      ...(events.length > 0 && { events }),
    };
  }

  #addEvent(event: Frozen<Event>): void {
    const { uid = '' } = event.involvedObject;
    if (uid !== '') add(this.#events, uid, event);
  }
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

const controllerIn = (references: References): References[number] | undefined =>
  references.find(({ controller }) => controller);

const statusOf = ({ status }: Stored & { readonly status?: unknown }): Status => (status ?? {}) as Status;

/** What is going wrong stands first; of the rest the newest. */
function worstFirst(a: Stored, b: Stored): number {
  const isBad = (object: Stored): number => (conditionsOf(object).length > 0 ? 0 : 1);
  const [older, newer] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return isBad(a) - isBad(b) || (newer < older ? -1 : newer > older ? 1 : 0);
}

function stateOf(object: Stored): string | undefined {
  const status = statusOf(object);
  if (object.metadata.deletionTimestamp !== undefined) return 'being deleted';
  if (typeof status.phase === 'string') return status.phase;
  const { spec } = object as { spec?: { replicas?: unknown } };
  const wanted = spec?.replicas ?? status.desiredNumberScheduled;
  if (typeof wanted !== 'number') return undefined;
  const ready = status.readyReplicas ?? status.numberReady ?? 0;
  return `${Number(ready)} of ${wanted} ${wanted === 1 ? 'replica is' : 'replicas are'} ready`;
}

/** Conditions that are as they should not be. Most are good when True; those of trouble say so in their names. */
const BAD_WHEN_TRUE = /Pressure$|Failure$|^Failed|^Degraded$|^Stalled$|Unavailable$|^Terminating|^DisruptionTarget$/;

function conditionsOf(object: Stored): ShownCondition[] {
  const { conditions = [] } = statusOf(object);
  if (!Array.isArray(conditions)) return [];
  const isOver = statusOf(object).phase === 'Succeeded';
  return (conditions as readonly ShownCondition[])
    .filter(({ type, status }) => (BAD_WHEN_TRUE.test(type) ? status === 'True' : status !== 'True' && !isOver))
    .map(({ type, status, reason, message }) => ({
      type,
      status,
      ...(reason && { reason }),
      ...(message && { message }),
    }));
}

function containersOf({ status }: Frozen<Pod>): ShownContainer[] {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.map(({ name, state, restartCount, ready, lastState }) => {
    const [found = 'unknown'] = Object.keys(state ?? {});
    const before = lastState?.terminated;
    return {
      name,
      state: found,
      ...shownState(state?.waiting ?? state?.terminated ?? {}),
      ...(before && { before: shownState(before) }),
      restarts: restartCount,
      ready,
    };
  });
}

function shownState({ reason, message, exitCode }: ShownState): ShownState {
  return { ...(reason && { reason }), ...(message && { message }), ...(exitCode !== undefined && { exitCode }) };
}

const timeOf = ({ lastTimestamp, eventTime, metadata }: Frozen<Event>): string =>
  lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';

const byTime = (a: Frozen<Event>, b: Frozen<Event>): number => (timeOf(a) < timeOf(b) ? -1 : 1);

function shownEvent(event: Frozen<Event>): ShownEvent {
  const { type = '', reason = '', message = '', count, series, source, reportingComponent } = event;
  const component = source?.component || reportingComponent || '';
  return { type, reason, message, count: series?.count ?? count ?? 1, source: component };
}
