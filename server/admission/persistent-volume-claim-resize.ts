/** Claims only grow when their class lets volumes grow: PersistentVolumeClaimResize. */
import { type Frozen, getOwn } from '../base/freeze.ts';
import { parseQuantity } from '../kube/quantity.ts';
import { CLASS_ANNOTATION } from '../kube/storage-class.ts';
import type { PersistentVolumeClaim, StorageClass } from '../kube/types.gen.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';
import { refusal } from './refusal.ts';

type Claim = Frozen<PersistentVolumeClaim>;

export function persistentVolumeClaimResize(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    handles: (kind) => kind.operation === 'update' && isObjectOf(kind, 'persistentvolumeclaims'),
    validate(review) {
      const [claim, old] = [review.object as unknown as Claim, review.old as unknown as Claim];
      if (sizeOf(claim) <= sizeOf(old)) return;
      if (old.status.phase !== 'Bound') throw refusal(review, 'Only bound persistent volume claims can be expanded');
      if (mayGrow(claim, old, env)) return;
      const provisioned = 'only dynamically provisioned pvc can be resized';
      throw refusal(review, `${provisioned} and the storageclass that provisions the pvc must support resize`);
    },
  };
}

function sizeOf({ spec }: Claim): bigint {
  return parseQuantity(spec.resources.requests?.storage ?? '0').nano;
}

const classOf = ({ metadata, spec }: Claim): string =>
  getOwn(metadata.annotations, CLASS_ANNOTATION) ?? spec.storageClassName ?? '';

function mayGrow(claim: Claim, old: Claim, env: AdmissionEnv): boolean {
  const name = classOf(claim);
  if (name === '' || name !== classOf(old)) return false;
  const found = env.find('storageclasses.storage.k8s.io', { namespace: '', name });
  return (found?.value as unknown as Frozen<StorageClass> | undefined)?.allowVolumeExpansion ?? false;
}
