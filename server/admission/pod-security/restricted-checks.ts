/** Checks of the level `restricted` that ask what containers may do and who they are. */
import type { Frozen } from '../../base/freeze.ts';
import type { Volume } from '../../kube/types.gen.ts';
import {
  type AnyContainer,
  type CheckPod,
  containersOf,
  containersWith,
  hasUserNamespace,
  isWindows,
  named,
  quoted,
  setters,
  sortedSet,
} from './violation.ts';

export const privilegeEscalation: CheckPod = ({ spec }) => {
  const bad = containersWith(spec, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named('container', bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

export const droppedCapabilities: CheckPod = ({ spec }) => {
  const added = ({ securityContext }: AnyContainer): string[] =>
    (securityContext?.capabilities?.add ?? []).filter((capability) => capability !== 'NET_BIND_SERVICE');
  const keeping = containersWith(spec, ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'));
  const adding = containersWith(spec, (container) => added(container).length > 0);
  const details: string[] = [];
  if (keeping.length > 0)
    details.push(`${named('container', keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const capabilities = quoted(sortedSet(containersOf(spec).flatMap(added)));
    details.push(`${named('container', adding)} must not include ${capabilities} in securityContext.capabilities.add`);
  }
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

/** Windows knows neither capabilities nor escalation. */
export const onLinux =
  (check: CheckPod): CheckPod =>
  (pod) =>
    isWindows(pod.spec) ? undefined : check(pod);

export const outsideUserNamespaces =
  (check: CheckPod): CheckPod =>
  (pod) =>
    hasUserNamespace(pod.spec) ? undefined : check(pod);

const VOLUME_TYPES: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const OTHER_VOLUME_TYPES: readonly (keyof Volume)[] = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
];

export const volumeTypes: CheckPod = ({ spec }) => {
  const has = (volume: Frozen<Volume>) => (type: keyof Volume) => volume[type] !== undefined;
  const bad = (spec.volumes ?? []).filter((volume) => !VOLUME_TYPES.some(has(volume)));
  if (bad.length === 0) return undefined;
  const types = sortedSet(bad.map((volume) => OTHER_VOLUME_TYPES.find(has(volume)) ?? 'unknown'));
  const volumes = named(
    'volume',
    bad.map(({ name }) => name),
  );
  return {
    reason: 'restricted volume types',
    detail: `${volumes} ${bad.length === 1 ? 'uses' : 'use'} ${named('restricted volume type', types)}`,
  };
};

export const runAsNonRoot: CheckPod = ({ spec }) => {
  const reason = 'runAsNonRoot != true';
  const ofPod = spec.securityContext?.runAsNonRoot;
  const who = setters(
    ofPod === false,
    containersWith(spec, ({ securityContext }) => securityContext?.runAsNonRoot === false),
  );
  if (who !== '') return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  if (ofPod) return undefined;
  const bad = containersWith(spec, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (bad.length === 0) return undefined;
  return { reason, detail: `pod or ${named('container', bad)} must set securityContext.runAsNonRoot=true` };
};

export const runAsUser: CheckPod = ({ spec }) => {
  const bad = containersWith(spec, ({ securityContext }) => securityContext?.runAsUser === 0);
  const who = setters(spec.securityContext?.runAsUser === 0, bad);
  return who === '' ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` };
};
