/** What else a pod names: secrets, config maps, claims. */
import type { Frozen } from '../base/freeze.ts';
import type { Container, Pod, PodSpec, Volume } from './types.gen.ts';

/** Names of all secrets that a pod refers to: podutil.VisitPodSecretNames. */
export function secretNames(spec: Frozen<PodSpec> | PodSpec): string[] {
  const containers = containersOf(spec);
  const names = [
    ...(spec.imagePullSecrets ?? []).map(({ name }) => name),
    ...containers.flatMap(({ env = [], envFrom = [] }) => [
      ...envFrom.map(({ secretRef }) => secretRef?.name),
      ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ]),
    ...(spec.volumes ?? []).flatMap(volumeSecrets),
  ];
  return named(names);
}

/** Names of all config maps that a pod refers to: podutil.VisitPodConfigmapNames. */
export function configMapNames(spec: Frozen<PodSpec>): string[] {
  return named([
    ...containersOf(spec).flatMap(({ env = [], envFrom = [] }) => [
      ...envFrom.map(({ configMapRef }) => configMapRef?.name),
      ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
    ]),
    ...(spec.volumes ?? []).flatMap(({ configMap, projected }) => [
      configMap?.name,
      ...(projected?.sources ?? []).map((source) => source.configMap?.name),
    ]),
  ]);
}

/** Names of the volume claims that a pod uses; ephemeral volumes have one named after pod and volume. */
export function volumeClaimNames({ metadata, spec }: Frozen<Pod>): string[] {
  return named(
    (spec.volumes ?? []).map(({ name, persistentVolumeClaim, ephemeral }) =>
      persistentVolumeClaim ? persistentVolumeClaim.claimName : ephemeral && `${metadata.name ?? ''}-${name}`,
    ),
  );
}

/** Names of the resource claims that there are for a pod: what it names itself, and what was made for it. */
export function resourceClaimNames({ spec, status }: Frozen<Pod>): string[] {
  const made = status?.resourceClaimStatuses ?? [];
  return named([
    ...(spec.resourceClaims ?? []).map((claim) =>
      claim.resourceClaimName
        ? claim.resourceClaimName
        : made.find(({ name }) => name === claim.name)?.resourceClaimName,
    ),
    status?.extendedResourceClaimStatus?.resourceClaimName,
  ]);
}

type NamingContainer = Pick<Frozen<Container>, 'env' | 'envFrom'>;

function containersOf(spec: Frozen<PodSpec> | PodSpec): NamingContainer[] {
  const { initContainers, containers, ephemeralContainers } = spec as Frozen<PodSpec>;
  return [...(initContainers ?? []), ...(containers ?? []), ...(ephemeralContainers ?? [])];
}

function named(names: readonly (string | undefined)[]): string[] {
  return names.filter((name): name is string => name !== undefined && name !== '');
}

function volumeSecrets(volume: Frozen<Volume> | Volume): (string | undefined)[] {
  const { azureFile, cephfs, cinder, flexVolume, projected, rbd, secret, scaleIO, iscsi, storageos, csi } = volume;
  return [
    azureFile?.secretName,
    cephfs?.secretRef?.name,
    cinder?.secretRef?.name,
    flexVolume?.secretRef?.name,
    ...(projected?.sources ?? []).map((source) => source.secret?.name),
    rbd?.secretRef?.name,
    secret?.secretName,
    scaleIO?.secretRef?.name,
    iscsi?.secretRef?.name,
    storageos?.secretRef?.name,
    csi?.nodePublishSecretRef?.name,
  ];
}
