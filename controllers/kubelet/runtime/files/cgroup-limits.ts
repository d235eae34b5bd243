import type { Frozen } from '../../../../server/base/freeze.ts';
import { quantityMilliValue, quantityValue } from '../../../../server/kube/quantity.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import type { CgroupLimits } from '../machine/cgroup.ts';
import type { AnyContainer } from '../pod-runtime.ts';

type Amounts = Readonly<Record<string, string>> | null | undefined;
interface Resources {
  readonly requests?: Amounts;
  readonly limits?: Amounts;
}

function limitsOf(requests: Amounts, limits: Amounts): CgroupLimits {
  const { cpu, memory } = limits ?? {};
  const request = requests?.cpu;
  return {
    ...(request !== undefined && { cpuRequestMilli: quantityMilliValue(request) }),
    ...(cpu !== undefined && { cpuLimitMilli: quantityMilliValue(cpu) }),
    ...(memory !== undefined && { memoryLimitBytes: quantityValue(memory) }),
  };
}

const present = (amounts: Amounts): Readonly<Record<string, string>> => amounts ?? {};

/** What a container may use: what its pod may use as a whole, where it says nothing itself. */
export function containerLimits(
  { spec }: Frozen<Pod>,
  { name, resources: first }: Pick<AnyContainer, 'name' | 'resources'>,
): CgroupLimits {
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  // They may have changed since the container began.
  const resources: Resources = all.find((container) => container.name === name)?.resources ?? first ?? {};
  return limitsOf(resources.requests, { ...present(spec.resources?.limits), ...present(resources.limits) });
}

/** What a pod may use as a whole: without a limit of its own, what its containers may together, if all have limits. */
export function podLimits({ spec }: Frozen<Pod>): CgroupLimits {
  const containers = [
    ...(spec.containers ?? []),
    ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ].map(({ resources }) => limitsOf(resources?.requests, resources?.limits));
  const own = limitsOf(spec.resources?.requests, spec.resources?.limits);
  const overhead = limitsOf(spec.overhead, spec.overhead);
  const sum = (field: keyof CgroupLimits, isNeeded: boolean): number | undefined => {
    if (own[field] !== undefined) return own[field];
    if (isNeeded && containers.some((limits) => !limits[field])) return undefined;
    return containers.reduce((total, limits) => total + (limits[field] ?? 0), overhead[field] ?? 0);
  };
  const [cpu, memory] = [sum('cpuLimitMilli', true), sum('memoryLimitBytes', true)];
  return {
    cpuRequestMilli: sum('cpuRequestMilli', false) ?? 0,
    ...(cpu !== undefined && { cpuLimitMilli: cpu }),
    ...(memory !== undefined && { memoryLimitBytes: memory }),
  };
}
