/** The claims that a stateful set makes for its pods. They stay when a pod goes, unless the policy says else. */
import { type Frozen, thaw } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { PersistentVolumeClaim, StatefulSet } from '../../server/kube/types.gen.ts';
import { messageOf } from '../lib/pod-control.ts';
import {
  deletesWhenScaled,
  type Holder,
  isLeftOver,
  isManagedElsewhere,
  ownersFor,
  ownersMatch,
} from './claim-owners.ts';
import { podName } from './identity.ts';
import { CLAIMS, type Pass } from './pass.ts';
import type { Replica } from './replicas.ts';

export function claimName(
  { metadata }: Frozen<StatefulSet>,
  template: Frozen<PersistentVolumeClaim>,
  ordinal: number,
): string {
  return `${template.metadata.name}-${metadata.name}-${ordinal}`;
}

function newClaim(set: Frozen<StatefulSet>, template: Frozen<PersistentVolumeClaim>, ordinal: number): KubeObject {
  const claim = thaw<PersistentVolumeClaim>(template);
  claim.metadata.name = claimName(set, template, ordinal);
  claim.metadata.namespace = set.metadata.namespace ?? '';
  claim.metadata.labels = { ...claim.metadata.labels, ...set.spec.selector?.matchLabels };
  return claim;
}

const holderOf = ({ ordinal, pod }: Replica): Holder => ({ ordinal, uid: pod?.metadata.uid ?? '' });

/** The claims of a pod that the informer shows. */
function claimsOf({ env, key, set }: Pass, { ordinal }: Replica): Frozen<PersistentVolumeClaim>[] {
  const lister = env.lister<PersistentVolumeClaim>(CLAIMS);
  return (set.spec.volumeClaimTemplates ?? [])
    .map((template) => lister.get({ namespace: key.namespace, name: claimName(set, template, ordinal) }))
    .filter((claim) => claim !== undefined);
}

/**
 * Makes the claims of a pod that are missing (createPersistentVolumeClaims).
 *
 * @throws Error that names every claim that could not be made or is being deleted
 */
export async function createClaims(pass: Pass, { ordinal }: Replica): Promise<void> {
  const { env, key, set } = pass;
  const problems: { readonly message: string; readonly cause?: unknown }[] = [];
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const name = claimName(set, template, ordinal);
    const there = env.lister<PersistentVolumeClaim>(CLAIMS).get({ namespace: key.namespace, name });
    if (there?.metadata.deletionTimestamp !== undefined) problems.push({ message: `pvc ${name} is being deleted` });
    if (there) continue;
    const about = { pod: podName(set, ordinal), name, set: set.metadata.name };
    try {
      await pass.create(CLAIMS, newClaim(set, template, ordinal));
      const message = `Create Claim ${about.name} Pod ${about.pod} in StatefulSet ${about.set} success`;
      pass.event('Normal', 'SuccessfulCreate', message);
    } catch (cause) {
      problems.push({ message: `failed to create PVC ${name}: ${messageOf(cause)}`, cause });
      if (cause instanceof ApiError && cause.status.reason === 'AlreadyExists') continue;
      const text = `Create Claim ${about.name} for Pod ${about.pod} in StatefulSet ${about.set} failed error`;
      pass.event('Warning', 'FailedCreate', `${text}: ${messageOf(cause)}`);
    }
  }
  const [first, ...others] = problems;
  if (!first) return;
  const message = others.length > 0 ? `[${problems.map((problem) => problem.message).join(', ')}]` : first.message;
  throw new Error(message, { cause: first.cause });
}

/** Whether all claims of a pod have the owners that the retention policy wants. */
export function claimsMatchPolicy(pass: Pass, replica: Replica): boolean {
  return claimsOf(pass, replica).every((claim) => ownersMatch(claim, pass.set, holderOf(replica)));
}

/** Gives the claims of a pod the owners that the retention policy wants. @throws Error */
export async function enforcePolicy(pass: Pass, replica: Replica): Promise<void> {
  const holder = holderOf(replica);
  for (const claim of claimsOf(pass, replica)) {
    const { name } = claim.metadata;
    if (isManagedElsewhere(claim, pass.set, holder)) {
      const trouble = 'has a conflicting OwnerReference that acts as a manging controller';
      const message = `PersistentVolumeClaim ${name} ${trouble}, the retention policy is ignored for this claim`;
      pass.event('Warning', 'ConflictingController', message);
    }
    if (ownersMatch(claim, pass.set, holder)) continue;
    const ownerReferences = ownersFor(claim, pass.set, holder);
    try {
      await pass.update(CLAIMS, { ...claim, metadata: { ...claim.metadata, ownerReferences } });
    } catch (cause) {
      throw new Error(`could not update claim ${name} for delete policy ownerRefs: ${messageOf(cause)}`, { cause });
    }
  }
}

/** Whether claims of a former pod still have to go before there can be a new one. */
export function hasLeftOverClaims(pass: Pass, replica: Replica): boolean {
  if (!deletesWhenScaled(pass.set)) return false;
  return claimsOf(pass, replica).some((claim) => isLeftOver(claim, pass.set, holderOf(replica)));
}
