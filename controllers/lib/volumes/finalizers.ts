import type { Frozen } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';

/** Whether an object waits for a finalizer to go (protectionutil.IsDeletionCandidate). */
export function isHeldBy({ metadata }: Frozen<KubeObject>, finalizer: string): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(finalizer);
}

/** Whether an object came before admission gave its kind a finalizer. */
export function lacks({ metadata }: Frozen<KubeObject>, finalizer: string): boolean {
  return metadata.deletionTimestamp === undefined && !(metadata.finalizers ?? []).includes(finalizer);
}

export function withFinalizer<T extends Frozen<KubeObject>>(object: T, finalizer: string): T {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, finalizers: [...(metadata.finalizers ?? []), finalizer] } };
}

export function withoutFinalizer<T extends Frozen<KubeObject>>(object: T, finalizer: string): T {
  const { metadata } = object;
  const finalizers = (metadata.finalizers ?? []).filter((other) => other !== finalizer);
  return { ...object, metadata: { ...metadata, finalizers } };
}
