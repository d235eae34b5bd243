import type { Frozen } from '../../../server/base/freeze.ts';
import { goQuote } from '../../../server/kube/go-quote.ts';
import type { CSIDriver, CSINode, PersistentVolume, Pod, VolumeAttachment } from '../../../server/kube/types.gen.ts';
import { VOLUMES } from '../../lib/volumes/matching.ts';
import { type Cycle, type FilterPlugin, resolvable, unresolvable, type World } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import { DRIVERS } from '../volumes/capacity.ts';
import { claimNameOf, claimOf, classOf } from '../volumes/needs.ts';

export const CSI_NODES = 'storage.k8s.io/v1/csinodes';
export const ATTACHMENTS = 'storage.k8s.io/v1/volumeattachments';

const TOO_MANY = resolvable('node(s) exceed max volume count');

const hasClaims = ({ spec }: Frozen<Pod>): boolean =>
  spec.volumes?.some(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim ?? ephemeral) ?? false;

/** Drivers by volume: those of the pod's claims that a driver attaches. */
function volumesOf(pod: Frozen<Pod>, world: World): Map<string, string> {
  const volumes = new Map<string, string>();
  for (const podVolume of pod.spec.volumes ?? []) {
    const claim = claimOf(pod, podVolume, world);
    if (!claim) continue;
    const { namespace, name } = claim.metadata;
    const key = { namespace: '', name: claim.spec.volumeName ?? '' };
    const volume = key.name === '' ? undefined : world.lister<PersistentVolume>(VOLUMES).get(key);
    if (volume) {
      const { csi } = volume.spec;
      if (csi) volumes.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
      continue;
    }
    // What will be made counts as a volume of its own.
    const driver = classOf(claim, world)?.provisioner ?? '';
    if (driver !== '') volumes.set(`${driver}/unbound ${namespace}/${name}`, driver);
  }
  return volumes;
}

/** Volumes that are attached to a node, by whichever pod. */
function attachedTo(node: string, world: World): Map<string, string> {
  const attached = new Map<string, string>();
  for (const { spec } of world.lister<VolumeAttachment>(ATTACHMENTS).list()) {
    if (spec.nodeName !== node || !spec.source.persistentVolumeName) continue;
    const key = { namespace: '', name: spec.source.persistentVolumeName };
    const handle = world.lister<PersistentVolume>(VOLUMES).get(key)?.spec.csi?.volumeHandle;
    if (handle !== undefined) attached.set(`${spec.attacher}/${handle}`, spec.attacher);
  }
  return attached;
}

function isMissing(driver: string, csiNode: Frozen<CSINode> | undefined, world: World): boolean {
  const { spec } = world.lister<CSIDriver>(DRIVERS).get({ namespace: '', name: driver }) ?? {};
  if (!spec?.preventPodSchedulingIfMissing) return false;
  return !csiNode?.spec.drivers?.some(({ name }) => name === driver);
}

function check({ pod, world }: Cycle, wanted: ReadonlyMap<string, string>, node: NodeInfo) {
  const csiNode = world.lister<CSINode>(CSI_NODES).get({ namespace: '', name: node.name });
  for (const driver of wanted.values())
    if (isMissing(driver, csiNode, world)) return resolvable(`${driver} CSI driver is not installed on the node`);
  const limits = (csiNode?.spec.drivers ?? []).flatMap(({ name, allocatable }) =>
    allocatable?.count === undefined ? [] : [{ name, count: allocatable.count }],
  );
  if (limits.length === 0) return undefined;
  const used = attachedTo(node.name, world);
  for (const other of node.pods.values())
    if (other.uid !== pod.uid && hasClaims(other.pod))
      for (const [volume, driver] of volumesOf(other.pod, world)) used.set(volume, driver);
  for (const { name, count } of limits) {
    const isOfDriver = ([, driver]: readonly [string, string]): boolean => driver === name;
    const added = [...wanted].filter(([volume, driver]) => driver === name && !used.has(volume)).length;
    if (added > 0 && [...used].filter(isOfDriver).length + added > count) return TOO_MANY;
  }
  return undefined;
}

/** How many volumes of a driver a node takes. */
export const nodeVolumeLimits: FilterPlugin = {
  name: 'NodeVolumeLimits',
  prepare(cycle) {
    const { pod } = cycle.pod;
    if (!hasClaims(pod)) return undefined;
    const lost = pod.spec.volumes?.find((volume) => claimNameOf(pod, volume) && !claimOf(pod, volume, cycle.world));
    if (lost) {
      const name = claimNameOf(pod, lost) ?? '';
      const text = `looking up PVC ${pod.metadata.namespace}/${name}: persistentvolumeclaim ${goQuote(name)} not found`;
      return { filter: { check: () => unresolvable(text) } };
    }
    const wanted = volumesOf(pod, cycle.world);
    return wanted.size === 0 ? undefined : { filter: { check: (node) => check(cycle, wanted, node) } };
  },
  helpedBy: {
    'csi-node': ({ now }) => now !== undefined,
    'csi-driver': ({ before, now }) => before !== undefined && now !== undefined,
    'assigned-pod': ({ before, now }) => now === undefined && before !== undefined && hasClaims(before),
    claim: ({ before, now }, { pod, namespace }) =>
      before === undefined &&
      now?.metadata.namespace === namespace &&
      (pod.spec.volumes ?? []).some((volume) => claimNameOf(pod, volume) === now.metadata.name),
    'volume-attachment': ({ before, now }) => now === undefined && before !== undefined,
  },
};
