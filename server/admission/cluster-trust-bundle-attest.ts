/** Who says which roots a signer has may do so for the signer: ClusterTrustBundleAttest. */
import { deepEqual, type Frozen } from '../base/freeze.ts';
import { goQuote } from '../kube/go-quote.ts';
import type { KubeObject } from '../kube/object.ts';
import type { ClusterTrustBundle } from '../kube/types.gen.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';
import { refusal } from './refusal.ts';
import { mayActFor } from './signers.ts';

const COLLECTED = new Set(['ownerReferences', 'finalizers', 'managedFields', 'resourceVersion']);

export function clusterTrustBundleAttest(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'ClusterTrustBundleAttest',
    handles: ({ info, operation }) =>
      info.resource === 'clustertrustbundles' &&
      info.group === 'certificates.k8s.io' &&
      (operation === 'create' || operation === 'update'),
    validate(review) {
      const { signerName = '' } = (review.object as unknown as Frozen<ClusterTrustBundle>).spec;
      if (signerName === '' || isOnlyCollected(review.object as Frozen<KubeObject>, review.old)) return;
      if (mayActFor(env, review.user, 'attest', signerName)) return;
      throw refusal(review, `user not permitted to attest for signerName ${goQuote(signerName)}`);
    },
  };
}

/** Whether nothing changes but what garbage collection and storage migration change. */
function isOnlyCollected(object: Frozen<KubeObject>, old: Frozen<KubeObject> | undefined): boolean {
  return old !== undefined && deepEqual(withoutOwners(object), withoutOwners(old));
}

function withoutOwners({ metadata, ...rest }: Frozen<KubeObject>): object {
  const kept = Object.entries(metadata).filter(([field]) => !COLLECTED.has(field));
  return { ...rest, metadata: Object.fromEntries(kept) };
}
