import { type Frozen, getOwn } from '../../../server/base/freeze.ts';
import { goQuote } from '../../../server/kube/go-quote.ts';
import { storageClassName } from '../../../server/kube/storage-class.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../../server/kube/types.gen.ts';
import { CLAIMS, VOLUMES } from '../../lib/volumes/matching.ts';
import { haveLabelsChanged } from '../cluster-events.ts';
import { type Cycle, type FilterPlugin, type Refusal, unresolvable } from '../framework.ts';
import { classOf } from '../volumes/needs.ts';

const REFUSED = unresolvable('node(s) had no available volume zone');

/** Labels of volumes that nodes have to share, and what they are called now. */
const LABELS: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region': 'topology.kubernetes.io/region',
};

interface Zone {
  readonly label: string;
  /** Volumes can be in several: `a__b`. */
  readonly values: readonly string[];
}

function zonesOf({ metadata }: Frozen<PersistentVolume>): Zone[] {
  return Object.keys(LABELS).flatMap((label) => {
    const value = getOwn(metadata.labels, label);
    return value === undefined ? [] : [{ label, values: value.split('__').map((zone) => zone.trim()) }];
  });
}

/** The zones of all volumes of the pod that are known, or why none can be. */
function zonesOfPod({ pod: { pod }, world }: Cycle): Zone[] | Refusal {
  const { namespace = '' } = pod.metadata;
  const zones: Zone[] = [];
  for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
    if (!persistentVolumeClaim) continue;
    const { claimName: name } = persistentVolumeClaim;
    const claim = world.lister<PersistentVolumeClaim>(CLAIMS).get({ namespace, name });
    if (!claim) return unresolvable(`persistentvolumeclaim ${goQuote(name)} not found`);
    const { volumeName } = claim.spec;
    if (!volumeName) {
      const className = storageClassName(claim);
      if (className === '') return unresolvable('PersistentVolumeClaim had no pv name and storageClass name');
      const storageClass = classOf(claim, world);
      if (!storageClass) return unresolvable(`storageclass.storage.k8s.io ${goQuote(className)} not found`);
      if (storageClass.volumeBindingMode === 'WaitForFirstConsumer') continue;
      return unresolvable('PersistentVolume had no name');
    }
    const volume = world.lister<PersistentVolume>(VOLUMES).get({ namespace: '', name: volumeName });
    if (!volume) return unresolvable(`persistentvolume ${goQuote(volumeName)} not found`);
    zones.push(...zonesOf(volume));
  }
  return zones;
}

function isIn({ label, values }: Zone, { metadata }: Frozen<Node>): boolean {
  const value = getOwn(metadata.labels, label) ?? getOwn(metadata.labels, LABELS[label] ?? label);
  return value !== undefined && values.includes(value);
}

/** Labels of volumes that say in which zone they are. */
export const volumeZone: FilterPlugin = {
  name: 'VolumeZone',
  prepare(cycle) {
    if (!cycle.pod.pod.spec.volumes?.length) return undefined;
    const zones = zonesOfPod(cycle);
    if (!Array.isArray(zones)) return { refusal: zones };
    if (zones.length === 0) return undefined;
    return {
      filter: {
        check({ node }) {
          const isZoned = Object.keys(LABELS).some((label) => getOwn(node.metadata.labels, label) !== undefined);
          return !isZoned || zones.every((zone) => isIn(zone, node)) ? undefined : REFUSED;
        },
      },
    };
  },
  helpedBy: {
    node: (event) => event.now !== undefined && haveLabelsChanged(event),
    'storage-class': ({ before, now }) => before === undefined && now?.volumeBindingMode === 'WaitForFirstConsumer',
    claim: ({ now }, { pod, namespace }) =>
      now?.metadata.namespace === namespace &&
      (pod.spec.volumes ?? []).some(
        ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === now.metadata.name,
      ),
    volume: ({ now }) => now !== undefined,
  },
};
