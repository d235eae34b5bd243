import { invocations, mutations } from './mutating.ts';
import { params } from './params.ts';
import { refusedConditions, refusedMutating, refusedValidating } from './refused.ts';
import type { PolicyStep } from './steps.ts';
import { actions, denials, matching, variables } from './validating.ts';

/** What is asked of a real server, by the name of the file that keeps its answers. */
export const scripts: Readonly<Record<string, readonly PolicyStep[]>> = {
  'refused-validating': refusedValidating,
  'refused-mutating': refusedMutating,
  'refused-conditions': refusedConditions,
  'validating-denials': denials,
  'validating-actions': actions,
  'validating-variables': variables,
  'validating-matching': matching,
  'validating-params': params,
  mutating: mutations,
  'mutating-invocations': invocations,
};
