/** How much storage a driver has left for a node: CSIStorageCapacity. */
import type { Frozen } from '../../../server/base/freeze.ts';
import { selectorMatches } from '../../../server/kube/labels.ts';
import { quantityValue } from '../../../server/kube/quantity.ts';
import type { CSIDriver, CSIStorageCapacity, Node, StorageClass } from '../../../server/kube/types.gen.ts';
import { labelSelectorOf } from '../../lib/adopt.ts';
import type { Claim } from '../../lib/volumes/matching.ts';
import type { World } from '../framework.ts';

export const DRIVERS = 'storage.k8s.io/v1/csidrivers';
export const CAPACITIES = 'storage.k8s.io/v1/csistoragecapacities';

/** What is known of the room for a claim. */
export interface Room {
  readonly isEnough: boolean;
  /** What is left, in bytes; undefined when nobody counts. */
  readonly capacity?: number;
}

const UNCOUNTED: Room = { isEnough: true };

function reaches({ nodeTopology }: Frozen<CSIStorageCapacity>, { metadata }: Frozen<Node>): boolean {
  return nodeTopology !== undefined && selectorMatches(labelSelectorOf(nodeTopology), metadata.labels);
}

/** Whether a claim's volume can be made for a node. Only drivers that say so are asked. */
export function roomFor(claim: Claim, storageClass: Frozen<StorageClass>, node: Frozen<Node>, world: World): Room {
  const asked = claim.spec.resources?.requests?.storage;
  if (asked === undefined) return UNCOUNTED;
  const { provisioner, metadata } = storageClass;
  const driver = world.lister<CSIDriver>(DRIVERS).get({ namespace: '', name: provisioner });
  if (!driver?.spec.storageCapacity) return UNCOUNTED;
  const bytes = quantityValue(asked);
  for (const capacity of world.lister<CSIStorageCapacity>(CAPACITIES).list()) {
    if (capacity.storageClassName !== metadata.name || !reaches(capacity, node)) continue;
    const most = capacity.maximumVolumeSize ?? capacity.capacity;
    if (most === undefined || quantityValue(most) < bytes) continue;
    return { isEnough: true, ...(capacity.capacity !== undefined && { capacity: quantityValue(capacity.capacity) }) };
  }
  return { isEnough: false };
}
