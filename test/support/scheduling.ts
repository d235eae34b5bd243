/** A cluster with a scheduler, nodes and pods, and nobody that runs them. */
import { createScheduler } from '../../controllers/scheduler/index.ts';
import type { Clock } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { Node, Pod, PodSpec } from '../../server/kube/types.gen.ts';
import { key, type Meddling, PODS, podSpec, type Workloads, workloads } from './workloads.ts';

export const NODES = 'v1/nodes';
export const HOST = 'kubernetes.io/hostname';
export const ZONE = 'topology.kubernetes.io/zone';

interface NodeParts {
  readonly labels?: Record<string, string>;
  readonly allocatable?: Record<string, string>;
  readonly spec?: object;
  readonly status?: object;
}

interface PodParts {
  readonly labels?: Record<string, string>;
  readonly requests?: Record<string, string>;
  readonly spec?: Partial<PodSpec>;
  readonly metadata?: object;
}

export interface SchedulingCluster extends Workloads {
  addNode(name: string, parts?: NodeParts): Promise<void>;
  changeNode(name: string, patch: object): Promise<void>;
  /** Creates a pod and waits until the scheduler has nothing to do. */
  addPod(name: string, parts?: PodParts): Promise<void>;
  /** Its node; '' while it has none. */
  nodeOf(name: string): Promise<string>;
  /** What the condition says. */
  messageOf(name: string): Promise<string>;
  /** How many pods each node has. */
  counts(): Promise<Record<string, number>>;
  /** Deletes a pod at once. */
  end(name: string): Promise<void>;
}

export async function schedulingCluster(options: Meddling & { clock?: Clock } = {}): Promise<SchedulingCluster> {
  const cluster = await workloads([createScheduler()], options);
  const { client, settle } = cluster;
  const pod = (name: string): Promise<Frozen<Pod>> => cluster.get<Pod>(PODS, name);
  return {
    ...cluster,
    async addNode(name, { labels = {}, allocatable = {}, spec = {}, status = {} } = {}) {
      const amounts = { cpu: '4', memory: '8Gi', pods: '10', ...allocatable };
      const metadata = { name, labels: { [HOST]: name, ...labels } };
      await client.create<Node>(NODES, { metadata, spec, status: { allocatable: amounts, ...status } } as KubeObject);
      await settle();
    },
    async changeNode(name, patch) {
      await client.patch(NODES, { namespace: '', name }, 'merge', patch);
      await settle();
    },
    async addPod(name, { labels, requests = {}, spec = {}, metadata = {} } = {}) {
      const containers = [{ ...podSpec().containers?.[0], resources: { requests } }];
      const identity = { ...key(name), ...(labels && { labels }), ...metadata };
      await client.create(PODS, { metadata: identity, spec: { containers, ...spec } } as KubeObject);
      await settle();
    },
    nodeOf: async (name) => (await pod(name)).spec.nodeName ?? '',
    async messageOf(name) {
      const { conditions } = (await pod(name)).status;
      return conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? '';
    },
    async counts() {
      const counts: Record<string, number> = {};
      for (const { spec } of await cluster.pods()) counts[spec.nodeName ?? ''] = (counts[spec.nodeName ?? ''] ?? 0) + 1;
      return counts;
    },
    async end(name) {
      await client.delete(PODS, key(name), { gracePeriodSeconds: 0 });
      await settle();
    },
  };
}
