/** Takes the state of a cluster, and brings one back: objects, and all that controls of the cluster were told. */
import type { Activity } from './base/activity.ts';
import type { Frozen } from './base/freeze.ts';
import { rest } from './base/turn.ts';
import type { InstalledObjects } from './cluster/bootstrap/install.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Exporting } from './cluster/savepoints/export.ts';
import { type Beside, NOTHING_TOLD, type SwitchState } from './cluster/savepoints/savepoint.ts';
import type { StatefulCluster } from './cluster/savepoints/savepoints.ts';
import { stateOf } from './cluster/savepoints/snapshot-file.ts';
import type { SimulatedMetrics } from './cluster/simulated-metrics.ts';
import { type KubeObject, parseApiVersion } from './kube/object.ts';
import type { ToldPod } from './kube/pod-script.ts';
import type { Captured } from './storage/storage.ts';

/** The controllers that run. */
interface Controllers {
  readonly switches: ReadonlyMap<string, SwitchState>;
  resetSwitches(switches: ReadonlyMap<string, SwitchState>): Promise<void>;
  /** Stops, and resolves when what was being worked on is done. */
  end(): Promise<void>;
}

/** What kubelets know and no object says. */
interface KubeletMemory {
  readonly told: ReadonlyMap<string, ToldPod>;
  tellAgain(told: ReadonlyMap<string, ToldPod>): void;
  restart(): void;
}

export interface InstanceStateParts {
  readonly cluster: Cluster;
  readonly kubelet: KubeletMemory;
  readonly metrics: SimulatedMetrics | undefined;
  readonly installed: InstalledObjects;
  readonly install: () => Promise<InstalledObjects>;
  readonly controllers: () => Controllers | undefined;
  /** Starts controllers that know nothing of those before. */
  readonly startControllers: (switches: ReadonlyMap<string, SwitchState>) => Promise<void>;
  readonly settle: () => Promise<void>;
  readonly setClock: (timeMs: number) => Promise<unknown>;
}

/** So long is waited for work that was begun before its cluster is replaced. */
const END_MS = 2000;

export class InstanceState implements StatefulCluster {
  readonly #parts: InstanceStateParts;

  constructor(parts: InstanceStateParts) {
    this.#parts = parts;
  }

  settle(): Promise<void> {
    return this.#parts.settle();
  }

  capture(): { readonly state: Captured; readonly beside: Beside } {
    const { cluster, kubelet, metrics, controllers } = this.#parts;
    const beside: Beside = {
      switches: controllers()?.switches ?? new Map(),
      scripts: kubelet.told,
      metrics: metrics?.told ?? [],
    };
    return { state: cluster.storage.capture(), beside };
  }

  replace(state: Captured, beside: Beside, timeMs?: number): Promise<void> {
    return this.#replace(state, beside, timeMs === undefined ? {} : { timeMs });
  }

  read(bytes: Buffer): Captured {
    return stateOf(bytes, this.#parts.cluster.catalog);
  }

  /** A file need not have what no cluster works without: roles of controllers, for one. */
  load(state: Captured): Promise<void> {
    return this.#replace(state, NOTHING_TOLD, { complete: this.#parts.install });
  }

  async #replace(
    state: Captured,
    beside: Beside,
    { timeMs, complete }: { readonly timeMs?: number; readonly complete?: () => Promise<unknown> },
  ): Promise<void> {
    const { cluster, kubelet, controllers, startControllers, setClock } = this.#parts;
    // What controllers and kubelets remember is of a time that is to come, or never will.
    await Promise.race([ended(controllers(), cluster.activity), rest(END_MS)]);
    kubelet.restart();
    try {
      // While nobody works: no timer of theirs is left, and what is kept for a time counts from the new one.
      if (timeMs !== undefined) await setClock(timeMs);
      await cluster.storage.replace(state);
      await complete?.();
      this.#tell(beside);
    } finally {
      await startControllers(beside.switches);
    }
    await this.settle();
  }

  async follow(state: Captured, beside: Beside): Promise<void> {
    const { cluster, controllers } = this.#parts;
    await this.settle();
    this.#tell(beside);
    await cluster.storage.restore(state);
    await controllers()?.resetSwitches(beside.switches);
    await this.settle();
  }

  exporting(): Exporting {
    const { cluster, installed } = this.#parts;
    return {
      installed,
      hasStatus: ({ apiVersion = '', kind = '' }: Frozen<KubeObject>) => {
        const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' };
        return cluster.catalog.lookupKind(group, version, kind)?.info.subresources.has('status') ?? false;
      },
    };
  }

  #tell({ scripts, metrics }: Beside): void {
    this.#parts.kubelet.tellAgain(scripts);
    this.#parts.metrics?.tellAgain(metrics);
  }
}

async function ended(controllers: Controllers | undefined, activity: Activity): Promise<void> {
  await controllers?.end();
  await activity.idle();
}
