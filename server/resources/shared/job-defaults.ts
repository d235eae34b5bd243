import type { JobSpec } from '../../kube/types.gen.ts';

/** A pattern for pod conditions that names no status means True. */
export function fillFailurePolicyDefaults({ podFailurePolicy }: JobSpec): void {
  for (const rule of podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  }
}
