/** Jobs whose pods end when a test says so. */

import { controller as jobs } from '../../controllers/job/index.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { Job, JobSpec, JobStatus, Pod } from '../../server/kube/types.gen.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { key, type Meddling, PODS, type Workloads, workloads } from './workloads.ts';

export const JOBS = 'batch/v1/jobs';

/** Nobody runs the pods of this cluster: `end` tells how they end. */
export interface JobCluster extends Workloads {
  readonly clock: SimulatedClock;
  create(name: string, spec?: Partial<JobSpec>): Promise<Frozen<Job>>;
  /** The containers of a pod end with this exit code. */
  end(pod: Frozen<Pod> | undefined, exitCode: number): Promise<void>;
  /** Pods that neither have ended nor are being deleted, by the prefix of their names and by their own. */
  running(): Promise<readonly Frozen<Pod>[]>;
  status(name: string): Promise<Frozen<JobStatus>>;
}

export async function jobCluster(meddling: Meddling = {}): Promise<JobCluster> {
  const clock = new SimulatedClock();
  const cluster = await workloads([jobs], { clock, ...meddling });
  return {
    ...cluster,
    clock,
    async create(name, spec) {
      const created = await cluster.client.create<Job>(JOBS, job(name, spec));
      await cluster.settle();
      return created;
    },
    async end(pod, exitCode) {
      if (!pod) throw new Error('there is no such pod');
      await cluster.client.patch(PODS, keyOf(pod), 'merge', { status: endedStatus(exitCode, clock.now()) }, 'status');
      await cluster.settle();
    },
    async running() {
      const pods = await cluster.pods();
      return pods
        .filter(({ metadata, status }) => status.phase === 'Pending' && metadata.deletionTimestamp === undefined)
        .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
    },
    status: async (name) => (await cluster.get<Job>(JOBS, name)).status,
  };
}

/** A job with one container. */
export function job(name: string, spec: Partial<JobSpec> = {}): KubeObject {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } };
  return { metadata: { ...key(name) }, spec: { template, ...spec } };
}

function endedStatus(exitCode: number, nowMs: number): object {
  const at = new Date(nowMs).toISOString();
  const terminated = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: at, finishedAt: at };
  const container = { name: 'c', image: 'busybox', imageID: '', ready: false, restartCount: 0, state: { terminated } };
  return { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [container] };
}

/** `Complete=True: CompletionsReached`. */
export function conditionsOf({ conditions = [] }: Frozen<JobStatus>): string[] {
  return conditions.map(({ type, status, reason }) => `${type}=${status}: ${reason}`);
}
