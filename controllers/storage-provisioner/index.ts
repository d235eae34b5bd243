/**
 * A provisioner for storage classes that name it: its volumes exist only as objects. It works as the external
 * provisioners of real clusters do (sig-storage-lib-external-provisioner).
 */
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import { type Key, keyText } from '../../server/kube/object.ts';
import { storageClassName } from '../../server/kube/storage-class.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import {
  hasAnnotation,
  OWN_DRIVER,
  PROVISIONED_BY,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
} from '../lib/volumes/annotations.ts';
import { withoutFinalizer } from '../lib/volumes/finalizers.ts';
import { CLAIMS, CLASSES, type Claim, VOLUMES, type Volume, waitsForConsumer } from '../lib/volumes/matching.ts';

/** Keeps volumes until their storage is gone. */
const FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';

export const controller: ControllerDefinition = {
  name: 'storage-provisioner-controller',
  account: 'persistent-volume-binder',
  agent: OWN_DRIVER,
  eventSource: OWN_DRIVER,
  watches: [self(CLAIMS), self(VOLUMES)],
  reads: [CLASSES],
  async reconcile(key, env) {
    if (key.namespace === '') await reclaim(key, env);
    else await provision(key, env);
    return undefined;
  },
};

async function provision(key: Key, env: ControllerEnv): Promise<void> {
  const claim = env.lister<PersistentVolumeClaim>(CLAIMS).get(key);
  if (!claim || claim.spec.volumeName || claim.metadata.deletionTimestamp !== undefined) return;
  if (getOwn(claim.metadata.annotations, STORAGE_PROVISIONER) !== OWN_DRIVER) return;
  const name = storageClassName(claim);
  const storageClass = env.lister<StorageClass>(CLASSES).get({ namespace: '', name });
  if (storageClass?.provisioner !== OWN_DRIVER) return;
  if (waitsForConsumer(storageClass) && !hasAnnotation(claim, SELECTED_NODE)) return;
  const volume = volumeFor(claim, storageClass);
  const volumeName = volume.metadata.name ?? '';
  if (env.lister<PersistentVolume>(VOLUMES).get({ namespace: '', name: volumeName })) return;
  const about = goQuote(keyText(key));
  env.event(claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim ${about}`);
  try {
    await env.client.create<PersistentVolume>(VOLUMES, volume);
  } catch (error) {
    if (error instanceof ApiError && error.code === 409) return;
    throw error;
  }
  env.event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${volumeName}`);
}

/** The volume is as large as the claim asks, and can be used from everywhere. */
function volumeFor(claim: Claim, storageClass: Frozen<StorageClass>): PersistentVolume {
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = claim.metadata;
  const { accessModes, resources, volumeMode, volumeAttributesClassName } = claim.spec;
  const volumeName = `pvc-${uid}`;
  const { reclaimPolicy = 'Delete', mountOptions } = storageClass;
  return {
    metadata: {
      name: volumeName,
      annotations: { [PROVISIONED_BY]: OWN_DRIVER },
      ...(reclaimPolicy === 'Delete' && { finalizers: [FINALIZER] }),
    },
    spec: {
      capacity: { storage: resources.requests?.storage ?? '0' },
      csi: { driver: OWN_DRIVER, volumeHandle: volumeName },
      ...(accessModes && { accessModes: [...accessModes] }),
      claimRef: { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClass.metadata.name ?? '',
      ...(mountOptions && { mountOptions: [...mountOptions] }),
      ...(volumeMode !== undefined && { volumeMode }),
      ...(volumeAttributesClassName !== undefined && { volumeAttributesClassName }),
    },
    status: {},
  };
}

/** Deletes volumes that it made and nobody needs; one that users delete goes when it is not bound any more. */
async function reclaim(key: Key, env: ControllerEnv): Promise<void> {
  const volume = env.lister<PersistentVolume>(VOLUMES).get(key);
  if (!volume || getOwn(volume.metadata.annotations, PROVISIONED_BY) !== OWN_DRIVER) return;
  const { deletionTimestamp, uid = '', finalizers = [] } = volume.metadata;
  if (deletionTimestamp === undefined) {
    if (isUnneeded(volume)) await env.client.delete(VOLUMES, key, { uid });
  } else if (finalizers.includes(FINALIZER) && volume.status.phase !== 'Bound') {
    await env.client.update<PersistentVolume>(VOLUMES, withoutFinalizer(volume, FINALIZER));
  }
}

const isUnneeded = ({ spec, status }: Volume): boolean =>
  spec.persistentVolumeReclaimPolicy === 'Delete' && ['Released', 'Failed'].includes(status.phase ?? '');
