/** Which settings of the kernel pods may have: k8s.io/kubernetes/pkg/kubelet/sysctl. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { sysctlName } from './runtime/machine/sysctls.ts';

/** Settings that concern nobody but the pod, and whose they are (safeSysctls). */
const SAFE_SYSCTLS: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_notsent_lowat',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

/** The first setting of a pod that a kubelet does not let it have, and why. */
export function forbiddenSysctl({ spec }: Frozen<Pod>): string | undefined {
  for (const { name } of spec.securityContext?.sysctls ?? []) {
    const sysctl = sysctlName(name);
    if (!SAFE_SYSCTLS.has(sysctl)) return `${JSON.stringify(sysctl)} not allowlisted`;
    const shared = sysctl.startsWith('net.') ? spec.hostNetwork && 'net' : spec.hostIPC && 'ipc';
    if (shared) return `${JSON.stringify(sysctl)} not allowed with host ${shared} enabled`;
  }
  return undefined;
}
