/** What happens in a cluster and may help pods that wait: fwk.ClusterEvent. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  DeviceClass,
  DeviceTaintRule,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ResourceSlice,
  ResourceV1ResourceClaim,
  StorageClass,
  VolumeAttachment,
} from '../../server/kube/types.gen.ts';

interface Sources {
  node: Node;
  /** A pod that has a node, or had one. */
  'assigned-pod': Pod;
  /** The very pod that waits. */
  'target-pod': Pod;
  claim: PersistentVolumeClaim;
  volume: PersistentVolume;
  'storage-class': StorageClass;
  'csi-node': CSINode;
  'csi-driver': CSIDriver;
  'csi-capacity': CSIStorageCapacity;
  'volume-attachment': VolumeAttachment;
  'resource-claim': ResourceV1ResourceClaim;
  'resource-slice': ResourceSlice;
  'device-class': DeviceClass;
  'device-taint-rule': DeviceTaintRule;
}

export type EventSource = keyof Sources;

/** `before` is missing for what is new, `now` for what is gone. */
export interface EventOf<Source extends EventSource> {
  readonly source: Source;
  readonly before?: Frozen<Sources[Source]>;
  readonly now?: Frozen<Sources[Source]>;
}

export type ClusterEvent = { [Source in EventSource]: EventOf<Source> }[EventSource];

/** Whether labels differ. */
export function haveLabelsChanged({ before, now }: { before?: Frozen<KubeObject>; now?: Frozen<KubeObject> }): boolean {
  return !deepEqual(before?.metadata.labels, now?.metadata.labels);
}

/** Whether something came or went, and did not only change. */
export const isUpdate = ({ before, now }: { before?: unknown; now?: unknown }): boolean =>
  before !== undefined && now !== undefined;
