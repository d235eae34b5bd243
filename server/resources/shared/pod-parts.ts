/** What the subresources that change a part of a pod have in common. */
import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField } from '../../kube/field-problem.ts';
import type { Pod, PodSpec } from '../../kube/types.gen.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const KEPT_METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

/** A problem of the pod as a whole: upstream's empty path. */
export const wholeForbidden = (detail: string): FieldProblem => forbiddenField('[]', detail);

/** Whether a pod only shows what a node runs from a file. */
export const isStatic = ({ metadata }: Frozen<Pod>): boolean => getOwn(metadata.annotations, MIRROR) !== undefined;

/** The stored pod with parts of its spec replaced: everything else that a write says is passed over. */
export function replaceParts(pod: Pod, old: Frozen<Pod>, parts: Partial<PodSpec>): void {
  pod.spec = { ...(old.spec as PodSpec), ...parts };
  for (const field of Object.keys(parts) as (keyof PodSpec)[]) if (parts[field] === undefined) delete pod.spec[field];
  pod.status = old.status as Pod['status'];
  for (const field of KEPT_METADATA) {
    if (old.metadata[field] === undefined) delete pod.metadata[field];
    else Object.assign(pod.metadata, { [field]: old.metadata[field] });
  }
}
