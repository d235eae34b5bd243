/** Rules for where the contents of volumes come from, as far as pods and persistent volumes share them. */
import type { Frozen } from '../../base/freeze.ts';
import {
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../kube/field-problem.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import type { FCVolumeSource, HostPathVolumeSource, ISCSIVolumeSource, NFSVolumeSource } from '../../kube/types.gen.ts';
import { backstepProblems } from './path-rules.ts';

/** One kind of source: the field that holds it, and its rules. */
export interface SourceRule {
  readonly field: string;
  /** The name that messages use, where upstream does not use the field's. */
  readonly shownAs?: string;
  readonly problems: (source: unknown, path: string) => FieldProblem[];
}

type Fields = Readonly<Record<string, unknown>>;

/** A source whose rules are written for its own type. */
export function source<Source>(
  field: string,
  problems: (source: Frozen<Source>, path: string) => FieldProblem[],
  shownAs?: string,
): SourceRule {
  return {
    field,
    problems: (value, path) => problems(value as Frozen<Source>, path),
    ...(shownAs !== undefined && { shownAs }),
  };
}

/** A source that only has to have some fields. */
export function needing(field: string, names: readonly string[], shownAs?: string): SourceRule {
  return source<Fields>(field, (value, path) => missingProblems(value as Fields, names, path), shownAs);
}

function missingProblems(value: Fields, names: readonly string[], path: string): FieldProblem[] {
  const isMissing = (inner: unknown): boolean =>
    inner === undefined || inner === null || inner === '' || (Array.isArray(inner) && inner.length === 0);
  return names.filter((name) => isMissing(value[name])).map((name) => required(`${path}.${name}`));
}

/** A volume has one source; those after the first are refused without a look. */
export function sourceProblems(holder: object, path: string, rules: readonly SourceRule[]): FieldProblem[] {
  const present = rules.filter(({ field }) => (holder as Fields)[field] !== undefined);
  if (present.length === 0) return [required(path, 'must specify a volume type')];
  return present.flatMap(({ field, shownAs, problems }, i) => {
    if (i > 0) return [forbiddenField(`${path}.${shownAs ?? field}`, 'may not specify more than 1 volume type')];
    return problems((holder as Fields)[field], `${path}.${field}`);
  });
}

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

function hostPathProblems({ path: target, type }: Frozen<HostPathVolumeSource>, path: string): FieldProblem[] {
  if (target === '') return [required(`${path}.path`)];
  const problems = backstepProblems(`${path}.path`, target);
  const isKnown = type === undefined || HOST_PATH_TYPES.includes(type);
  return isKnown ? problems : [...problems, notSupported(`${path}.type`, type, HOST_PATH_TYPES)];
}

function nfsProblems({ server, path: target }: Frozen<NFSVolumeSource>, path: string): FieldProblem[] {
  const problems = missingProblems({ server, path: target }, ['server', 'path'], path);
  return target.startsWith('/') ? problems : [...problems, invalid(`${path}.path`, target, 'must be an absolute path')];
}

function iscsiProblems(iscsi: Frozen<ISCSIVolumeSource>, path: string): FieldProblem[] {
  const problems = missingProblems(iscsi as Fields, ['targetPortal', 'iqn'], path);
  if (iscsi.iqn !== '' && !/^(iqn|eui|naa)/.test(iscsi.iqn)) {
    problems.push(invalid(`${path}.iqn`, iscsi.iqn, 'must be valid format starting with iqn, eui, or naa'));
  }
  if (iscsi.lun < 0 || iscsi.lun > 255)
    problems.push(invalid(`${path}.lun`, iscsi.lun, 'must be between 0 and 255, inclusive'));
  if ((iscsi.chapAuthDiscovery || iscsi.chapAuthSession) && !iscsi.secretRef)
    problems.push(required(`${path}.secretRef`));
  return problems;
}

function fcProblems({ targetWWNs = [], wwids = [], lun }: Frozen<FCVolumeSource>, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const at = `${path}.targetWWNs`;
  if (targetWWNs.length + wwids.length === 0)
    problems.push(required(at, 'must specify either targetWWNs or wwids, but not both'));
  if (targetWWNs.length > 0 && wwids.length > 0) {
    problems.push(invalid(at, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'));
  }
  if (targetWWNs.length === 0) return problems;
  if (lun === undefined) problems.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'));
  else if (lun < 0 || lun > 255) problems.push(invalid(`${path}.lun`, lun, 'must be between 0 and 255, inclusive'));
  return problems;
}

/** A disk that may be divided. */
const disk = (field: string, id: string, at = field): SourceRule =>
  source<{ partition?: number }>(field, (value, path) => {
    const where = path.slice(0, -field.length) + at;
    const { partition = 0 } = value;
    const isInRange = partition >= 0 && partition <= 255;
    const range = isInRange ? [] : [invalid(`${where}.partition`, partition, 'must be between 1 and 255, inclusive')];
    return [...missingProblems(value as Fields, [id], where), ...range];
  });

/** Names of storage drivers (ValidateCSIDriverName). */
export function driverNameProblems(path: string, driver: string): FieldProblem[] {
  if (driver === '') return [required(path)];
  const problems = driver.length > 63 ? [tooLong(path, 63)] : [];
  return [...problems, ...dnsSubdomainProblems(driver.toLowerCase()).map((detail) => invalid(path, driver, detail))];
}

/** Sources that pods and persistent volumes describe in the same way. */
export const COMMON_SOURCES = {
  hostPath: source('hostPath', hostPathProblems),
  gcePersistentDisk: disk('gcePersistentDisk', 'pdName', 'persistentDisk'),
  awsElasticBlockStore: disk('awsElasticBlockStore', 'volumeID'),
  nfs: source('nfs', nfsProblems),
  iscsi: source('iscsi', iscsiProblems),
  glusterfs: needing('glusterfs', ['endpoints', 'path']),
  flocker: source<{ datasetName?: string; datasetUUID?: string }>('flocker', ({ datasetName, datasetUUID }, path) =>
    datasetName || datasetUUID ? [] : [required(path, 'one of datasetName and datasetUUID is required')],
  ),
  rbd: needing('rbd', ['monitors', 'image']),
  cinder: needing('cinder', ['volumeID']),
  cephfs: needing('cephfs', ['monitors'], 'cephFS'),
  quobyte: needing('quobyte', ['registry', 'volume']),
  fc: source('fc', fcProblems),
  flexVolume: needing('flexVolume', ['driver']),
  azureFile: needing('azureFile', ['secretName', 'shareName']),
  vsphereVolume: needing('vsphereVolume', ['volumePath']),
  photonPersistentDisk: needing('photonPersistentDisk', ['pdID']),
  portworxVolume: needing('portworxVolume', ['volumeID']),
  azureDisk: needing('azureDisk', ['diskName', 'diskURI']),
  storageos: needing('storageos', ['volumeName']),
  scaleIO: needing('scaleIO', ['gateway', 'system', 'volumeName']),
} as const;
