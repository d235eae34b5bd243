/** Which objects of the API a pod needs: those that a mirror pod must not. */
import { configMapNames, secretNames } from '../../kube/pod-references.ts';
import type { PodSpec, Volume } from '../../kube/types.gen.ts';

/** Volumes that need nothing from the API. */
const FREE: readonly string[] = [
  'awsElasticBlockStore',
  'azureDisk',
  'cephfs',
  'cinder',
  'downwardAPI',
  'emptyDir',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'gitRepo',
  'hostPath',
  'image',
  'iscsi',
  'nfs',
  'photonPersistentDisk',
  'portworxVolume',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
  'vsphereVolume',
];

/** What the other volumes need. */
const NEEDED: Readonly<Record<string, string>> = {
  configMap: 'configmaps (via configmap volumes)',
  secret: 'secrets (via secret volumes)',
  csi: 'csidrivers (via CSI volumes)',
  glusterfs: 'endpoints (via glusterFS volumes)',
  persistentVolumeClaim: 'persistentvolumeclaims',
  ephemeral: 'persistentvolumeclaims (via ephemeral volumes)',
  azureFile: 'secrets (via azureFile volumes)',
};

/** What the sources of projected volumes need. */
const PROJECTED: Readonly<Record<string, string>> = {
  configMap: 'configmaps (via projected volumes)',
  secret: 'secrets (via projected volumes)',
  serviceAccountToken: 'serviceaccounts (via projected volumes)',
  clusterTrustBundle: 'clustertrustbundles',
  podCertificate: 'podcertificates',
};

/** The first kind of object that a pod refers to, as messages call it: podutil.HasAPIObjectReference. */
export function referenceOf(spec: PodSpec): string | undefined {
  if (spec.serviceAccountName) return 'serviceaccounts';
  if (secretNames(spec).length > 0) return 'secrets';
  if (configMapNames(spec).length > 0) return 'configmaps';
  if ((spec.resourceClaims ?? []).length > 0) return 'resourceclaims';
  for (const volume of spec.volumes ?? []) {
    const needed = neededBy(volume);
    if (needed !== undefined) return needed;
  }
  return undefined;
}

function neededBy(volume: Volume): string | undefined {
  if (FREE.some((name) => Object.hasOwn(volume, name))) return undefined;
  for (const [name, needed] of Object.entries(NEEDED)) if (Object.hasOwn(volume, name)) return needed;
  for (const source of volume.projected?.sources ?? []) {
    for (const [name, needed] of Object.entries(PROJECTED)) if (Object.hasOwn(source, name)) return needed;
  }
  return undefined;
}
