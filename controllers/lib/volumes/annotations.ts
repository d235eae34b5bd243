/** Annotations by which the binder, the scheduler and provisioners talk: component-helpers/storage/volume. */
import { type Frozen, getOwn } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';

/** On claims: the binding has been completed once. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** On volumes and claims: no user has bound them. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** On claims: where the first pod will run; provisioners wait for it. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** On volumes: who made them. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** On volumes: their in-tree driver has moved out. */
export const MIGRATED_TO = 'pv.kubernetes.io/migrated-to';
/** On claims: who shall make a volume, and the same from before. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const OLD_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';

/** What our own storage classes call their driver. */
export const OWN_DRIVER = 'storage.fauxkube.dev';

export function hasAnnotation({ metadata }: Frozen<KubeObject>, name: string): boolean {
  return getOwn(metadata.annotations, name) !== undefined;
}

/** The object with annotations that it gets. */
export function annotated<T extends Frozen<KubeObject>>(object: T, annotations: Record<string, string>): T {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}

/** The object without an annotation, and without any when that was the last. */
export function withoutAnnotation<T extends Frozen<KubeObject>>(object: T, name: string): T {
  const { annotations = {}, ...metadata } = object.metadata;
  const left = Object.entries(annotations).filter(([key]) => key !== name);
  return {
    ...object,
    metadata: { ...metadata, ...(left.length > 0 && { annotations: Object.fromEntries(left) }) },
  };
}
