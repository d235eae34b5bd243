import type { Frozen } from '../../server/base/freeze.ts';
import type { JobSpec, SuccessPolicyRule } from '../../server/kube/types.gen.ts';
import { countCommon, countIndexes, type IndexRanges, parseRanges } from './index-ranges.ts';

/** The message for a job whose policy calls it successful, although not all of its indexes have succeeded. */
export function successMessage(spec: Frozen<JobSpec>, succeeded: IndexRanges): string | undefined {
  if (succeeded.length === 0) return undefined;
  const rules = spec.successPolicy?.rules ?? [];
  const i = rules.findIndex((rule) => isMet(rule, succeeded, spec.completions ?? 0));
  return i < 0 ? undefined : `Matched rules at index ${i}`;
}

function isMet(
  { succeededIndexes, succeededCount }: Frozen<SuccessPolicyRule>,
  succeeded: IndexRanges,
  completions: number,
): boolean {
  if (succeededIndexes === undefined) return succeededCount !== undefined && countIndexes(succeeded) >= succeededCount;
  const wanted = parseRanges(succeededIndexes, completions);
  if (wanted.length === 0) return false;
  const common = countCommon(wanted, succeeded);
  return common === countIndexes(wanted) || (succeededCount !== undefined && common >= succeededCount);
}
