/** Rules for what pods and their containers may do to the node. */
import type { Frozen } from '../../base/freeze.ts';
import {
  duplicate,
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../kube/field-problem.ts';
import type {
  AppArmorProfile,
  Container,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
  Sysctl,
} from '../../kube/types.gen.ts';
import { internalForm } from './internal-form.ts';
import { descendingPathProblems, idProblems } from './path-rules.ts';
import { containersWithPaths } from './pod-containers.ts';

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const PROC_MOUNTS = ['Default', 'Unmasked'];
const GROUP_CHANGE_POLICIES = ['Always', 'OnRootMismatch'];
const SUPPLEMENTAL_POLICIES = ['Merge', 'Strict'];
const SELINUX_POLICIES = ['MountOption', 'Recursive'];
const PROFILE_BYTES_MAX = 4095;
const SYSCTL = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const SYSCTL_NAME = new RegExp(SYSCTL);
const SYSCTL_MAX = 253;
const NET_SYSCTL = /^net\./;
const IPC_SYSCTL = /^(kernel\.(msg|sem|shm)|fs\.mqueue\.)/;

function seccompProblems(profile: Frozen<SeccompProfile> | undefined, path: string): FieldProblem[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const problems: FieldProblem[] = [];
  const at = `${path}.localhostProfile`;
  if (type === '') problems.push(required(`${path}.type`, 'type is required when seccompProfile is set'));
  else if (!PROFILE_TYPES.includes(type)) problems.push(notSupported(`${path}.type`, type, PROFILE_TYPES));
  if (type === 'Localhost') {
    if (localhostProfile === undefined) problems.push(required(at, 'must be set when seccomp type is Localhost'));
    else problems.push(...descendingPathProblems(at, localhostProfile));
  } else if (localhostProfile !== undefined) {
    const shown = internalForm(profile, 'io.k8s.api.core.v1.SeccompProfile');
    problems.push(invalid(at, shown, 'can only be set when seccomp type is Localhost'));
  }
  return problems;
}

function appArmorProblems(profile: Frozen<AppArmorProfile> | undefined, path: string): FieldProblem[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  const missing = required(at, 'must be set when AppArmor type is Localhost');
  if (type === '') return [required(`${path}.type`, 'type is required when appArmorProfile is set')];
  if (!PROFILE_TYPES.includes(type)) return [notSupported(`${path}.type`, type, PROFILE_TYPES)];
  if (type !== 'Localhost') {
    const detail = 'can only be set when AppArmor type is Localhost';
    return localhostProfile === undefined ? [] : [invalid(at, localhostProfile, detail)];
  }
  if (localhostProfile === undefined) return [missing];
  const problems: FieldProblem[] = [];
  if (localhostProfile.trim() !== localhostProfile)
    problems.push(invalid(at, localhostProfile, 'must not be padded with whitespace'));
  else if (localhostProfile === '') problems.push(missing);
  if (Buffer.byteLength(localhostProfile) > PROFILE_BYTES_MAX) problems.push(tooLong(at, PROFILE_BYTES_MAX));
  return problems;
}

/** The security context of one container. */
export function containerSecurityProblems(
  context: Frozen<SecurityContext> | undefined,
  hostUsers: boolean,
  path: string,
): FieldProblem[] {
  if (!context) return [];
  const { procMount, allowPrivilegeEscalation, privileged, capabilities } = context;
  const problems = [
    ...idProblems(`${path}.runAsUser`, context.runAsUser),
    ...idProblems(`${path}.runAsGroup`, context.runAsGroup),
  ];
  const at = `${path}.procMount`;
  if (procMount !== undefined && !PROC_MOUNTS.includes(procMount))
    problems.push(notSupported(at, procMount, PROC_MOUNTS));
  if (procMount === 'Unmasked' && hostUsers)
    problems.push(invalid(at, procMount, '`hostUsers` must be false to use `Unmasked`'));
  problems.push(...seccompProblems(context.seccompProfile, `${path}.seccompProfile`));
  if (allowPrivilegeEscalation === false) {
    const shown = internalForm(context, 'io.k8s.api.core.v1.SecurityContext');
    const cannot = 'cannot set `allowPrivilegeEscalation` to false and';
    if (privileged) problems.push(invalid(path, shown, `${cannot} \`privileged\` to true`));
    for (const name of capabilities?.add ?? []) {
      if (name === 'CAP_SYS_ADMIN') problems.push(invalid(path, shown, `${cannot} \`capabilities.Add\` CAP_SYS_ADMIN`));
    }
  }
  return [...problems, ...appArmorProblems(context.appArmorProfile, `${path}.appArmorProfile`)];
}

function sysctlProblems(sysctls: Frozen<Sysctl[]>, spec: Frozen<PodSpec>, path: string): FieldProblem[] {
  const names = new Set<string>();
  return sysctls.flatMap(({ name }, i) => {
    const at = `${path}[${i}].name`;
    const problems: FieldProblem[] = [];
    const rule = `must have at most ${SYSCTL_MAX} characters and match regex ${SYSCTL}`;
    if (name === '') problems.push(required(at));
    else if (name.length > SYSCTL_MAX || !SYSCTL_NAME.test(name)) problems.push(invalid(at, name, rule));
    else if (names.has(name)) problems.push(duplicate(at, name));
    names.add(name);
    const dotted = name.replaceAll('/', '.');
    if (spec.hostNetwork && NET_SYSCTL.test(dotted))
      problems.push(invalid(at, name, "may not be specified when 'hostNetwork' is true"));
    if (spec.hostIPC && IPC_SYSCTL.test(dotted))
      problems.push(invalid(at, name, "may not be specified when 'hostIPC' is true"));
    return problems;
  });
}

function policyProblems(path: string, policy: string | undefined, supported: readonly string[]): FieldProblem[] {
  return policy === undefined || supported.includes(policy) ? [] : [notSupported(path, policy, supported)];
}

/** The security context of a pod. */
export function podSecurityProblems(
  context: Frozen<PodSecurityContext> | undefined,
  spec: Frozen<PodSpec>,
  path: string,
): FieldProblem[] {
  if (!context) return [];
  return [
    ...idProblems(`${path}.fsGroup`, context.fsGroup),
    ...idProblems(`${path}.runAsUser`, context.runAsUser),
    ...idProblems(`${path}.runAsGroup`, context.runAsGroup),
    ...(context.supplementalGroups ?? []).flatMap((id, i) => idProblems(`${path}.supplementalGroups[${i}]`, id)),
    ...sysctlProblems(context.sysctls ?? [], spec, `${path}.sysctls`),
    ...policyProblems(`${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, GROUP_CHANGE_POLICIES),
    ...seccompProblems(context.seccompProfile, `${path}.seccompProfile`),
    ...appArmorProblems(context.appArmorProfile, `${path}.appArmorProfile`),
    ...policyProblems(`${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, SUPPLEMENTAL_POLICIES),
    ...policyProblems(`${path}.seLinuxChangePolicy`, context.seLinuxChangePolicy, SELINUX_POLICIES),
  ];
}

/** A pod with users of its own cannot share the namespaces of the node. */
export function hostUserProblems(spec: Frozen<PodSpec>, path: string): FieldProblem[] {
  if (spec.hostUsers !== false) return [];
  const detail = 'when `hostUsers` is false';
  const problems: FieldProblem[] = [];
  if (spec.hostNetwork) problems.push(forbiddenField(`${path}.hostNetwork`, detail));
  if (spec.hostPID) problems.push(forbiddenField(`${path}.HostPID`, detail));
  if (spec.hostIPC) problems.push(forbiddenField(`${path}.HostIPC`, detail));
  for (const { container, at } of containersWithPaths(spec, path)) {
    if (container.volumeDevices?.length) problems.push(forbiddenField(`${at}.volumeDevices`, detail));
  }
  return problems;
}

const WINDOWS_POD = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const;
const WINDOWS_CONTAINER = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;
const WINDOWS_SPEC = ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'] as const;

/** Rules for `os`, and what does not go with it. */
export function osProblems(spec: Frozen<PodSpec>, path: string): FieldProblem[] {
  const name = spec.os?.name;
  if (name === undefined) return [];
  if (name === '') return [required(`${path}.os.name`)];
  if (name !== 'linux' && name !== 'windows') return [notSupported(`${path}.os`, name, ['linux', 'windows'])];
  const contexts = containersWithPaths(spec, path).map(({ container, at }) => ({
    context: container.securityContext,
    at: `${at}.securityContext`,
  }));
  if (name === 'linux') {
    const all = [{ context: spec.securityContext, at: `${path}.securityContext` }, ...contexts];
    const set = all.filter(({ context }) => context?.windowsOptions !== undefined);
    return set.map(({ at }) => forbiddenField(`${at}.windowsOptions`, 'windows options cannot be set for a linux pod'));
  }
  const detail = 'cannot be set for a windows pod';
  const refused = [
    ...WINDOWS_POD.filter((field) => spec.securityContext?.[field] !== undefined).map(
      (field) => `${path}.securityContext.${field}`,
    ),
    ...WINDOWS_SPEC.filter((field) => spec[field] !== undefined).map((field) => `${path}.${field}`),
    ...contexts.flatMap(({ context, at }) =>
      WINDOWS_CONTAINER.filter((field) => context?.[field] !== undefined).map((field) => `${at}.${field}`),
    ),
  ];
  return refused.map((field) => forbiddenField(field, detail));
}

/** Privileged containers of Windows: either all of a pod are, or none. */
export function hostProcessProblems(spec: Frozen<PodSpec>, path: string): FieldProblem[] {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  const ofContainer = (container: Frozen<Container>): boolean | undefined =>
    container.securityContext?.windowsOptions?.hostProcess;
  const all = containersWithPaths(spec, path);
  const problems: FieldProblem[] = [];
  for (const { container, at } of all) {
    const own = ofContainer(container);
    if (ofPod === undefined || own === undefined || own === ofPod) continue;
    const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
    problems.push(invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, detail));
  }
  const count = all.filter(({ container }) => ofContainer(container) ?? ofPod).length;
  if (count === 0) return problems;
  const detail = 'If pod contains any hostProcess containers then all containers must be HostProcess containers';
  if (count !== all.length) problems.push(invalid(path, '', detail));
  if (!spec.hostNetwork) {
    problems.push(
      invalid(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers'),
    );
  }
  return problems;
}
