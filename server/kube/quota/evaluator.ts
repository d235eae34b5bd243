import type { Frozen } from '../../base/freeze.ts';
import type { Amounts } from '../amounts.ts';
import type { KubeObject } from '../object.ts';
import type { ScopedResourceSelectorRequirement } from '../types.gen.ts';

/** How quotas measure the objects of one resource. */
export interface Evaluator {
  /** Whether a name in a quota, such as `requests.cpu` or `count/pods`, is about these objects. */
  counts(name: string): boolean;
  usage(object: Frozen<KubeObject>, nowMs: number): Amounts;
  /** Whether an object is in a scope. Without it objects are in none. */
  readonly inScope?: (scope: Frozen<ScopedResourceSelectorRequirement>, object: Frozen<KubeObject>) => boolean;
  /** What an object has to say before its use can be counted: `must specify cpu for: c`. */
  readonly missing?: (names: readonly string[], object: Frozen<KubeObject>) => string | undefined;
  /** Whether changes of objects are charged too. */
  readonly countsChanges?: boolean;
}
