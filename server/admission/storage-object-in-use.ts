/** Objects stay as long as something uses them: StorageObjectInUseProtection and PodGroupProtection. */
import type { KubeObject } from '../kube/object.ts';
import { type AdmissionPlugin, isObjectOf } from './plugin.ts';

/** A controller takes the finalizer away when nothing uses the object any more. */
const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  volumeattributesclasses: 'kubernetes.io/vac-protection',
};

export const storageObjectInUse: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles(kind) {
    if (kind.operation !== 'create') return false;
    return (
      isObjectOf(kind, 'persistentvolumes') ||
      isObjectOf(kind, 'persistentvolumeclaims') ||
      isObjectOf(kind, 'volumeattributesclasses', 'storage.k8s.io')
    );
  },
  mutate({ info, object }) {
    if (object) protect(object, FINALIZERS[info.resource]);
  },
};

/** Groups of pods stay as long as pods belong to them. They are only there where the API is served. */
export const podGroupProtection: AdmissionPlugin = {
  name: 'PodGroupProtection',
  handles: (kind) => kind.operation === 'create' && isObjectOf(kind, 'podgroups', 'scheduling.k8s.io'),
  mutate({ object }) {
    if (object) protect(object, 'scheduling.k8s.io/podgroup-protection');
  },
};

function protect(object: KubeObject, finalizer: string | undefined): void {
  const { finalizers = [] } = object.metadata;
  if (finalizer !== undefined && !finalizers.includes(finalizer)) {
    object.metadata.finalizers = [...finalizers, finalizer];
  }
}
