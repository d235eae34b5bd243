/** A cluster with nodes, a scheduler and the controller of daemon sets. */
import { controller as daemonSets } from '../../controllers/daemonset/index.ts';
import { createScheduler } from '../../controllers/scheduler/index.ts';
import type { Clock } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { ControllerRevision, DaemonSet, DaemonSetSpec, Pod, Taint } from '../../server/kube/types.gen.ts';
import { readyPods } from './ready-pods.ts';
import { key, type Meddling, PODS, podSpec, type Workloads, workloads } from './workloads.ts';

export const DAEMON_SETS = 'apps/v1/daemonsets';
export const NODES = 'v1/nodes';
export const REVISIONS = 'apps/v1/controllerrevisions';

export interface DaemonCluster extends Workloads {
  /** `NODE IMAGE` of every pod, in order. */
  placed(): Promise<string[]>;
  /** The pods of a node. */
  podsOn(node: string): Promise<readonly Frozen<Pod>[]>;
  set(): Promise<Frozen<DaemonSet>>;
  /** The revisions of the set, the oldest first. */
  revisions(): Promise<readonly Frozen<ControllerRevision>[]>;
  /** Changes the set, and waits for what comes of it. */
  change(patch: object): Promise<void>;
  taint(node: string, taints: readonly Taint[]): Promise<void>;
}

interface Options extends Meddling {
  readonly clock?: Clock;
  readonly becomesReady?: (pod: Frozen<Pod>) => boolean;
}

/** Its daemon set is called `web`. */
export async function daemonCluster(nodes: readonly string[], options: Options = {}): Promise<DaemonCluster> {
  const { becomesReady, ...others } = options;
  const cluster = await workloads([daemonSets, createScheduler(), readyPods(becomesReady)], others);
  const { client, settle } = cluster;
  for (const name of nodes) await client.create(NODES, node(name));
  return {
    ...cluster,
    async placed() {
      const pods = await cluster.pods();
      return pods.map(({ spec }) => `${spec.nodeName ?? '-'} ${spec.containers?.[0]?.image ?? ''}`).sort();
    },
    podsOn: async (name) => (await cluster.pods()).filter(({ spec }) => spec.nodeName === name),
    set: () => cluster.get<DaemonSet>(DAEMON_SETS, 'web'),
    async revisions() {
      const all = await client.list<ControllerRevision>(REVISIONS, 'default');
      return [...all].sort((a, b) => a.revision - b.revision);
    },
    async change(patch) {
      await client.patch(DAEMON_SETS, key('web'), 'strategic', patch);
      await settle();
    },
    async taint(name, taints) {
      await client.patch(NODES, { namespace: '', name }, 'merge', { spec: { taints } });
      await settle();
    },
  };
}

/** A node with room for a hundred pods. */
export function node(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  return {
    metadata: { name, labels: { ...labels } },
    status: { allocatable: { pods: '100', cpu: '8', memory: '8Gi' } },
  };
}

/** A daemon set whose pods carry `app: NAME`. */
export function daemonSet(name: string, spec: Partial<DaemonSetSpec> = {}): KubeObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: podSpec() };
  return { metadata: { ...key(name) }, spec: { selector: { matchLabels: labels }, template, ...spec } };
}

/** The part of a change that sets something in the template's spec. */
export const inTemplate = (spec: object): object => ({ spec: { template: { spec } } });

/** Makes a pod what it is not by itself. */
export async function setPhase({ client }: Workloads, pod: Frozen<Pod> | undefined, phase: string): Promise<void> {
  await client.patch(PODS, key(pod?.metadata.name ?? ''), 'strategic', { status: { phase } }, 'status');
}
