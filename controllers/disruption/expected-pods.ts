/** How many pods there should be: the scales of those who control them (getExpectedScale). */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import { type KubeObject, type OwnerReference, resourceName } from '../../server/kube/object.ts';
import type { Pod, ReplicaSet, Scale } from '../../server/kube/types.gen.ts';
import { controllerRefOf } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';

const DEPLOYMENTS = 'apps/v1/deployments';
const REPLICA_SETS = 'apps/v1/replicasets';
const REPLICATION_CONTROLLERS = 'v1/replicationcontrollers';
const STATEFUL_SETS = 'apps/v1/statefulsets';

/** Workloads whose scale the informers know. */
export const OWNERS = [DEPLOYMENTS, REPLICA_SETS, REPLICATION_CONTROLLERS, STATEFUL_SETS] as const;

type Reference = Frozen<OwnerReference>;
type Scaled = KubeObject & { spec: { replicas?: number } };

interface ControllerScale {
  readonly uid: string;
  readonly replicas: number;
}

export interface ExpectedPods {
  readonly count: number;
  /** Whether nobody controls some of the pods: they count as none. */
  readonly hasUnmanaged: boolean;
}

/** @throws Error in upstream's words when a pod's controller is unknown or has no scale */
export async function expectedPods(pods: readonly Frozen<Pod>[], env: ControllerEnv): Promise<ExpectedPods> {
  const scales = new Map<string, number>();
  // A replica set stands for the deployment that controls it.
  const seen = new Set<string>();
  let hasUnmanaged = false;
  for (const pod of pods) {
    const reference = controllerRefOf(pod);
    if (!reference) hasUnmanaged = true;
    else if (!seen.has(reference.uid)) {
      seen.add(reference.uid);
      const scale = await scaleOf(reference, pod.metadata.namespace ?? '', env);
      if (!scale) throw new Error(`found no controllers for pod ${goQuote(pod.metadata.name ?? '')}`);
      scales.set(scale.uid, scale.replicas);
    }
  }
  let count = 0;
  for (const replicas of scales.values()) count += replicas;
  return { count, hasUnmanaged };
}

function groupOf({ apiVersion }: Reference): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/** The object that a reference means, if the informers have it. */
function referred<T extends Scaled>(
  resource: string,
  { name, uid }: Reference,
  namespace: string,
  env: ControllerEnv,
): Frozen<T> | undefined {
  const object = env.lister<T>(resource).get({ namespace, name });
  return object?.metadata.uid === uid ? object : undefined;
}

async function scaleOf(
  reference: Reference,
  namespace: string,
  env: ControllerEnv,
): Promise<ControllerScale | undefined> {
  const { kind } = reference;
  const group = groupOf(reference);
  const isOldGroup = group === 'apps' || group === 'extensions';
  let object: Frozen<Scaled> | undefined;
  if (kind === 'ReplicationController' && group === '')
    object = referred(REPLICATION_CONTROLLERS, reference, namespace, env);
  else if (kind === 'ReplicaSet' && isOldGroup) object = ofReplicaSet(reference, namespace, env);
  else if (kind === 'StatefulSet' && group === 'apps') object = referred(STATEFUL_SETS, reference, namespace, env);
  if (object) return { uid: object.metadata.uid ?? '', replicas: object.spec.replicas ?? 0 };
  return servedScale(reference, namespace, env);
}

/** The deployment that a replica set belongs to, or itself if it belongs to none. */
function ofReplicaSet(reference: Reference, namespace: string, env: ControllerEnv): Frozen<Scaled> | undefined {
  const set = referred<ReplicaSet>(REPLICA_SETS, reference, namespace, env);
  const owner = set && controllerRefOf(set);
  return owner?.kind === 'Deployment' ? referred(DEPLOYMENTS, owner, namespace, env) : set;
}

/** What the scale subresource says, of whatever kind. */
async function servedScale(
  { apiVersion, kind, name, uid }: Reference,
  namespace: string,
  env: ControllerEnv,
): Promise<ControllerScale | undefined> {
  const served = (await env.client.resources()).find(
    (one) => one.kind === kind && (one.group === '' ? one.version : `${one.group}/${one.version}`) === apiVersion,
  );
  if (!served) throw new Error(`no matches for kind ${goQuote(kind)} in version ${goQuote(apiVersion)}`);
  try {
    const scale = await env.client.get<Scale>(served.id, { namespace, name }, 'scale');
    return scale.metadata.uid === uid ? { uid, replicas: scale.spec.replicas ?? 0 } : undefined;
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
    // An answer that names the object knows the subresource.
    if (error.status.details?.name) return undefined;
    throw new Error(`${resourceName(served.group, served.resource)} does not implement the scale subresource`);
  }
}
