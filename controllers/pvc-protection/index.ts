import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Key } from '../../server/kube/object.ts';
import { volumeClaimNames } from '../../server/kube/pod-references.ts';
import type { PersistentVolumeClaim, Pod } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { isPodTerminal, PODS } from '../lib/pods.ts';
import { isHeldBy, lacks, withFinalizer, withoutFinalizer } from '../lib/volumes/finalizers.ts';
import { CLAIMS } from '../lib/volumes/matching.ts';
import { withUsage } from './unused.ts';
import { blocksDeletion, refersTo } from './usage.ts';

const FINALIZER = 'kubernetes.io/pvc-protection';

/** Keeps claims that are deleted as long as pods use them, and tells of those that no pod refers to. */
export const controller: ControllerDefinition = {
  name: 'persistentvolumeclaim-protection-controller',
  queue: 'pvcprotection',
  account: 'pvc-protection-controller',
  watches: [self(CLAIMS)],
  reads: [PODS],
  start,
  reconcile,
};

function start(env: ControllerEnv): Cancel {
  return env.onChange<Pod>(PODS, ({ before, now }) => {
    const pod = now ?? before;
    if (!pod?.spec.volumes || (before && now && isSameUse(before, now))) return;
    const { namespace = '' } = pod.metadata;
    for (const name of volumeClaimNames(pod)) env.enqueue({ namespace, name });
  });
}

/** Whether nothing changed of what decides whether a pod uses its claims. */
function isSameUse(before: Frozen<Pod>, now: Frozen<Pod>): boolean {
  const [a, b] = [before.metadata, now.metadata];
  return (
    before.spec.nodeName === now.spec.nodeName &&
    a.deletionTimestamp === b.deletionTimestamp &&
    a.deletionGracePeriodSeconds === b.deletionGracePeriodSeconds &&
    isPodTerminal(before) === isPodTerminal(now)
  );
}

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const claim = env.lister<PersistentVolumeClaim>(CLAIMS).get(key);
  if (!claim) return;
  const pods = env.lister<Pod>(PODS).usingClaim(key);
  if (claim.metadata.deletionTimestamp === undefined && claim.status.phase === 'Bound') {
    // The binder writes the claim until it is bound.
    const told = withUsage(
      claim,
      pods.some((pod) => refersTo(pod, claim)),
      env.clock.now(),
    );
    if (told) {
      await env.client.update<PersistentVolumeClaim>(CLAIMS, told, 'status');
      return;
    }
  }
  if (isHeldBy(claim, FINALIZER)) {
    const isUsed = pods.some((pod) => blocksDeletion(pod, claim)) || (await isUsedAfterAll(claim, env));
    if (!isUsed) await env.client.update<PersistentVolumeClaim>(CLAIMS, withoutFinalizer(claim, FINALIZER));
  } else if (lacks(claim, FINALIZER)) {
    await env.client.update<PersistentVolumeClaim>(CLAIMS, withFinalizer(claim, FINALIZER));
  }
}

/** What is lost is lost: an informer that lags is no reason. */
async function isUsedAfterAll(claim: Frozen<PersistentVolumeClaim>, { client }: ControllerEnv): Promise<boolean> {
  const pods = await client.list<Pod>(PODS, claim.metadata.namespace ?? '');
  return pods.some((pod) => blocksDeletion(pod, claim));
}
