/** The replica set of the deployment's own template: kept up to date, or created. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { DeploymentStatus, ReplicaSet } from '../../server/kube/types.gen.ts';
import { controllerRefTo, isControlledBy } from '../lib/adopt.ts';
import { messageOf } from '../lib/pod-control.ts';
import { isTerminating } from '../lib/terminating.ts';
import { newestRevision, newSetAnnotations, REVISION, sizeAnnotations } from './annotations.ts';
import { newSetReplicas } from './bounds.ts';
import { conditionOf, hasDeadline, newCondition, withCondition } from './conditions.ts';
import { DEPLOYMENT, type Pass, REPLICA_SETS } from './pass.ts';
import { sameTemplate, TEMPLATE_HASH } from './replica-sets.ts';

/** Brings annotations and minReadySeconds of an existing new replica set up to date, and the deployment's revision. */
export async function syncRevision(pass: Pass): Promise<void> {
  const { newSet, deployment } = pass;
  if (!newSet) return;
  const current = newSet.metadata.annotations ?? {};
  const annotations = newSetAnnotations(deployment, current, newestRevision(pass.oldSets) + 1n);
  const { minReadySeconds = 0 } = deployment.spec;
  if (!deepEqual(current, annotations) || (newSet.spec.minReadySeconds ?? 0) !== minReadySeconds) {
    const metadata = { ...newSet.metadata, annotations };
    await pass.writeSet({ ...newSet, metadata, spec: { ...newSet.spec, minReadySeconds } });
  }
  await tellRevision(pass, annotations[REVISION] ?? '', (status) =>
    conditionOf(status, 'Progressing')
      ? status
      : progressing(pass, status, 'FoundNewReplicaSet', `Found new replica set ${goQuote(newSet.metadata.name ?? '')}`),
  );
}

type Change = (status: Frozen<DeploymentStatus>) => Frozen<DeploymentStatus>;

/** Writes the revision of the deployment, and a condition about its progress, when one of them is new. */
async function tellRevision(pass: Pass, revision: string, change: Change): Promise<void> {
  const { deployment } = pass;
  const status = hasDeadline(deployment) ? change(deployment.status) : deployment.status;
  const annotations = deployment.metadata.annotations ?? {};
  if (annotations[REVISION] === revision && status === deployment.status) return;
  await pass.writeStatus(status, { ...annotations, [REVISION]: revision });
}

function progressing(
  { env }: Pass,
  status: Frozen<DeploymentStatus>,
  reason: string,
  message: string,
  value = 'True',
): Frozen<DeploymentStatus> {
  return withCondition(status, newCondition(env.clock.now(), 'Progressing', value, reason, message));
}

const NAME_MAX = 253;

function newSetOf(pass: Pass, replicas: number): KubeObject {
  const { deployment, oldSets } = pass;
  const { selector, template, minReadySeconds } = deployment.spec;
  const { name = '', namespace = '' } = deployment.metadata;
  const hash = pass.env.hashTemplate(template, deployment.status.collisionCount);
  const labels = { ...template.metadata.labels, [TEMPLATE_HASH]: hash };
  const annotations = newSetAnnotations(deployment, {}, newestRevision(oldSets) + 1n);
  return {
    apiVersion: DEPLOYMENT.apiVersion,
    kind: 'ReplicaSet',
    metadata: {
      name: `${name.slice(0, NAME_MAX - hash.length - 1)}-${hash}`,
      namespace,
      ownerReferences: [controllerRefTo(deployment, DEPLOYMENT)],
      labels,
      annotations: { ...annotations, ...sizeAnnotations(deployment) },
    },
    spec: {
      replicas,
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** Creates the new replica set. @throws ApiError when there is still none afterwards */
export async function createNewSet(pass: Pass): Promise<void> {
  const replicas = newSetReplicas(pass.deployment, pass.oldSets, 0);
  const wanted = newSetOf(pass, replicas);
  const { name = '' } = wanted.metadata;
  let created = true;
  try {
    await pass.createSet(wanted);
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) await tellFailure(pass, name, error);
    pass.newSet = await existingSet(pass, name, error);
    created = false;
  }
  const isScaled = created && replicas > 0;
  if (isScaled) pass.event('Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${replicas}`);
  const revision = wanted.metadata.annotations?.[REVISION] ?? '';
  await tellRevision(pass, revision, (status) =>
    created ? progressing(pass, status, 'NewReplicaSetCreated', `Created new replica set ${goQuote(name)}`) : status,
  );
}

/**
 * The replica set that has the name of the new one already: ours, which the informer did not show yet, or another with
 * the same hash. Then the next attempt counts one collision more and hashes to another name.
 */
async function existingSet(pass: Pass, name: string, error: unknown): Promise<Frozen<ReplicaSet>> {
  const { deployment, env, key } = pass;
  const found = env.lister<ReplicaSet>(REPLICA_SETS).get({ ...key, name });
  if (!found) throw error;
  const { template } = found.spec;
  const isOurs = isControlledBy(found, deployment) && template && sameTemplate(template, deployment.spec.template);
  if (isOurs) return found;
  await pass.writeStatus({ ...deployment.status, collisionCount: (deployment.status.collisionCount ?? 0) + 1 });
  throw error;
}

async function tellFailure(pass: Pass, name: string, error: unknown): Promise<never> {
  if (isTerminating(error)) throw error;
  const message = `Failed to create new replica set ${goQuote(name)}: ${messageOf(error)}`;
  const { deployment } = pass;
  if (hasDeadline(deployment)) {
    const status = progressing(pass, deployment.status, 'ReplicaSetCreateError', message, 'False');
    if (status !== deployment.status) await pass.writeStatus(status);
  }
  pass.event('Warning', 'ReplicaSetCreateError', message);
  throw error;
}
