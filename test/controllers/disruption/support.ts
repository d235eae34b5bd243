/** Budgets over the pods of replica sets, which run at once. */
import { controller as disruption } from '../../../controllers/disruption/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import type { Clock } from '../../../server/base/clock.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import { ApiError, type Status } from '../../../server/kube/api-error.ts';
import type { KubeObject, OwnerReference } from '../../../server/kube/object.ts';
import type { Pod, PodDisruptionBudget } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { key, PODS, podSpec, type Workloads, workloads } from '../../support/workloads.ts';

export const BUDGETS = 'policy/v1/poddisruptionbudgets';

export interface Options {
  readonly clock?: Clock;
  readonly becomesReady?: (pod: Frozen<Pod>) => boolean;
}

export function disruptions({ becomesReady, clock }: Options = {}): Promise<Workloads> {
  return workloads([disruption, replicaSets, readyPods(becomesReady)], clock ? { clock } : {});
}

/** A budget for the pods with `app: NAME`. */
export function budget(name: string, spec: Partial<PodDisruptionBudget['spec']>): KubeObject {
  return { metadata: key(name), spec: { selector: { matchLabels: { app: name } }, ...spec } };
}

/** A pod that only the owners that are given control. */
export function barePod(name: string, app: string, ownerReferences?: OwnerReference[]): KubeObject {
  const metadata = { ...key(name), labels: { app }, ...(ownerReferences && { ownerReferences }) };
  return { metadata, spec: podSpec() };
}

export async function statusOf(cluster: Workloads, name: string): Promise<Frozen<PodDisruptionBudget>['status']> {
  await cluster.settle();
  return (await cluster.get<PodDisruptionBudget>(BUDGETS, name)).status;
}

/** `allowed/healthy/desired/expected` of a budget. */
export async function countsOf(cluster: Workloads, name: string): Promise<string> {
  const status = await statusOf(cluster, name);
  return [status.disruptionsAllowed, status.currentHealthy, status.desiredHealthy, status.expectedPods].join('/');
}

/** @returns what the server says when it refuses */
export async function evict(cluster: Workloads, name: string, query: object = {}): Promise<Status | undefined> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: key(name), ...query };
  try {
    await cluster.client.create(PODS, eviction, 'eviction');
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
}
