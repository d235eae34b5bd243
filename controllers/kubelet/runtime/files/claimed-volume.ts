/** From a claim of a pod to its volume: the desired state of the world in k8s.io/kubernetes/pkg/kubelet. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../../../server/kube/types.gen.ts';
import type { References } from './sources.ts';

type Claims = Pick<References, 'claim' | 'persistentVolume'>;

/** Claims that pods use are kept while they do; one that is not kept goes at any moment. */
const PROTECTION = 'kubernetes.io/pvc-protection';

/** The claim that a volume means: one that was made for an ephemeral volume bears the names of both. */
function claimNameOf(pod: Frozen<Pod>, { name, persistentVolumeClaim, ephemeral }: Frozen<Volume>): string | undefined {
  if (persistentVolumeClaim) return persistentVolumeClaim.claimName;
  return ephemeral && `${pod.metadata.name}-${name}`;
}

/** Why a claim has no volume to give. */
function claimProblem(name: string, claim: Frozen<PersistentVolumeClaim> | undefined): string | undefined {
  if (!claim) return `failed to fetch PVC from API server: persistentvolumeclaims "${name}" not found`;
  const { deletionTimestamp, finalizers = [] } = claim.metadata;
  if (deletionTimestamp !== undefined && !finalizers.includes(PROTECTION)) return 'PVC is being deleted';
  if (claim.status.phase !== 'Bound') return 'PVC is not bound';
  return claim.spec.volumeName ? undefined : 'PVC has empty pvc.Spec.VolumeName';
}

function boundProblem(
  name: string,
  claim: Frozen<PersistentVolumeClaim>,
  volume: Frozen<PersistentVolume> | undefined,
): string | undefined {
  if (!volume) return `failed to fetch PV ${name} from API server: persistentvolumes "${name}" not found`;
  const { claimRef } = volume.spec;
  if (!claimRef)
    return `found PV object ${name} but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim`;
  if (claimRef.uid === claim.metadata.uid) return undefined;
  return (
    `found PV object ${name} but its pv.Spec.ClaimRef.UID ${claimRef.uid} does not point to ` +
    `claim.UID ${claim.metadata.uid}`
  );
}

/** Whether a container mounts a volume as files, or as a device. */
const usedBy = ({ spec }: Frozen<Pod>, name: string, how: 'volumeMounts' | 'volumeDevices'): boolean =>
  [...(spec.initContainers ?? []), ...(spec.containers ?? [])].some((container) =>
    container[how]?.some((used) => used.name === name),
  );

/** Whether the claim of a volume has been given one, and does not say so yet: its status is written last. */
export function isBeingBound(pod: Frozen<Pod>, volume: Frozen<Volume>, from: Pick<Claims, 'claim'>): boolean {
  const name = claimNameOf(pod, volume);
  const claim = name === undefined ? undefined : from.claim(name);
  return claim?.status.phase === 'Pending' && Boolean(claim.spec.volumeName);
}

/** Why the claim of a volume cannot be used yet. */
export function claimedVolumeProblem(pod: Frozen<Pod>, volume: Frozen<Volume>, from: Claims): string | undefined {
  const name = claimNameOf(pod, volume);
  if (name === undefined) return undefined;
  const { namespace } = pod.metadata;
  const claim = from.claim(name);
  const because = (why: string): string => `error processing PVC ${namespace}/${name}: ${why}`;
  const problem = claimProblem(name, claim);
  if (problem !== undefined || !claim) return because(problem ?? '');
  const isOwn = claim.metadata.ownerReferences?.some(
    ({ controller, uid }) => controller === true && uid === pod.metadata.uid,
  );
  if (volume.ephemeral && !isOwn)
    return `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`;
  const { volumeName = '' } = claim.spec;
  const persistent = from.persistentVolume(volumeName);
  const bound = boundProblem(volumeName, claim, persistent);
  if (bound !== undefined) return because(bound);
  const mode = persistent?.spec.volumeMode ?? 'Filesystem';
  const wrong = mode === 'Filesystem' ? 'volumeDevices' : 'volumeMounts';
  if (!usedBy(pod, volume.name, wrong)) return undefined;
  return `volume ${volume.name} has volumeMode ${mode}, but is specified in ${wrong}`;
}

/** The volume that a claim of a pod is bound to. */
export function claimedVolume(
  pod: Frozen<Pod>,
  volume: Frozen<Volume>,
  from: Claims,
): Frozen<PersistentVolume> | undefined {
  const name = claimNameOf(pod, volume);
  const bound = name === undefined ? undefined : from.claim(name)?.spec.volumeName;
  return bound ? from.persistentVolume(bound) : undefined;
}
