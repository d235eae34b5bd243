/** Volumes and claims stay as long as something uses them: StorageObjectInUseProtection. */
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
    const finalizer = FINALIZERS[info.resource];
    if (!object || finalizer === undefined) return;
    const { finalizers = [] } = object.metadata;
    if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
  },
};
