/** Which pod is next, and which wait for something to happen: kube-scheduler's PriorityQueue. */
import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import type { ClusterEvent } from './cluster-events.ts';
import { type FilterPlugin, helps, type PluginName, type World } from './framework.ts';
import { Heap } from './heap.ts';
import { FILTER_PLUGINS } from './plugins/index.ts';
import { PodInfo } from './pod-info.ts';

/** What refused a pod. Where there are no nodes at all, only a node helps. */
export type Rejector = PluginName | 'no nodes';

type Place =
  | 'active'
  /** Ready as well, but after all that are active. */
  | 'backoff'
  /** Its turn comes at a certain time, after an error. */
  | 'error'
  | 'unschedulable'
  /** Taken out, and worked on. */
  | 'taken';

/** A pod in the queue. */
export interface Queued {
  readonly pod: PodInfo;
  /** How often a node was looked for. */
  readonly attempts: number;
}

interface Entry extends Queued {
  pod: PodInfo;
  place: Place;
  attempts: number;
  sinceMs: number;
  order: number;
  rejectors: ReadonlySet<Rejector>;
  /** Something helped while it may not come back yet. */
  isHelped: boolean;
}

const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 10_000;
const READY_WINDOW_MS = 1000;

const backoffMs = ({ attempts }: Queued): number =>
  attempts === 0 ? 0 : Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), LONGEST_BACKOFF_MS);

/** The highest priority first, then who has waited longest. */
const byPriority = (a: Entry, b: Entry): number =>
  b.pod.priority - a.pod.priority || a.sinceMs - b.sinceMs || a.order - b.order;

/** In whole seconds, so that priority decides among those that are ready at about the same time. */
const readyMs = (entry: Entry): number =>
  Math.floor((entry.sinceMs + backoffMs(entry)) / READY_WINDOW_MS) * READY_WINDOW_MS;

const byReadiness = (a: Entry, b: Entry): number => readyMs(a) - readyMs(b) || byPriority(a, b);

export interface QueueOptions {
  readonly world: World;
  readonly nowMs: () => number;
  /** Asks for one more call of {@link SchedulingQueue.take}, now or later. */
  readonly ask: (key: Key, afterMs?: number) => void;
}

/**
 * Pods that want a node. One that was refused comes back only by an event that may help it: nothing is tried again
 * just because time has passed, but for errors.
 */
export class SchedulingQueue {
  readonly #options: QueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #active = new Heap<Entry>(byPriority);
  readonly #backoff = new Heap<Entry>(byReadiness);
  /** Refused pods by what refused them. */
  readonly #refused = new Map<Rejector, Set<Entry>>();
  readonly #failed = new Set<Entry>();
  /** Pods that make room for themselves and must not be tried before they have. */
  readonly #held = new Set<string>();
  #order = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** A pod that wants a node. */
  add(pod: Frozen<Pod>): void {
    const uid = pod.metadata.uid ?? '';
    if (this.#entries.has(uid)) return;
    const entry: Entry = {
      pod: new PodInfo(pod),
      place: 'taken',
      attempts: 0,
      sinceMs: this.#options.nowMs(),
      order: ++this.#order,
      rejectors: new Set(),
      isHelped: false,
    };
    this.#entries.set(uid, entry);
    this.#activate(entry);
  }

  /** A pod that waits, and has changed itself. @returns what is known of it now */
  update(before: Frozen<Pod>, now: Frozen<Pod>): PodInfo | undefined {
    const entry = this.#entries.get(now.metadata.uid ?? '');
    if (!entry) return undefined;
    if (!entry.pod.renew(now)) entry.pod = new PodInfo(now);
    if (entry.place === 'unschedulable') this.#tell(entry, { source: 'target-pod', before, now });
    return entry.pod;
  }

  get(uid: string): Queued | undefined {
    return this.#entries.get(uid);
  }

  /** A pod that has got a node, or is gone. */
  delete(uid: string): void {
    const entry = this.#entries.get(uid);
    if (!entry) return;
    this.#entries.delete(uid);
    this.#held.delete(uid);
    this.#leave(entry);
    this.#failed.delete(entry);
    entry.place = 'taken';
  }

  /** The pod whose turn it is. */
  take(): Queued | undefined {
    const entry = this.#pop(this.#active, 'active') ?? this.#pop(this.#backoff, 'backoff') ?? this.#takeAfterError();
    if (!entry) return undefined;
    entry.place = 'taken';
    entry.attempts++;
    return entry;
  }

  /** Asks again when pods are ready. */
  askAgain(): void {
    const next = this.#top(this.#active, 'active') ?? this.#top(this.#backoff, 'backoff');
    if (next) this.#options.ask(keyOf(next.pod.pod));
  }

  /** Puts a pod back that was refused. */
  refuse(uid: string, rejectors: ReadonlySet<Rejector>): void {
    const entry = this.#entries.get(uid);
    if (!entry) return;
    this.#leave(entry);
    entry.place = 'unschedulable';
    entry.sinceMs = this.#options.nowMs();
    entry.rejectors = rejectors;
    entry.isHelped = false;
    for (const rejector of rejectors) {
      const entries = this.#refused.get(rejector) ?? new Set<Entry>();
      this.#refused.set(rejector, entries.add(entry));
    }
  }

  /** Puts a pod back whose scheduling failed for no reason of its own: it is tried again after a while. */
  fail(uid: string): void {
    const entry = this.#entries.get(uid);
    if (!entry) return;
    this.#leave(entry);
    entry.place = 'error';
    entry.sinceMs = this.#options.nowMs();
    this.#failed.add(entry);
    this.#options.ask(keyOf(entry.pod.pod), readyMs(entry) - entry.sinceMs);
  }

  /** Keeps a pod back while it makes room for itself. */
  hold(uid: string): void {
    this.#held.add(uid);
  }

  /** @param isUrgent whether it comes back though nothing has helped it */
  release(uid: string, isUrgent: boolean): void {
    this.#held.delete(uid);
    const entry = this.#entries.get(uid);
    if (entry?.place === 'unschedulable' && (isUrgent || entry.isHelped)) this.#comeBack(entry);
  }

  /** Brings a pod back that something outside of the plugins has helped. */
  activate(uid: string): void {
    const entry = this.#entries.get(uid);
    if (entry?.place === 'unschedulable') this.#comeBack(entry);
  }

  /** Brings those back that an event may help. */
  tell(event: ClusterEvent): void {
    if (this.#refused.size === 0) return;
    const isNewNode = event.source === 'node' && event.before === undefined;
    if (isNewNode) for (const entry of this.#refused.get('no nodes') ?? []) this.#comeBack(entry);
    for (const plugin of FILTER_PLUGINS) {
      if (!plugin.helpedBy[event.source]) continue;
      for (const entry of this.#refused.get(plugin.name) ?? []) this.#tellFor(plugin, entry, event);
    }
  }

  #tell(entry: Entry, event: ClusterEvent): void {
    for (const plugin of FILTER_PLUGINS) if (entry.rejectors.has(plugin.name)) this.#tellFor(plugin, entry, event);
  }

  #tellFor(plugin: FilterPlugin, entry: Entry, event: ClusterEvent): void {
    if (entry.place === 'unschedulable' && helps(plugin, event, entry.pod, this.#options.world)) this.#comeBack(entry);
  }

  #comeBack(entry: Entry): void {
    if (this.#held.has(entry.pod.uid)) {
      entry.isHelped = true;
      return;
    }
    this.#leave(entry);
    if (readyMs(entry) <= this.#options.nowMs()) this.#activate(entry);
    else {
      entry.place = 'backoff';
      this.#backoff.push(entry);
      this.#options.ask(keyOf(entry.pod.pod));
    }
  }

  #activate(entry: Entry): void {
    entry.place = 'active';
    this.#active.push(entry);
    this.#options.ask(keyOf(entry.pod.pod));
  }

  #leave(entry: Entry): void {
    if (entry.place !== 'unschedulable') return;
    for (const rejector of entry.rejectors) {
      const entries = this.#refused.get(rejector);
      entries?.delete(entry);
      if (entries?.size === 0) this.#refused.delete(rejector);
    }
  }

  #takeAfterError(): Entry | undefined {
    const nowMs = this.#options.nowMs();
    for (const entry of this.#failed) {
      if (readyMs(entry) > nowMs) continue;
      this.#failed.delete(entry);
      return entry;
    }
    return undefined;
  }

  #pop(heap: Heap<Entry>, place: Place): Entry | undefined {
    return this.#top(heap, place) && heap.pop();
  }

  /** The first that still belongs there: entries that have left are dropped when they come up. */
  #top(heap: Heap<Entry>, place: Place): Entry | undefined {
    for (let entry = heap.peek(); entry; entry = heap.peek()) {
      if (entry.place === place && this.#entries.get(entry.pod.uid) === entry) return entry;
      heap.pop();
    }
    return undefined;
  }
}
