import type { Frozen } from '../../../server/base/freeze.ts';
import type { PersistentVolumeClaimCondition } from '../../../server/kube/types.gen.ts';

type Condition = Frozen<PersistentVolumeClaimCondition>;

/** What drivers and kubelets say about a claim that grows. */
const OF_RESIZING = ['Resizing', 'FileSystemResizePending', 'ControllerResizeError', 'NodeResizeError'];

/** Where a claim that grows stands. */
export type ResizeStatus = 'ControllerResizeInProgress' | 'NodeResizePending' | 'NodeResizeInProgress';

/**
 * The conditions of a claim with one about its growth, or without any (MergeResizeConditionsOfPVC).
 *
 * @param keeps whether what was said before stays
 */
export function resizeConditions(
  before: readonly Condition[] | undefined,
  condition?: Condition,
  { keeps = false } = {},
): Condition[] {
  const conditions = (before ?? []).flatMap((old) => {
    if (!OF_RESIZING.includes(old.type)) return [old];
    if (old.type === condition?.type) return [old.status === condition.status ? old : condition];
    return keeps ? [old] : [];
  });
  const isNew = condition && !conditions.some(({ type }) => type === condition.type);
  return isNew ? [...conditions, condition] : conditions;
}
