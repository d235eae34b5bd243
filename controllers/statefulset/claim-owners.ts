/** Who owns the claims of a stateful set's pods, so that claims end with them where the retention policy says so. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { OwnerReference } from '../../server/kube/object.ts';
import type { PersistentVolumeClaim, StatefulSet } from '../../server/kube/types.gen.ts';
import { type ControllerKind, controllerRefTo } from '../lib/adopt.ts';
import { STATEFUL_SET } from '../lib/controller-revision.ts';
import { PODS } from '../lib/pods.ts';
import { isWanted, podName } from './identity.ts';

const POD: ControllerKind = { apiVersion: 'v1', kind: 'Pod', resource: PODS };

/** The pod that a claim belongs to. */
export interface Holder {
  readonly ordinal: number;
  /** Empty while there is no pod. */
  readonly uid: string;
}

type Claim = Frozen<PersistentVolumeClaim>;
type Set = Frozen<StatefulSet>;
interface Named {
  readonly kind: ControllerKind;
  readonly metadata: { readonly name: string; readonly uid: string };
}

const theSet = ({ metadata: { name = '', uid = '' } }: Set): Named => ({ kind: STATEFUL_SET, metadata: { name, uid } });
const thePod = (set: Set, { ordinal, uid }: Holder): Named => ({
  kind: POD,
  metadata: { name: podName(set, ordinal), uid },
});

const isCalled = (reference: Frozen<OwnerReference>, { kind, metadata }: Named): boolean =>
  reference.apiVersion === kind.apiVersion && reference.kind === kind.kind && reference.name === metadata.name;

const refs = ({ metadata }: Claim): readonly Frozen<OwnerReference>[] => metadata.ownerReferences ?? [];
const isOwnedBy = (claim: Claim, { metadata }: Named): boolean => refs(claim).some(({ uid }) => uid === metadata.uid);

/** Whether the claim names an owner that has been replaced by another of the same name. */
function isStale(claim: Claim, owner: Named): boolean {
  const reference = refs(claim).find((candidate) => isCalled(candidate, owner));
  return reference !== undefined && reference.uid !== owner.metadata.uid;
}

/** Deleting claims with pods that are not wanted any more is asked for. */
export const deletesWhenScaled = ({ spec }: Set): boolean =>
  spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete';
const deletesWhenDeleted = ({ spec }: Set): boolean =>
  spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete';

/** Whether a claim is on its way out with a former pod, and the next one has to wait (PodClaimIsStale). */
export function isLeftOver(claim: Claim, set: Set, holder: Holder): boolean {
  return isStale(claim, thePod(set, holder));
}

/** Who ought to own the claim of a pod, if anybody. */
function ownerOf(set: Set, holder: Holder): Named | undefined {
  if (deletesWhenScaled(set) && !isWanted(set, holder.ordinal)) return thePod(set, holder);
  return deletesWhenDeleted(set) ? theSet(set) : undefined;
}

/** Whether somebody else manages a claim that the set should manage (hasUnexpectedController). */
export function isManagedElsewhere(claim: Claim, set: Set, holder: Holder): boolean {
  if (!deletesWhenScaled(set) && !deletesWhenDeleted(set)) return false;
  const own = [theSet(set), thePod(set, holder)];
  return refs(claim).some((reference) => {
    const named = own.find((owner) => isCalled(reference, owner));
    return named ? named.metadata.uid !== reference.uid : reference.controller === true;
  });
}

/** Whether the owners of a claim are those that the policy wants; what is in disorder is left alone. */
export function ownersMatch(claim: Claim, set: Set, holder: Holder): boolean {
  const own = [theSet(set), thePod(set, holder)];
  if (own.some((owner) => isStale(claim, owner))) return true;
  if (isManagedElsewhere(claim, set, holder)) return !own.some((owner) => isOwnedBy(claim, owner));
  const isOurs = ({ uid }: Frozen<OwnerReference>): boolean => own.some(({ metadata }) => metadata.uid === uid);
  if (refs(claim).some((reference) => isOurs(reference) && reference.controller !== true)) return false;
  const wanted = ownerOf(set, holder);
  return own.every((owner) => isOwnedBy(claim, owner) === (owner.metadata.uid === wanted?.metadata.uid));
}

/** The owner references that a claim should have (updateClaimOwnerRefForSetAndPod). */
export function ownersFor(claim: Claim, set: Set, holder: Holder): Frozen<OwnerReference>[] {
  const own = [theSet(set), thePod(set, holder)];
  const others = refs(claim).filter((reference) => !own.some((owner) => isCalled(reference, owner)));
  const wanted = isManagedElsewhere(claim, set, holder) ? undefined : ownerOf(set, holder);
  if (!wanted || others.some(({ uid }) => uid === wanted.metadata.uid)) return others;
  return [...others, controllerRefTo({ metadata: wanted.metadata }, wanted.kind)];
}
