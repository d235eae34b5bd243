import type { Frozen } from '../../base/freeze.ts';
import type { User } from '../../kube/object.ts';
import type { MatchCondition } from '../../kube/types.gen.ts';

/** What match conditions are about: the variables that their expressions know. */
export interface MatchInput {
  readonly object: object | null;
  readonly oldObject: object | null;
  /** The AdmissionRequest, without the objects. */
  readonly request: object;
  /** Whose permissions `authorizer` asks about. */
  readonly user: User;
}

/** Evaluates the `matchConditions` of webhooks. */
export interface MatchConditions {
  /** Whether all conditions hold, or why that cannot be told. One that is false decides, whatever others fail. */
  evaluate(conditions: readonly Frozen<MatchCondition>[], input: MatchInput): boolean | { readonly error: string };
}
