/** Defaults of a pod's volumes: SetDefaults_Volume and those of its sources. */
import type {
  DownwardAPIVolumeFile,
  PersistentVolumeClaimSpec,
  ProjectedVolumeSource,
  Volume,
} from '../../kube/types.gen.ts';
import { defaultPullPolicy } from './image-reference.ts';
import { roundAmounts } from './resource-amounts.ts';

/** 0644. */
const FILE_MODE = 420;
const TOKEN_SECONDS = 3600;

/** Fills in the defaults of one volume, in place. */
export function fillVolumeDefaults(volume: Volume): void {
  // The name is the only field that is no source.
  if (Object.keys(volume).length < 2) volume.emptyDir = {};
  const { hostPath, secret, downwardAPI, configMap, azureDisk, projected, ephemeral, image } = volume;
  if (hostPath) hostPath.type ??= '';
  if (secret) secret.defaultMode ??= FILE_MODE;
  if (downwardAPI) {
    downwardAPI.defaultMode ??= FILE_MODE;
    fillFileDefaults(downwardAPI.items);
  }
  if (configMap) configMap.defaultMode ??= FILE_MODE;
  if (azureDisk) azureDisk.readOnly ??= false;
  if (projected) fillProjectedDefaults(projected);
  if (ephemeral?.volumeClaimTemplate) fillClaimSpecDefaults(ephemeral.volumeClaimTemplate.spec);
  if (image) image.pullPolicy ||= defaultPullPolicy(image.reference ?? '');
}

function fillProjectedDefaults(projected: ProjectedVolumeSource): void {
  projected.defaultMode ??= FILE_MODE;
  for (const { downwardAPI, serviceAccountToken } of projected.sources ?? []) {
    fillFileDefaults(downwardAPI?.items);
    if (serviceAccountToken) serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS;
  }
}

function fillFileDefaults(files: readonly DownwardAPIVolumeFile[] | undefined): void {
  for (const { fieldRef } of files ?? []) if (fieldRef) fieldRef.apiVersion ||= 'v1';
}

/** Fills in the defaults of the spec of a claim, in place: those of claims themselves and of templates for them. */
export function fillClaimSpecDefaults(spec: PersistentVolumeClaimSpec): void {
  spec.volumeMode ??= 'Filesystem';
  roundAmounts(spec.resources.limits);
  roundAmounts(spec.resources.requests);
}
