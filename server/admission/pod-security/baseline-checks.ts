/** Checks of the level `baseline` that ask about containers, ports and volumes of the host. */
import {
  type AnyContainer,
  type CheckPod,
  containersOf,
  containersWith,
  hasUserNamespace,
  named,
  plural,
  quoted,
  setters,
  sortedSet,
} from './violation.ts';

const CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

export const defaultCapabilities: CheckPod = ({ spec }) => {
  const added = ({ securityContext }: AnyContainer): string[] =>
    (securityContext?.capabilities?.add ?? []).filter((capability) => !CAPABILITIES.has(capability));
  const bad = containersWith(spec, (container) => added(container).length > 0);
  if (bad.length === 0) return undefined;
  const capabilities = quoted(sortedSet(containersOf(spec).flatMap(added)));
  return {
    reason: 'non-default capabilities',
    detail: `${named('container', bad)} must not include ${capabilities} in securityContext.capabilities.add`,
  };
};

export const hostNamespaces: CheckPod = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
};

export const hostPathVolumes: CheckPod = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  return bad.length === 0 ? undefined : { reason: 'hostPath volumes', detail: named('volume', bad) };
};

export const hostPorts: CheckPod = ({ spec }) => {
  const portsOf = ({ ports }: AnyContainer): string[] =>
    (ports ?? []).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
  const bad = containersWith(spec, (container) => portsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = sortedSet(containersOf(spec).flatMap(portsOf));
  const uses = bad.length === 1 ? 'uses' : 'use';
  return {
    reason: 'hostPort',
    detail: `${named('container', bad)} ${uses} ${plural('hostPort', ports.length)} ${ports.join(', ')}`,
  };
};

/** Probes and hooks that ask another host than the pod. */
export const probedHosts: CheckPod = ({ spec }) => {
  const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer): string[] =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((handler) =>
      [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host) => host !== undefined && host !== ''),
    ) as string[];
  const bad = sortedSet(containersWith(spec, (container) => hostsOf(container).length > 0));
  if (bad.length === 0) return undefined;
  const hosts = sortedSet(containersOf(spec).flatMap(hostsOf));
  const uses = bad.length === 1 ? 'uses' : 'use';
  return {
    reason: 'probe or lifecycle host',
    detail: `${named('container', bad)} ${uses} ${named('probe or lifecycle host', hosts)}`,
  };
};

export const privileged: CheckPod = ({ spec }) => {
  const bad = containersWith(spec, ({ securityContext }) => securityContext?.privileged === true);
  if (bad.length === 0) return undefined;
  return {
    reason: 'privileged',
    detail: `${named('container', bad)} must not set securityContext.privileged=true`,
  };
};

export const procMount: CheckPod = ({ spec }) => {
  const mountsOf = ({ securityContext }: AnyContainer): string[] => {
    const mount = securityContext?.procMount ?? 'Default';
    return mount === 'Default' ? [] : [mount];
  };
  const bad = containersWith(spec, (container) => mountsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const types = quoted(sortedSet(containersOf(spec).flatMap(mountsOf)));
  return {
    reason: 'procMount',
    detail: `${named('container', bad)} must not set securityContext.procMount to ${types}`,
  };
};

export const procMountOutsideUserNamespaces: CheckPod = (pod) =>
  hasUserNamespace(pod.spec) ? undefined : procMount(pod);

/** @param allowed names beyond those that were allowed from the start */
export function sysctls(allowed: readonly string[]): CheckPod {
  const names = new Set([
    'kernel.shm_rmid_forced',
    'net.ipv4.ip_local_port_range',
    'net.ipv4.tcp_syncookies',
    'net.ipv4.ping_group_range',
    'net.ipv4.ip_unprivileged_port_start',
    ...allowed,
  ]);
  return ({ spec }) => {
    const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !names.has(name));
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
  };
}

export const hostProcess: CheckPod = ({ spec }) => {
  const bad = containersWith(spec, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true);
  const who = setters(spec.securityContext?.windowsOptions?.hostProcess === true, bad);
  if (who === '') return undefined;
  return { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
};
