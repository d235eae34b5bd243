/** How many nodes of each zone are ready, and how fast those that are not may lose their pods. */

/** kube-controller-manager's --node-eviction-rate, --secondary-node-eviction-rate and what decides between them. */
const EVICTIONS_PER_SECOND = 0.1;
const SECONDARY_EVICTIONS_PER_SECOND = 0.01;
const LARGE_ZONE_NODES = 50;
const UNHEALTHY_SHARE = 0.55;
/** Fewer nodes that are not ready are never a disruption of their zone. */
const UNHEALTHY_LEAST = 3;

type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** A token bucket of one token. */
class Limiter {
  #perSecond = EVICTIONS_PER_SECOND;
  #freeAtMs = 0;

  /** Milliseconds until the next may go; 0 takes the token. Undefined when none may. */
  take(nowMs: number): number | undefined {
    if (this.#perSecond === 0) return undefined;
    if (nowMs < this.#freeAtMs) return this.#freeAtMs - nowMs;
    this.#freeAtMs = nowMs + 1000 / this.#perSecond;
    return 0;
  }

  /** A token that was not there stays missing. */
  setRate(perSecond: number, nowMs: number): void {
    if (perSecond === this.#perSecond) return;
    const isFree = this.#perSecond > 0 && nowMs >= this.#freeAtMs;
    this.#perSecond = perSecond;
    this.#freeAtMs = isFree || perSecond === 0 ? nowMs : nowMs + 1000 / perSecond;
  }
}

class Zone {
  readonly limiter = new Limiter();
  /** Nodes that wait for their turn to lose their pods. */
  readonly waiting = new Set<string>();
  readonly ready = new Set<string>();
  readonly unready = new Set<string>();
  state: ZoneState = 'Initial';

  get size(): number {
    return this.ready.size + this.unready.size;
  }

  get currentState(): ZoneState {
    const unready = this.unready.size;
    if (this.ready.size === 0 && unready > 0) return 'FullDisruption';
    return unready >= UNHEALTHY_LEAST && unready / this.size >= UNHEALTHY_SHARE ? 'PartialDisruption' : 'Normal';
  }

  enter(state: ZoneState, nowMs: number): void {
    this.state = state;
    const partial = this.size > LARGE_ZONE_NODES ? SECONDARY_EVICTIONS_PER_SECOND : 0;
    this.limiter.setRate(state === 'PartialDisruption' ? partial : EVICTIONS_PER_SECOND, nowMs);
  }
}

/** What a change of the zones as a whole means. */
export type Disruption = 'begun' | 'ended' | undefined;

export class Zones {
  readonly #zones = new Map<string, Zone>();
  readonly #zoneOf = new Map<string, string>();

  /** @returns whether zones have to be assessed anew: most nodes leave theirs as it is */
  note(name: string, zoneName: string, isReady: boolean): boolean {
    const before = this.#zones.get(this.#zoneOf.get(name) ?? zoneName);
    const zone = this.#zone(zoneName);
    const [set, other] = isReady ? [zone.ready, zone.unready] : [zone.unready, zone.ready];
    if (before === zone && set.has(name)) return false;
    if (before !== zone) this.forget(name);
    this.#zoneOf.set(name, zoneName);
    other.delete(name);
    set.add(name);
    return before !== zone || zone.state !== zone.currentState;
  }

  forget(name: string): void {
    const zone = this.#zones.get(this.#zoneOf.get(name) ?? '');
    this.#zoneOf.delete(name);
    for (const set of [zone?.ready, zone?.unready, zone?.waiting]) set?.delete(name);
  }

  /** Puts a node in the line of those that are to lose their pods, or takes it out. */
  wait(name: string, zoneName: string, waits: boolean): void {
    const { waiting } = this.#zone(zoneName);
    if (waits) waiting.add(name);
    else waiting.delete(name);
  }

  /** The next node whose turn it is, or in how many milliseconds it will be somebody's. */
  next(zoneName: string, nowMs: number): { readonly name: string } | { readonly inMs: number } | undefined {
    const { waiting, limiter } = this.#zone(zoneName);
    const [name] = waiting;
    if (name === undefined) return undefined;
    const inMs = limiter.take(nowMs);
    if (inMs === undefined) return undefined;
    return inMs === 0 ? { name } : { inMs };
  }

  /** Zones with nodes that wait. */
  *waiting(): Iterable<string> {
    for (const [name, { waiting }] of this.#zones) if (waiting.size > 0) yield name;
  }

  /** Sets rates by how the zones are now. While no node of the cluster is ready, nobody loses pods. */
  assess(nowMs: number): Disruption {
    for (const [name, zone] of this.#zones) if (zone.size === 0) this.#zones.delete(name);
    const zones = [...this.#zones.values()];
    const isAll = zones.every((zone) => zone.currentState === 'FullDisruption');
    const wasAll = zones.every((zone) => zone.state === 'FullDisruption');
    if (isAll && wasAll) return undefined;
    if (isAll) {
      for (const zone of zones) {
        zone.state = 'FullDisruption';
        zone.limiter.setRate(0, nowMs);
      }
      return 'begun';
    }
    for (const zone of zones) if (wasAll || zone.state !== zone.currentState) zone.enter(zone.currentState, nowMs);
    return wasAll ? 'ended' : undefined;
  }

  #zone(name: string): Zone {
    let zone = this.#zones.get(name);
    if (!zone) {
      zone = new Zone();
      this.#zones.set(name, zone);
    }
    return zone;
  }
}
