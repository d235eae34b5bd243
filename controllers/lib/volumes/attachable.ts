/**
 * Volumes that have to be attached to a node before its pods can have them: k8s.io/kubernetes/pkg/volume/csi, fc and
 * iscsi, and pkg/controller/volume/attachdetach/util.
 */
import { createHash } from 'node:crypto';
import { type Frozen, getOwn } from '../../../server/base/freeze.ts';
import type { Key, KubeObject } from '../../../server/kube/object.ts';
import { isSimulated } from '../../../server/kube/simulated-node.ts';
import type {
  CSIDriver,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Volume as PodVolume,
} from '../../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../controller.ts';
import { CLAIMS, VOLUMES } from './matching.ts';

export const ATTACHMENTS = 'storage.k8s.io/v1/volumeattachments';
export const DRIVERS = 'storage.k8s.io/v1/csidrivers';

/** What {@link attachableVolumes} reads. */
export const ATTACHABLE_READS = [CLAIMS, VOLUMES, DRIVERS] as const;

/** A kubelet says by it that it leaves attaching to the controller. */
const CONTROLLER_MANAGED_ATTACH = 'volumes.kubernetes.io/controller-managed-attach-detach';

/** A volume of a pod that has to be attached. */
export interface AttachableVolume {
  /** What nodes call it. */
  readonly uniqueName: string;
  /** What Events call it: its persistent volume, or the volume of the pod. */
  readonly name: string;
  /** The volume of the pod. */
  readonly podVolume: string;
  /** Whether several nodes may have it at once. */
  readonly isShareable: boolean;
  /** Who attaches it, by a VolumeAttachment; without, it is there as soon as somebody says so. */
  readonly csi?: { readonly driver: string; readonly handle: string };
}

interface Source {
  readonly csi?: { readonly driver: string; readonly volumeHandle: string };
  readonly iscsi?: { readonly targetPortal: string; readonly iqn: string; readonly lun: number };
  readonly fc?: { readonly targetWWNs?: readonly string[]; readonly lun?: number; readonly wwids?: readonly string[] };
}

type Read = Pick<ControllerEnv, 'lister'>;

/** Whether the attach-detach controller looks after a node. Simulated kubelets leave it everything. */
export function isAttachManaged(node: Frozen<Node>): boolean {
  return getOwn(node.metadata.annotations, CONTROLLER_MANAGED_ATTACH) !== undefined || isSimulated(node);
}

/** Whether any volume of a pod could have to be attached: most pods have none. */
export function mayNeedAttaching(pod: Frozen<Pod>): boolean {
  return (pod.spec.volumes ?? []).some(
    ({ persistentVolumeClaim, ephemeral, iscsi, fc }) => persistentVolumeClaim ?? ephemeral ?? iscsi ?? fc,
  );
}

/** The name of the VolumeAttachment of a volume. */
export function attachmentName(driver: string, handle: string, node: string): string {
  return `csi-${createHash('sha256').update(`${handle}${driver}${node}`).digest('hex')}`;
}

/** What a node calls the volume of a CSI driver. */
export function csiUniqueName(driver: string, handle: string): string {
  return `kubernetes.io/csi/${driver}^${handle}`;
}

/** Driver and handle of a volume that a node names; undefined for volumes of no CSI driver. */
export function csiOfUniqueName(uniqueName: string): AttachableVolume['csi'] {
  const [, driver, handle] = /^kubernetes\.io\/csi\/([^^]+)\^([^^]+)$/.exec(uniqueName) ?? [];
  return driver === undefined || handle === undefined ? undefined : { driver, handle };
}

/** The volumes of a pod that have to be attached, as far as their claims are bound. */
export function attachableVolumes(pod: Frozen<Pod>, env: Read): AttachableVolume[] {
  if (!mayNeedAttaching(pod)) return [];
  return (pod.spec.volumes ?? []).flatMap((volume) => attachable(volume, pod, env) ?? []);
}

function attachable(volume: Frozen<PodVolume>, pod: Frozen<Pod>, env: Read): AttachableVolume | undefined {
  const { name: podVolume, persistentVolumeClaim, ephemeral, iscsi, fc } = volume;
  if (iscsi || fc) {
    const uniqueName = uniqueNameOf({ ...(iscsi && { iscsi }), ...(fc && { fc }) });
    return uniqueName === undefined ? undefined : { uniqueName, name: podVolume, podVolume, isShareable: true };
  }
  const { namespace = '', name: podName = '' } = pod.metadata;
  const claimName = persistentVolumeClaim?.claimName ?? (ephemeral && `${podName}-${podVolume}`);
  if (claimName === undefined) return undefined;
  const persistent = volumeOfClaim({ namespace, name: claimName }, ephemeral ? pod : undefined, env);
  return persistent && attachableOf(persistent, podVolume, env);
}

function volumeOfClaim(
  key: Key,
  owner: Frozen<KubeObject> | undefined,
  env: Read,
): Frozen<PersistentVolume> | undefined {
  const claim = env.lister<PersistentVolumeClaim>(CLAIMS).get(key);
  if (!claim?.spec.volumeName || claim.status.phase !== 'Bound') return undefined;
  const isOwn = claim.metadata.ownerReferences?.some(
    ({ uid, controller }) => controller && uid === owner?.metadata.uid,
  );
  if (owner && !isOwn) return undefined;
  const volume = env.lister<PersistentVolume>(VOLUMES).get({ namespace: '', name: claim.spec.volumeName });
  return volume?.spec.claimRef?.uid === claim.metadata.uid ? volume : undefined;
}

/** A persistent volume as it is attached; undefined when it need not be. */
export function attachableOf(
  { metadata, spec }: Frozen<PersistentVolume>,
  podVolume: string,
  env: Read,
): AttachableVolume | undefined {
  const uniqueName = uniqueNameOf(spec);
  if (uniqueName === undefined) return undefined;
  const { name = '' } = metadata;
  const modes = spec.accessModes ?? [];
  const isShareable = modes.length === 0 || modes.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany');
  if (!spec.csi) return { uniqueName, name, podVolume, isShareable };
  const { driver, volumeHandle } = spec.csi;
  // Who does not know the driver attaches its volumes.
  const isRequired = env.lister<CSIDriver>(DRIVERS).get({ namespace: '', name: driver })?.spec.attachRequired ?? true;
  return isRequired ? { uniqueName, name, podVolume, isShareable, csi: { driver, handle: volumeHandle } } : undefined;
}

function uniqueNameOf({ csi, iscsi, fc }: Source): string | undefined {
  if (csi) return csiUniqueName(csi.driver, csi.volumeHandle);
  if (iscsi) return `kubernetes.io/iscsi/${iscsi.targetPortal}:${iscsi.iqn}:${iscsi.lun}`;
  if (!fc) return undefined;
  const { targetWWNs = [], lun, wwids = [] } = fc;
  // Lists as Go prints them.
  if (targetWWNs.length > 0 && lun !== undefined) return `kubernetes.io/fc/[${targetWWNs.join(' ')}]:${lun}`;
  return wwids.length > 0 ? `kubernetes.io/fc/[${wwids.join(' ')}]` : undefined;
}
