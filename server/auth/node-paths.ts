/**
 * Which objects belong to a node: those that its pods name, and what hangs on these. Upstream keeps a graph of them
 * (plugin/pkg/auth/authorizer/node/graph.go); here each question follows the references from the object to the node,
 * because nodes ask rarely, and about namespaces that have few pods.
 */
import type { Frozen } from '../base/freeze.ts';
import { configMapNames, resourceClaimNames, secretNames, volumeClaimNames } from '../kube/pod-references.ts';
import type { PersistentVolume, Pod, ResourceSlice, VolumeAttachment } from '../kube/types.gen.ts';
import type { ObjectLists, ObjectLookup } from './stored-objects.ts';

/** Where objects are looked up. */
export type NodeObjects = ObjectLookup & ObjectLists;

interface Target {
  readonly namespace: string;
  readonly name: string;
}

const MIRROR = 'kubernetes.io/config.mirror';

/** What a pod gives its node to read, by resource. */
const NAMES: Readonly<Record<string, (pod: Frozen<Pod>) => readonly string[]>> = {
  secrets: ({ spec }) => secretNames(spec),
  configmaps: ({ spec }) => configMapNames(spec),
  persistentvolumeclaims: volumeClaimNames,
  'resourceclaims.resource.k8s.io': resourceClaimNames,
  serviceaccounts: ({ spec }) => (spec.serviceAccountName ? [spec.serviceAccountName] : []),
};

/**
 * Whether an object is related to a node.
 *
 * @param resource plural with group: `secrets`, `resourceslices.resource.k8s.io`
 */
export function belongsToNode(node: string, resource: string, target: Target, objects: NodeObjects): boolean {
  const find = <T>(): Frozen<T> | undefined =>
    objects.find(resource, target)?.value as unknown as Frozen<T> | undefined;
  switch (resource) {
    case 'pods':
      return find<Pod>()?.spec.nodeName === node;
    case 'volumeattachments.storage.k8s.io':
      return find<VolumeAttachment>()?.spec.nodeName === node;
    case 'resourceslices.resource.k8s.io':
      return find<ResourceSlice>()?.spec.nodeName === node;
    case 'podcertificaterequests.certificates.k8s.io':
      return find<{ spec: { nodeName?: string } }>()?.spec.nodeName === node;
    case 'persistentvolumes': {
      const volume = find<PersistentVolume>();
      return volume !== undefined && isUsed(node, volume, objects);
    }
    default:
      if (isNamedByPod(node, resource, target, objects)) return true;
      return resource === 'secrets' && isSecretOfVolume(node, target, objects);
  }
}

function isNamedByPod(node: string, resource: string, { namespace, name }: Target, objects: NodeObjects): boolean {
  const names = NAMES[resource];
  if (!names || namespace === '') return false;
  return objects.list('pods', namespace).some(({ value }) => {
    const pod = value as unknown as Frozen<Pod>;
    // A node makes its mirror pods itself, and must not give itself anything by them.
    if (pod.spec.nodeName !== node || pod.metadata.annotations?.[MIRROR] !== undefined) return false;
    return names(pod).includes(name);
  });
}

/** Whether a pod of the node uses the claim that a volume is bound to. */
function isUsed(node: string, { spec }: Frozen<PersistentVolume>, objects: NodeObjects): boolean {
  const { namespace = '', name = '' } = spec.claimRef ?? {};
  return isNamedByPod(node, 'persistentvolumeclaims', { namespace, name }, objects);
}

function isSecretOfVolume(node: string, { namespace, name }: Target, objects: NodeObjects): boolean {
  return objects.list('persistentvolumes').some(({ value }) => {
    const volume = value as unknown as Frozen<PersistentVolume>;
    const names = (reference: Target): boolean => reference.name === name && reference.namespace === namespace;
    return volumeSecrets(volume).some(names) && isUsed(node, volume, objects);
  });
}

type Reference = { readonly name?: string; readonly namespace?: string };

/** The secrets of a volume that kubelets need (VisitPVSecretNames). Without a namespace they are the claim's. */
function volumeSecrets({ spec }: Frozen<PersistentVolume>): Target[] {
  const claimNamespace = spec.claimRef?.namespace ?? '';
  const { azureFile, cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos, csi } = spec;
  const references: (Reference | null | undefined)[] = [
    azureFile && { name: azureFile.secretName, namespace: azureFile.secretNamespace ?? '' },
    ...[cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos].map((source) => source?.secretRef),
    csi?.nodePublishSecretRef,
    csi?.nodeStageSecretRef,
    csi?.nodeExpandSecretRef,
  ];
  return references.flatMap((reference) =>
    reference?.name ? [{ name: reference.name, namespace: reference.namespace || claimNamespace }] : [],
  );
}
