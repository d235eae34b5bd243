/** Claims of generic ephemeral volumes: k8s.io/kubernetes/pkg/controller/volume/ephemeral. */
import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, type KubeObject, keyOf, keyText } from '../../server/kube/object.ts';
import type { PersistentVolumeClaim, Pod, Volume } from '../../server/kube/types.gen.ts';
import { controllerRefTo } from '../lib/adopt.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';

const CLAIMS = 'v1/persistentvolumeclaims';
const POD = { apiVersion: 'v1', kind: 'Pod', resource: PODS };

/** Makes the claims that pods bring along. They go with their pods. */
export const controller: ControllerDefinition = {
  name: 'ephemeral-volume-controller',
  queue: 'ephemeral_volume',
  account: 'ephemeral-volume-controller',
  eventSource: 'ephemeral_volume',
  concerns: (resource, pod) => resource === 'pods' && isWanting(pod as Frozen<Pod>),
  watches: [
    {
      resource: CLAIMS,
      keys: (claim, env) => env.lister<Pod>(PODS).usingClaim(keyOf(claim)).filter(isWanting).map(keyOf),
    },
  ],
  reads: [PODS],
  start,
  reconcile,
};

/** The volumes of a pod never change: only new pods matter. */
function start(env: ControllerEnv): Cancel {
  return env.onChange<Pod>(PODS, ({ before, now }) => {
    if (now && !before && isWanting(now)) env.enqueue(keyOf(now));
  });
}

function isWanting({ metadata, spec }: Frozen<Pod>): boolean {
  return metadata.deletionTimestamp === undefined && (spec.volumes ?? []).some(({ ephemeral }) => ephemeral);
}

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const pod = env.lister<Pod>(PODS).get(key);
  if (!pod || !isWanting(pod)) return;
  for (const volume of pod.spec.volumes ?? []) {
    try {
      await claimFor(volume, pod, env);
    } catch (error) {
      const problem = `ephemeral volume ${volume.name}: ${(error as Error).message}`;
      env.event(pod, 'Warning', 'FailedBinding', problem);
      throw error;
    }
  }
}

async function claimFor({ name, ephemeral }: Frozen<Volume>, pod: Frozen<Pod>, env: ControllerEnv): Promise<void> {
  const template = ephemeral?.volumeClaimTemplate;
  if (!template) return;
  const { namespace = '' } = pod.metadata;
  const key = { namespace, name: `${pod.metadata.name}-${name}` };
  const existing = env.lister<PersistentVolumeClaim>(CLAIMS).get(key);
  if (existing) {
    const isOwn = (existing.metadata.ownerReferences ?? []).some(
      ({ uid, controller: isController }) => isController && uid === pod.metadata.uid,
    );
    if (isOwn) return;
    throw new Error(`PVC ${keyText(key)} was not created for pod ${keyText(keyOf(pod))} (pod is not owner)`);
  }
  const { labels, annotations } = template.metadata ?? {};
  const metadata = {
    ...key,
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ownerReferences: [controllerRefTo(pod, POD)],
  };
  try {
    const claim: KubeObject & { spec: object } = { metadata, spec: template.spec };
    await env.client.create(CLAIMS, claim);
  } catch (error) {
    throw new Error(`create PVC ${key.name}: ${(error as Error).message}`);
  }
}
