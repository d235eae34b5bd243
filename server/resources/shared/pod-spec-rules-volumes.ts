/** Rules for the volumes of pods: ValidateVolumes. */
import type { Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, forbiddenField, invalid, required } from '../../kube/field-problem.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../../kube/names.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type {
  ConfigMapVolumeSource,
  CSIVolumeSource,
  DownwardAPIVolumeSource,
  EmptyDirVolumeSource,
  EphemeralVolumeSource,
  ImageVolumeSource,
  SecretVolumeSource,
  Volume,
} from '../../kube/types.gen.ts';
import { claimTemplateProblems } from './claim-rules.ts';
import { fileModeProblems, idProblems, keyToPathProblems } from './path-rules.ts';
import { pullPolicyProblems } from './pod-spec-rules-containers.ts';
import { downwardFileProblems, projectedProblems } from './pod-spec-rules-projections.ts';
import {
  COMMON_SOURCES,
  driverNameProblems,
  needing,
  type SourceRule,
  source,
  sourceProblems,
} from './volume-source-rules.ts';

const EMPTY_DIR_MODE = 'must be a number between 0 and 01777 (octal), both inclusive';

function emptyDirProblems({ sizeLimit, mode }: Frozen<EmptyDirVolumeSource>, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (sizeLimit !== undefined && parseQuantity(sizeLimit).nano < 0n) {
    problems.push(forbiddenField(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
  }
  if (mode !== undefined && (mode < 0 || mode > 0o1777)) problems.push(invalid(`${path}.mode`, mode, EMPTY_DIR_MODE));
  return problems;
}

type Files = Frozen<Pick<SecretVolumeSource, 'items' | 'defaultMode' | 'defaultUser'>>;

function filesProblems({ items = [], defaultMode, defaultUser }: Files, path: string): FieldProblem[] {
  return [
    ...fileModeProblems(`${path}.defaultMode`, defaultMode),
    ...idProblems(`${path}.defaultUser`, defaultUser),
    ...items.flatMap((item, i) => keyToPathProblems(`${path}.items[${i}]`, item)),
  ];
}

function downwardProblems(
  { items = [], defaultMode, defaultUser }: Frozen<DownwardAPIVolumeSource>,
  path: string,
): FieldProblem[] {
  return [
    ...fileModeProblems(`${path}.defaultMode`, defaultMode),
    ...idProblems(`${path}.defaultUser`, defaultUser),
    // Upstream's messages do not say which item.
    ...items.flatMap((item) => downwardFileProblems(item, path)),
  ];
}

function csiProblems({ driver, nodePublishSecretRef: secret }: Frozen<CSIVolumeSource>, path: string): FieldProblem[] {
  const problems = driverNameProblems(`${path}.driver`, driver);
  if (!secret) return problems;
  if (!secret.name) return [...problems, required(`${path}.nodePublishSecretRef.name`)];
  return [
    ...problems,
    ...dnsSubdomainProblems(secret.name).map((detail) => invalid(`${path}.name`, secret.name, detail)),
  ];
}

/** A claim of the pod's own is named after the pod and the volume. */
const ephemeral = (volume: Frozen<Volume>, podName: string): SourceRule =>
  source<EphemeralVolumeSource>('ephemeral', ({ volumeClaimTemplate: template }, path) => {
    if (!template) return [required(`${path}.volumeClaimTemplate`)];
    const problems = claimTemplateProblems(template, `${path}.volumeClaimTemplate`);
    if (podName === '' || volume.name === '') return problems;
    const claim = `${podName}-${volume.name}`;
    const at = `${path.slice(0, -'.ephemeral'.length)}.name`;
    const details = dnsSubdomainProblems(claim).map((detail) => `PVC name ${JSON.stringify(claim)}: ${detail}`);
    return [...problems, ...details.map((detail) => invalid(at, volume.name, detail))];
  });

const image = source<ImageVolumeSource>('image', ({ reference, pullPolicy }, path) => [
  ...(reference ? [] : [required(`${path}.reference`)]),
  ...pullPolicyProblems(`${path}.pullPolicy`, pullPolicy),
]);

const common = COMMON_SOURCES;

/** The sources in the order in which upstream looks at them. */
const rulesOf = (volume: Frozen<Volume>, podName: string): SourceRule[] => [
  source('emptyDir', emptyDirProblems),
  common.hostPath,
  needing('gitRepo', ['repository']),
  common.gcePersistentDisk,
  common.awsElasticBlockStore,
  source<SecretVolumeSource>('secret', (value, path) => [
    ...(value.secretName ? [] : [required(`${path}.secretName`)]),
    ...filesProblems(value, path),
  ]),
  common.nfs,
  common.iscsi,
  common.glusterfs,
  common.flocker,
  needing('persistentVolumeClaim', ['claimName']),
  common.rbd,
  common.cinder,
  common.cephfs,
  common.quobyte,
  source('downwardAPI', downwardProblems, 'downwarAPI'),
  common.fc,
  common.flexVolume,
  source<ConfigMapVolumeSource>('configMap', (value, path) => [
    ...(value.name ? [] : [required(`${path}.name`)]),
    ...filesProblems(value, path),
  ]),
  common.azureFile,
  common.vsphereVolume,
  common.photonPersistentDisk,
  common.portworxVolume,
  common.azureDisk,
  common.storageos,
  source('projected', projectedProblems),
  common.scaleIO,
  source('csi', csiProblems),
  ephemeral(volume, podName),
  image,
];

/** The problems of volumes, and those that have none: only they can be mounted. */
export function volumeProblems(
  volumes: Frozen<Volume[]>,
  path: string,
  podName: string,
): { problems: FieldProblem[]; mountable: ReadonlyMap<string, Frozen<Volume>> } {
  const problems: FieldProblem[] = [];
  const mountable = new Map<string, Frozen<Volume>>();
  const ownClaims = new Set(volumes.filter((volume) => volume.ephemeral).map(({ name }) => `${podName}-${name}`));
  volumes.forEach((volume, i) => {
    const at = `${path}[${i}]`;
    const own = sourceProblems(volume, at, rulesOf(volume, podName));
    if (volume.name === '') own.push(required(`${at}.name`));
    else for (const detail of dnsLabelProblems(volume.name)) own.push(invalid(`${at}.name`, volume.name, detail));
    if (mountable.has(volume.name)) own.push(duplicate(`${at}.name`, volume.name));
    if (own.length === 0) mountable.set(volume.name, volume);
    problems.push(...own);
    const claim = volume.persistentVolumeClaim?.claimName ?? '';
    if (podName !== '' && claim !== '' && ownClaims.has(claim)) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume';
      problems.push(invalid(`${at}.persistentVolumeClaim.claimName`, claim, detail));
    }
  });
  return { problems, mountable };
}
