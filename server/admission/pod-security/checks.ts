/** The Pod Security Standards: which checks make up a level, in which version of Kubernetes. */
import {
  defaultCapabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProcess,
  privileged,
  probedHosts,
  procMount,
  procMountOutsideUserNamespaces,
  sysctls,
} from './baseline-checks.ts';
import { type LevelVersion, minorOf } from './policy.ts';
import {
  appArmorProfile,
  requiredSeccompProfile,
  requiredSeccompProfileOnLinux,
  seccompAnnotations,
  seccompProfile,
  seLinuxOptions,
} from './profile-checks.ts';
import {
  droppedCapabilities,
  onLinux,
  outsideUserNamespaces,
  privilegeEscalation,
  runAsNonRoot,
  runAsUser,
  volumeTypes,
} from './restricted-checks.ts';
import type { CheckedPod, CheckPod, Violation } from './violation.ts';

/** A check, by the minor version of Kubernetes from which on each of its revisions holds, the newest first. */
interface Check {
  readonly revisions: readonly (readonly [minor: number, check: CheckPod])[];
  /** The check of the baseline that this one stands for. */
  readonly instead?: string;
}

const IP_SYSCTLS = ['net.ipv4.ip_local_reserved_ports'];
const TCP_SYSCTLS = [
  ...IP_SYSCTLS,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const MEMORY_SYSCTLS = [...TCP_SYSCTLS, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];
const IDLE_SYSCTLS = [...MEMORY_SYSCTLS, 'net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat'];
const SELINUX_TYPES = ['container_t', 'container_init_t', 'container_kvm_t'];

/** In the order in which messages tell of them: that of upstream's names. */
const BASELINE: Readonly<Record<string, Check>> = {
  appArmorProfile: { revisions: [[0, appArmorProfile]] },
  capabilities: { revisions: [[0, defaultCapabilities]] },
  hostNamespaces: { revisions: [[0, hostNamespaces]] },
  hostPathVolumes: { revisions: [[0, hostPathVolumes]] },
  hostPorts: { revisions: [[0, hostPorts]] },
  probedHosts: { revisions: [[34, probedHosts]] },
  privileged: { revisions: [[0, privileged]] },
  procMount: {
    revisions: [
      [35, procMountOutsideUserNamespaces],
      [0, procMount],
    ],
  },
  seLinuxOptions: {
    revisions: [
      [31, seLinuxOptions([...SELINUX_TYPES, 'container_engine_t'])],
      [0, seLinuxOptions(SELINUX_TYPES)],
    ],
  },
  seccompProfile: {
    revisions: [
      [19, seccompProfile],
      [0, seccompAnnotations],
    ],
  },
  sysctls: {
    revisions: [
      [37, sysctls(IDLE_SYSCTLS)],
      [32, sysctls(MEMORY_SYSCTLS)],
      [29, sysctls(TCP_SYSCTLS)],
      [27, sysctls(IP_SYSCTLS)],
      [0, sysctls([])],
    ],
  },
  hostProcess: { revisions: [[0, hostProcess]] },
};

const RESTRICTED: readonly Check[] = [
  {
    revisions: [
      [25, onLinux(privilegeEscalation)],
      [8, privilegeEscalation],
    ],
  },
  {
    revisions: [
      [25, onLinux(droppedCapabilities)],
      [22, droppedCapabilities],
    ],
    instead: 'capabilities',
  },
  { revisions: [[35, procMount]], instead: 'procMount' },
  { revisions: [[0, volumeTypes]], instead: 'hostPathVolumes' },
  {
    revisions: [
      [35, outsideUserNamespaces(runAsNonRoot)],
      [0, runAsNonRoot],
    ],
  },
  {
    revisions: [
      [35, outsideUserNamespaces(runAsUser)],
      [23, runAsUser],
    ],
  },
  {
    revisions: [
      [25, requiredSeccompProfileOnLinux],
      [19, requiredSeccompProfile],
    ],
    instead: 'seccompProfile',
  },
];

const NEWEST = Math.max(...[...Object.values(BASELINE), ...RESTRICTED].map(({ revisions }) => revisions[0]?.[0] ?? 0));

const at = ({ revisions }: Check, minor: number): CheckPod | undefined =>
  revisions.find(([from]) => from <= minor)?.[1];

const known = new Map<string, readonly CheckPod[]>();

function checksOf({ level, version }: LevelVersion): readonly CheckPod[] {
  if (level === 'privileged') return [];
  const minor = Math.min(minorOf(version), NEWEST);
  const name = `${level} ${minor}`;
  let checks = known.get(name);
  if (!checks) {
    const restricted = level === 'restricted' ? RESTRICTED.filter((check) => at(check, minor)) : [];
    const replaced = new Set(restricted.map(({ instead }) => instead));
    const baseline = Object.entries(BASELINE).filter(([id]) => !replaced.has(id));
    const all = [...baseline.map(([, check]) => check), ...restricted];
    checks = all.map((check) => at(check, minor)).filter((check) => check !== undefined);
    known.set(name, checks);
  }
  return checks;
}

/** What in a pod a level forbids. */
export function violations(policy: LevelVersion, pod: CheckedPod): Violation[] {
  return checksOf(policy)
    .map((check) => check(pod))
    .filter((violation) => violation !== undefined);
}

/** What is wrong with a pod, and where: for those who can change it. */
export const detailsText = (found: readonly Violation[]): string =>
  found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');

/** What is wrong with a pod, in short. */
export const reasonsText = (found: readonly Violation[]): string => found.map(({ reason }) => reason).join(', ');
