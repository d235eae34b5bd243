import { quantityValue } from '../../../server/kube/quantity.ts';
import { storageClassName } from '../../../server/kube/storage-class.ts';
import { haveLabelsChanged } from '../cluster-events.ts';
import { type FilterPlugin, MAX_SCORE, type ScorePlugin, unresolvable } from '../framework.ts';
import { claimNameOf, volumeNeeds } from '../volumes/needs.ts';
import { planVolumes, type VolumePlan } from '../volumes/plan.ts';

interface Storage {
  readonly requested: number;
  readonly capacity: number;
}

/** What a plan takes of what there is, by storage class. */
function storageOf({ bindings, provisions }: VolumePlan): Map<string, Storage> {
  const storage = new Map<string, Storage>();
  for (const { volume, claim } of bindings) {
    const { requested = 0, capacity = 0 } = storage.get(storageClassName(claim)) ?? {};
    storage.set(storageClassName(claim), {
      requested: requested + quantityValue(claim.spec.resources?.requests?.storage ?? '0'),
      capacity: capacity + quantityValue(volume.spec.capacity?.storage ?? '0'),
    });
  }
  if (bindings.length > 0) return storage;
  for (const { claim, room } of provisions) {
    if (room === undefined) continue;
    const { requested = 0 } = storage.get(storageClassName(claim)) ?? {};
    const asked = quantityValue(claim.spec.resources?.requests?.storage ?? '0');
    storage.set(storageClassName(claim), { requested: requested + asked, capacity: room });
  }
  return storage;
}

/** Much room is better than little (StorageCapacityScoring's shape). */
function roomScore({ requested, capacity }: Storage): number {
  if (capacity === 0 || requested > capacity) return 0;
  return MAX_SCORE - Math.trunc((requested * 100) / capacity);
}

/** Claims that have to be bound first, or are bound for the node that is chosen. */
export const volumeBinding: FilterPlugin & ScorePlugin = {
  name: 'VolumeBinding',
  weight: 1,
  prepare({ pod: { pod }, world, volumePlans }) {
    const needs = volumeNeeds(pod, world);
    if (!needs) return undefined;
    if (needs.refusal !== undefined) return { refusal: unresolvable(needs.refusal) };
    return {
      filter: {
        check({ node, name }) {
          const plan = planVolumes(needs, node, world);
          if (!('bindings' in plan)) return unresolvable(...plan);
          volumePlans.set(name, plan);
          return undefined;
        },
      },
    };
  },
  helpedBy: {
    node: (event) => event.now !== undefined && haveLabelsChanged(event),
    claim: ({ now }, { pod, namespace }) =>
      now?.metadata.namespace === namespace &&
      (pod.spec.volumes ?? []).some((volume) => claimNameOf(pod, volume) === now.metadata.name),
    volume: ({ now }) => now !== undefined,
    'storage-class': ({ now }) => now !== undefined,
    'csi-node': ({ now }) => now !== undefined,
    'csi-driver': ({ before, now }) => before !== undefined && now !== undefined,
    'csi-capacity': ({ now }) => now !== undefined,
  },
  prepareScore({ volumePlans }) {
    if (volumePlans.size === 0) return undefined;
    return {
      rate({ name }) {
        const plan = volumePlans.get(name);
        const storage = plan ? [...storageOf(plan).values()] : [];
        const sum = storage.reduce((total, one) => total + roomScore(one), 0);
        return storage.length === 0 ? 0 : Math.round(sum / storage.length);
      },
    };
  },
};
