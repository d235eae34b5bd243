/** Whether a kubelet takes a pod that was bound to its node: k8s.io/kubernetes/pkg/kubelet/lifecycle and sysctl. */
import type { Frozen } from '../../server/base/freeze.ts';
import { type Amounts, sumAmounts } from '../../server/kube/amounts.ts';
import { totalOfPod } from '../../server/kube/pod-amounts.ts';
import { quantityMilliValue, quantityValue } from '../../server/kube/quantity.ts';
import type { Node, Pod } from '../../server/kube/types.gen.ts';
import { podWantsNode } from '../lib/node-selector.ts';
import { isPodTerminal } from '../lib/pods.ts';
import { untoleratedTaint } from '../lib/tolerations.ts';
import { sysctlName } from './runtime/machine/sysctls.ts';

export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

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

function forbiddenSysctl({ spec }: Frozen<Pod>): string | undefined {
  for (const { name } of spec.securityContext?.sysctls ?? []) {
    const sysctl = sysctlName(name);
    if (!SAFE_SYSCTLS.has(sysctl)) return `${JSON.stringify(sysctl)} not allowlisted`;
    const shared = sysctl.startsWith('net.') ? spec.hostNetwork && 'net' : spec.hostIPC && 'ipc';
    if (shared) return `${JSON.stringify(sysctl)} not allowed with host ${shared} enabled`;
  }
  return undefined;
}

/** What a kubelet counts itself. Of others it knows only those that its node has. */
const COUNTED = ['pods', 'cpu', 'memory', 'ephemeral-storage'] as const;

function shortage(pod: Frozen<Pod>, node: Frozen<Node>, others: readonly Frozen<Pod>[]): Rejection | undefined {
  const amountsOf = ({ spec }: Frozen<Pod>): Amounts => ({ ...totalOfPod(spec, 'requests'), pods: '1' });
  const used = others
    .filter((other) => other.metadata.uid !== pod.metadata.uid && !isPodTerminal(other))
    .map(amountsOf)
    .reduce<Amounts>(sumAmounts, {});
  const wanted = amountsOf(pod);
  for (const name of COUNTED) {
    const measured = (amount = '0'): number => (name === 'cpu' ? quantityMilliValue : quantityValue)(amount);
    const capacity = node.status.allocatable?.[name];
    const [requested, taken] = [measured(wanted[name]), measured(used[name])];
    if (capacity === undefined || requested === 0 || requested + taken <= measured(capacity)) continue;
    const message =
      `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${taken}, ` +
      `capacity: ${measured(capacity)}`;
    return { reason: `OutOf${name}`, message };
  }
  return undefined;
}

const failedPredicate = (reason: string, why: string): Rejection => ({
  reason,
  message: `Predicate ${reason} failed: ${why}`,
});

/**
 * Why a kubelet refuses a pod that it sees for the first time. It asks for room only where the scheduler has not: no
 * other can have taken it meanwhile.
 *
 * @param others the pods of the node
 */
export function rejectionOf(
  pod: Frozen<Pod>,
  node: Frozen<Node>,
  others: () => readonly Frozen<Pod>[],
): Rejection | undefined {
  const { spec, status } = pod;
  const sysctl = forbiddenSysctl(pod);
  if (sysctl !== undefined) return { reason: 'SysctlForbidden', message: `forbidden sysctl: ${sysctl}` };
  if (spec.os && spec.os.name !== 'linux')
    return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
  if (!status.conditions?.some(({ type }) => type === 'PodScheduled')) {
    const short = shortage(pod, node, others());
    if (short) return short;
  }
  if (!podWantsNode(pod, node))
    return failedPredicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  if (untoleratedTaint(node.spec.taints ?? undefined, spec.tolerations ?? undefined, ['NoExecute']))
    return failedPredicate('TaintToleration', "node(s) had taints that the pod didn't tolerate");
  return undefined;
}
