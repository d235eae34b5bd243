/** Claims of devices that pods bring along, and their end: k8s.io/kubernetes/pkg/controller/resourceclaim. */
import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import { resourceClaimNames } from '../../server/kube/pod-references.ts';
import type { Pod, ResourceClaimTemplate, ResourceV1ResourceClaim } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { OwnWrites } from '../lib/own-writes.ts';
import { PODS } from '../lib/pods.ts';
import { isDoneWithClaims, podClaimsOf, RESOURCE_CLAIM_TEMPLATES, RESOURCE_CLAIMS } from '../lib/resource-claims.ts';
import { syncClaim } from './claim.ts';
import { needsWork, type OwnClaims, syncPod } from './pod.ts';

/** A key is that of a pod, of a claim, or of both. */
export function createResourceClaims(): ControllerDefinition {
  let own: OwnClaims = new OwnWrites();
  return {
    name: 'resourceclaim-controller',
    queue: 'resource_claim',
    account: 'resource-claim-controller',
    eventSource: 'resource_claim',
    concerns: (resource, object) =>
      resource === 'resourceclaims.resource.k8s.io' ||
      (resource === 'pods' && ((object as Frozen<Pod>).spec.resourceClaims ?? []).length > 0),
    watches: [],
    needs: RESOURCE_CLAIMS,
    reads: [PODS, RESOURCE_CLAIMS, RESOURCE_CLAIM_TEMPLATES],
    objectOf: (key, env) => env.lister(PODS).get(key) ?? env.lister(RESOURCE_CLAIMS).get(key),
    start(env) {
      own = new OwnWrites();
      return follow(own, env);
    },
    async reconcile(key, env) {
      const claim = env.lister<ResourceV1ResourceClaim>(RESOURCE_CLAIMS).get(key);
      if (claim) await syncClaim(claim, env);
      const pod = env.lister<Pod>(PODS).get(key);
      if (pod && needsWork(pod, env)) await syncPod(pod, own, env);
      return undefined;
    },
  };
}

/** Enqueues what changes may concern. Pods without claims are passed over. */
function follow(own: OwnClaims, env: ControllerEnv): Cancel {
  const users = new Map<string, Map<string, Key>>();
  const cancels = [
    env.onChange<Pod>(PODS, ({ before, now }) => {
      if (before) note(users, before, false);
      if (now) note(users, now, true);
      const pod = now ?? before;
      if (pod) enqueuePod(pod, now === undefined, env);
    }),
    env.onChange<ResourceV1ResourceClaim>(RESOURCE_CLAIMS, (change) => {
      own.seen(change);
      const claim = change.now ?? change.before;
      if (!claim) return;
      if (change.now) env.enqueue(keyOf(claim));
      for (const key of users.get(keyText(keyOf(claim)))?.values() ?? []) {
        const pod = env.lister<Pod>(PODS).get(key);
        if (pod) enqueuePod(pod, false, env);
      }
    }),
    env.onChange<ResourceClaimTemplate>(RESOURCE_CLAIM_TEMPLATES, ({ now }) => {
      if (!now) return;
      for (const pod of env.lister<Pod>(PODS).list(now.metadata.namespace))
        if (podClaimsOf(pod).some(({ resourceClaimTemplateName }) => resourceClaimTemplateName === now.metadata.name))
          enqueuePod(pod, false, env);
    }),
  ];
  return () => {
    for (const cancel of cancels) cancel();
  };
}

/** Keeps up which pods use a claim. */
function note(users: Map<string, Map<string, Key>>, pod: Frozen<Pod>, isThere: boolean): void {
  const key = keyOf(pod);
  for (const name of resourceClaimNames(pod)) {
    const claim = keyText({ namespace: key.namespace, name });
    const pods = users.get(claim);
    if (isThere && pods) pods.set(keyText(key), key);
    else if (isThere) users.set(claim, new Map([[keyText(key), key]]));
    else if (pods?.delete(keyText(key)) && pods.size === 0) users.delete(claim);
  }
}

function enqueuePod(pod: Frozen<Pod>, isGone: boolean, env: ControllerEnv): void {
  if (podClaimsOf(pod).length === 0 && !pod.status.extendedResourceClaimStatus) return;
  const key = keyOf(pod);
  if (isGone || isDoneWithClaims(pod))
    for (const name of resourceClaimNames(pod)) env.enqueue({ namespace: key.namespace, name });
  if (!isGone && needsWork(pod, env)) env.enqueue(key);
}
