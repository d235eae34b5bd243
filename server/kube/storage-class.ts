/** Which storage class volumes and claims are of. */
import { type Frozen, getOwn } from '../base/freeze.ts';
import type { KubeObject } from './object.ts';

/** Where volumes and claims named their class before they had a field for it; it still wins. */
export const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** Annotations that mark the class of claims that name none. */
export const DEFAULT_CLASS_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
] as const;

type Classed = Frozen<KubeObject & { spec: { storageClassName?: string } }>;

/** The name of the class; '' is that of volumes without any. */
export function storageClassName({ metadata, spec }: Classed): string {
  return getOwn(metadata.annotations, CLASS_ANNOTATION) ?? spec.storageClassName ?? '';
}

/** Whether a claim says which class it wants, be it the one without a name. */
export function namesStorageClass({ metadata, spec }: Classed): boolean {
  return getOwn(metadata.annotations, CLASS_ANNOTATION) !== undefined || spec.storageClassName !== undefined;
}
