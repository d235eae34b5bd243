/** Claims that name no class get the default one: DefaultStorageClass. */
import { getOwn } from '../base/freeze.ts';
import type { PersistentVolumeClaim } from '../kube/types.gen.ts';
import { defaultClassName } from './default-class.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';

const IS_DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** Where claims named their class before they had a field for it. */
export const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

export function defaultStorageClass(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    handles: (kind) => kind.operation === 'create' && isObjectOf(kind, 'persistentvolumeclaims'),
    mutate({ object }) {
      const { metadata, spec } = object as unknown as PersistentVolumeClaim;
      // The empty class is one too: that of claims for volumes without any.
      if (spec.storageClassName !== undefined || getOwn(metadata.annotations, CLASS_ANNOTATION) !== undefined) return;
      const name = defaultClassName(env.list('storageclasses.storage.k8s.io'), IS_DEFAULT);
      if (name !== undefined) spec.storageClassName = name;
    },
  };
}
