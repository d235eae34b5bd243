/** Rules for what containers do with the volumes of their pod. */
import type { Frozen } from '../../base/freeze.ts';
import {
  absent,
  duplicate,
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../kube/field-problem.ts';
import type { Container, Volume, VolumeDevice, VolumeMount } from '../../kube/types.gen.ts';
import { backstepProblems, descendingPathProblems } from './path-rules.ts';

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible'];
const BIND_OPTIONS = ['nodev', 'noexec', 'nosuid'];

export type Volumes = ReadonlyMap<string, Frozen<Volume>>;

function propagationProblems(
  propagation: string | undefined,
  container: Frozen<Container>,
  path: string,
): FieldProblem[] {
  if (propagation === undefined) return [];
  const problems = PROPAGATIONS.includes(propagation) ? [] : [notSupported(path, propagation, PROPAGATIONS)];
  if (propagation !== 'Bidirectional' || container.securityContext?.privileged) return problems;
  const detail = 'Bidirectional mount propagation is available only to privileged containers';
  return [...problems, forbiddenField(path, detail)];
}

function recursiveProblems(
  { recursiveReadOnly, readOnly, mountPropagation }: Frozen<VolumeMount>,
  path: string,
): FieldProblem[] {
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return [];
  if (!RECURSIVE.includes(recursiveReadOnly)) return [notSupported(path, recursiveReadOnly, RECURSIVE)];
  const problems: FieldProblem[] = [];
  if (!readOnly) problems.push(forbiddenField(path, 'may only be specified when readOnly is true'));
  if (mountPropagation !== undefined && mountPropagation !== 'None') {
    problems.push(forbiddenField(path, 'may only be specified when mountPropagation is None or not specified'));
  }
  return problems;
}

/** Messages about sub-paths, propagation and the like do not say which mount: upstream's paths end at the list. */
function mountProblems(
  mount: Frozen<VolumeMount>,
  container: Frozen<Container>,
  path: string,
  at: string,
): FieldProblem[] {
  const { subPath = '', subPathExpr = '' } = mount;
  const problems = subPath === '' ? [] : descendingPathProblems(`${path}.subPath`, subPath);
  if (subPathExpr !== '') {
    const detail = 'subPathExpr and subPath are mutually exclusive';
    if (subPath !== '') problems.push(invalid(`${at}.subPathExpr`, subPathExpr, detail));
    problems.push(...descendingPathProblems(`${path}.subPathExpr`, subPathExpr));
  }
  problems.push(...propagationProblems(mount.mountPropagation, container, `${path}.mountPropagation`));
  problems.push(...recursiveProblems(mount, `${path}.recursiveReadOnly`));
  (mount.bindMountOptions ?? []).forEach((option, i, all) => {
    const where = `${at}.bindMountOptions[${i}]`;
    if (!BIND_OPTIONS.includes(option)) problems.push(notSupported(where, option, BIND_OPTIONS));
    if (all.indexOf(option) < i) problems.push(duplicate(where, option));
  });
  return problems;
}

/** Rules for `volumeMounts`. */
export function mountsProblems(container: Frozen<Container>, volumes: Volumes, path: string): FieldProblem[] {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const taken = new Set<string>();
  return volumeMounts.flatMap((mount, i) => {
    const at = `${path}[${i}]`;
    const { name, mountPath } = mount;
    const problems: FieldProblem[] = [];
    if (name === '') problems.push(required(`${at}.name`));
    if (!volumes.has(name)) problems.push(absent(`${at}.name`, name));
    if (mountPath === '') problems.push(required(`${at}.mountPath`));
    if (taken.has(mountPath)) problems.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'));
    taken.add(mountPath);
    if (volumeDevices.some((device) => device.name === name)) {
      problems.push(invalid(`${at}.name`, name, 'must not already exist in volumeDevices'));
    }
    if (volumeDevices.some((device) => device.devicePath === mountPath)) {
      problems.push(invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'));
    }
    return [...problems, ...mountProblems(mount, container, path, at)];
  });
}

const isClaim = (volume: Frozen<Volume>): boolean => Boolean(volume.persistentVolumeClaim ?? volume.ephemeral);

function deviceProblems(
  { name, devicePath }: Frozen<VolumeDevice>,
  container: Frozen<Container>,
  volumes: Volumes,
  at: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const volume = volumes.get(name);
  if (volume && !isClaim(volume)) {
    const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
    problems.push(invalid(`${at}.name`, name, detail));
  }
  if (!volume) problems.push(absent(`${at}.name`, name));
  if (devicePath === '') problems.push(required(`${at}.devicePath`));
  if (backstepProblems('', devicePath).length > 0) {
    problems.push(invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"));
  }
  const { volumeMounts = [] } = container;
  if (volumeMounts.some((mount) => mount.name === name)) {
    problems.push(invalid(`${at}.name`, name, 'must not already exist in volumeMounts'));
  }
  if (volumeMounts.some((mount) => mount.mountPath === devicePath)) {
    problems.push(invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'));
  }
  return problems;
}

/** Rules for `volumeDevices`. */
export function devicesProblems(container: Frozen<Container>, volumes: Volumes, path: string): FieldProblem[] {
  const names = new Set<string>();
  const paths = new Set<string>();
  return (container.volumeDevices ?? []).flatMap((device, i) => {
    const at = `${path}[${i}]`;
    const problems = device.name === '' ? [required(`${at}.name`)] : [];
    if (names.has(device.name)) problems.push(invalid(`${at}.name`, device.name, 'must be unique'));
    if (paths.has(device.devicePath)) problems.push(invalid(`${at}.devicePath`, device.devicePath, 'must be unique'));
    if (device.name !== '') names.add(device.name);
    paths.add(device.devicePath);
    return [...problems, ...deviceProblems(device, container, volumes, at)];
  });
}
