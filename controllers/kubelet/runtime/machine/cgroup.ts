/** Control groups (version 2): what processes read there of their limits. */

/** What a group of processes may use. */
export interface CgroupLimits {
  readonly cpuRequestMilli?: number;
  readonly cpuLimitMilli?: number;
  readonly memoryLimitBytes?: number;
}

const PERIOD_MICROSECONDS = 100_000;
const QUOTA_MIN = 1000;
const SHARES = { min: 2, max: 262_144 } as const;

/** From the shares that a kubelet computes to a weight between 1 and 10000 (getCPUWeight of pkg/kubelet/cm). */
function weightOf(milli: number): number {
  const shares = Math.max(SHARES.min, Math.min(SHARES.max, Math.floor((milli * 1024) / 1000)));
  return shares === SHARES.max ? 10_000 : 1 + Math.floor(((shares - 2) * 9999) / 262_142);
}

const quotaOf = (milli: number | undefined): string =>
  milli ? String(Math.max(QUOTA_MIN, Math.floor((milli * PERIOD_MICROSECONDS) / 1000))) : 'max';

/** The files of a group, by name. */
export function cgroupFiles(limits: () => CgroupLimits): Readonly<Record<string, () => string>> {
  const maximum = (value: number | undefined): string => (value ? String(value) : 'max');
  return {
    'cgroup.controllers': () => 'cpuset cpu io memory hugetlb pids rdma misc\n',
    'cgroup.type': () => 'domain\n',
    'cpu.max': () => `${quotaOf(limits().cpuLimitMilli)} ${PERIOD_MICROSECONDS}\n`,
    'cpu.weight': () => `${weightOf(limits().cpuRequestMilli ?? 0)}\n`,
    'memory.high': () => 'max\n',
    'memory.low': () => '0\n',
    'memory.max': () => `${maximum(limits().memoryLimitBytes)}\n`,
    'memory.min': () => '0\n',
    'memory.swap.max': () => '0\n',
    'pids.max': () => 'max\n',
  };
}
