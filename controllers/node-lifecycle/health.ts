/** When nodes were last heard of: by their lease, or by the status that their kubelet posts. */
import { type Clock, steadyMs } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Lease, Node } from '../../server/kube/types.gen.ts';
import { readyConditionOf } from './node.ts';

/** kube-controller-manager's --node-monitor-grace-period and --node-startup-grace-period. */
const GRACE_MS = 50 * 1000;
const STARTUP_GRACE_MS = 60 * 1000;

interface Health {
  /** When it was heard of, by our own clock: those of nodes may differ. */
  probeMs: number;
  graceMs: number;
  heartbeat: string | undefined;
  hasReady: boolean;
  renewTime: string | undefined;
  renewMs: number;
  /** Whether it has been found silent: it is looked at again when it says something. */
  isSilent: boolean;
}

/** A time that somebody wrote, as the clock counts what has passed. */
const steady = (time: string | undefined, { shiftedMs = 0 }: Clock): number => Date.parse(time ?? '') - shiftedMs;

/** All times are steady ones: a clock that is set makes nobody silent. */
export class NodeHealths {
  readonly #healths = new Map<string, Health>();

  /** Takes in how a node is now. */
  observe(node: Frozen<Node>, lease: Frozen<Lease> | undefined, clock: Clock): void {
    const nowMs = steadyMs(clock);
    const name = node.metadata.name ?? '';
    const ready = readyConditionOf(node);
    const { hasReady, heartbeat } = { hasReady: ready !== undefined, heartbeat: ready?.lastHeartbeatTime ?? undefined };
    const graceMs = hasReady ? GRACE_MS : STARTUP_GRACE_MS;
    const health = this.#healths.get(name);
    if (!health) {
      const createdMs = steady(node.metadata.creationTimestamp, clock) || nowMs;
      const probeMs = hasReady || lease ? nowMs : createdMs;
      const renewTime = lease?.spec?.renewTime ?? undefined;
      const renewMs = renewTime === undefined ? Number.NEGATIVE_INFINITY : steady(renewTime, clock);
      this.#healths.set(name, { probeMs, graceMs, heartbeat, hasReady, renewTime, renewMs, isSilent: false });
      return;
    }
    if (hasReady !== health.hasReady || heartbeat !== health.heartbeat) this.#heard(health, nowMs);
    Object.assign(health, { graceMs, heartbeat, hasReady });
    if (lease) this.renewed(lease, clock);
  }

  /** Takes in a lease; a node that is not known yet is heard of later. */
  renewed({ metadata: { name = '' }, spec }: Frozen<Lease>, clock: Clock): void {
    const health = this.#healths.get(name);
    const renewTime = spec?.renewTime ?? undefined;
    const renewMs = steady(renewTime, clock);
    if (!health || renewTime === undefined || renewTime === health.renewTime || renewMs <= health.renewMs) return;
    Object.assign(health, { renewTime, renewMs });
    // While time is being moved a node renews its lease once, for the whole way.
    const { horizonMs, shiftedMs = 0 } = clock;
    const untilMs = horizonMs === undefined ? 0 : Math.min(renewMs, horizonMs - shiftedMs);
    this.#heard(health, Math.max(steadyMs(clock), untilMs));
  }

  /** Everybody is given as much time as if they had just been heard of. */
  forgive(nowMs: number): void {
    for (const health of this.#healths.values()) this.#heard(health, nowMs);
  }

  forget(name: string): void {
    this.#healths.delete(name);
  }

  /** From when on a node counts as lost unless it is heard of; never for one that is not known or counts as lost. */
  dueMs(name: string): number {
    const health = this.#healths.get(name);
    return health && !health.isSilent ? health.probeMs + health.graceMs + 1 : Number.POSITIVE_INFINITY;
  }

  isOverdue(name: string, nowMs: number): boolean {
    const health = this.#healths.get(name);
    return health !== undefined && nowMs > health.probeMs + health.graceMs;
  }

  /** Nodes that are overdue, each once until it is heard of again; and when the next one will be. */
  overdue(nowMs: number): { readonly names: string[]; readonly nextMs: number } {
    const names: string[] = [];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [name, health] of this.#healths) {
      if (health.isSilent) continue;
      const dueMs = health.probeMs + health.graceMs + 1;
      if (dueMs > nowMs) nextMs = Math.min(nextMs, dueMs);
      else {
        health.isSilent = true;
        names.push(name);
      }
    }
    return { names, nextMs };
  }

  #heard(health: Health, nowMs: number): void {
    health.probeMs = nowMs;
    health.isSilent = false;
  }
}
