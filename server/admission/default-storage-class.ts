/** Claims that name no class get the default one: DefaultStorageClass. */
import { defaultClassName } from '../kube/default-class.ts';
import { DEFAULT_CLASS_ANNOTATIONS, namesStorageClass } from '../kube/storage-class.ts';
import type { PersistentVolumeClaim } from '../kube/types.gen.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';

export function defaultStorageClass(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    handles: (kind) => kind.operation === 'create' && isObjectOf(kind, 'persistentvolumeclaims'),
    mutate({ object }) {
      const claim = object as unknown as PersistentVolumeClaim;
      // The empty class is one too: that of claims for volumes without any.
      if (namesStorageClass(claim)) return;
      const classes = env.list('storageclasses.storage.k8s.io').map(({ value }) => value);
      const name = defaultClassName(classes, DEFAULT_CLASS_ANNOTATIONS);
      if (name !== undefined) claim.spec.storageClassName = name;
    },
  };
}
