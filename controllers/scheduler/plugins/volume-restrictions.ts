import type { Frozen } from '../../../server/base/freeze.ts';
import { goQuote } from '../../../server/kube/go-quote.ts';
import { keyOf } from '../../../server/kube/object.ts';
import type { PersistentVolumeClaim, Pod, Volume } from '../../../server/kube/types.gen.ts';
import { PODS } from '../../lib/pods.ts';
import { CLAIMS, type Claim } from '../../lib/volumes/matching.ts';
import { type Cycle, type FilterPlugin, resolvable, unresolvable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

const DISK_TAKEN = resolvable('node(s) had no available disk');
const CLAIM_TAKEN = resolvable(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

type PodVolume = Frozen<Volume>;

const claimName = ({ persistentVolumeClaim }: PodVolume): string | undefined => persistentVolumeClaim?.claimName;

const claimNames = ({ spec }: Frozen<Pod>): string[] =>
  (spec.volumes ?? []).flatMap((volume) => claimName(volume) ?? []);

const overlaps = (a: readonly string[] | null = [], b: readonly string[] | null = []): boolean =>
  a?.some((one) => b?.includes(one)) ?? false;

/** Disks that two pods cannot have at the same time, each with a rule of its own. */
function areDisksInConflict(a: PodVolume, b: PodVolume): boolean {
  const [gceA, gceB] = [a.gcePersistentDisk, b.gcePersistentDisk];
  if (gceA && gceB && gceA.pdName === gceB.pdName && !(gceA.readOnly && gceB.readOnly)) return true;
  if (a.awsElasticBlockStore && a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore?.volumeID) return true;
  if (a.iscsi && b.iscsi && a.iscsi.iqn === b.iscsi.iqn && !(a.iscsi.readOnly && b.iscsi.readOnly)) return true;
  if (!a.rbd || !b.rbd || !overlaps(a.rbd.monitors, b.rbd.monitors)) return false;
  const isSame = a.rbd.pool === b.rbd.pool && a.rbd.image === b.rbd.image;
  return isSame && !(a.rbd.readOnly && b.rbd.readOnly);
}

const disksOf = ({ spec }: Frozen<Pod>): readonly PodVolume[] =>
  (spec.volumes ?? []).filter(
    ({ gcePersistentDisk, awsElasticBlockStore, rbd, iscsi }) =>
      gcePersistentDisk ?? awsElasticBlockStore ?? rbd ?? iscsi,
  );

function isDiskTaken(disks: readonly PodVolume[], { spec }: Frozen<Pod>): boolean {
  return disks.some((disk) => spec.volumes?.some((volume) => areDisksInConflict(disk, volume)));
}

/** The pod's claims that one pod may use, or which of its claims does not exist. */
function exclusiveClaims({ pod: { pod }, world }: Cycle): Claim[] | string {
  const { namespace = '' } = pod.metadata;
  const exclusive: Claim[] = [];
  for (const name of claimNames(pod)) {
    const claim = world.lister<PersistentVolumeClaim>(CLAIMS).get({ namespace, name });
    if (!claim) return `persistentvolumeclaim ${goQuote(name)} not found`;
    if (claim.spec.accessModes?.includes('ReadWriteOncePod')) exclusive.push(claim);
  }
  return exclusive;
}

/** Whether another pod that has a node uses a claim. */
function isUsed(claim: Claim, { pod, world }: Cycle): boolean {
  const users = world.lister<Pod>(PODS).usingClaim(keyOf(claim));
  return users.some(({ metadata: { uid = '' } }) => uid !== pod.uid && world.cluster.placeOf(uid) !== undefined);
}

/** Disks and claims that one pod may use at a time. */
export const volumeRestrictions: FilterPlugin = {
  name: 'VolumeRestrictions',
  prepare(cycle) {
    const { pod } = cycle.pod;
    if (!pod.spec.volumes?.length) return undefined;
    const exclusive = exclusiveClaims(cycle);
    if (typeof exclusive === 'string') return { refusal: unresolvable(exclusive) };
    const disks = disksOf(pod);
    let conflicts = exclusive.filter((claim) => isUsed(claim, cycle)).length;
    if (disks.length === 0 && conflicts === 0) return undefined;
    const names = new Set(exclusive.map(({ metadata }) => metadata.name ?? ''));
    return {
      filter: {
        check({ pods }: NodeInfo) {
          if (disks.length > 0) for (const other of pods.values()) if (isDiskTaken(disks, other.pod)) return DISK_TAKEN;
          return conflicts > 0 ? CLAIM_TAKEN : undefined;
        },
        consider(other: PodInfo, _node: NodeInfo, by: 1 | -1) {
          if (other.namespace !== cycle.pod.namespace) return;
          conflicts += by * claimNames(other.pod).filter((name) => names.has(name)).length;
        },
      },
    };
  },
  helpedBy: {
    node: ({ before }) => before === undefined,
    'assigned-pod'({ before, now }, { pod, namespace }) {
      if (now || before?.metadata.namespace !== namespace) return false;
      return isDiskTaken(disksOf(pod), before) || overlaps(claimNames(pod), claimNames(before));
    },
    claim: ({ before, now }, { pod, namespace }) =>
      before === undefined &&
      now?.metadata.namespace === namespace &&
      claimNames(pod).includes(now.metadata.name ?? ''),
  },
};
