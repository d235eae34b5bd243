/** The match conditions of webhooks. */
import type { Frozen } from '../../base/freeze.ts';
import type { User } from '../../kube/object.ts';
import type { MatchCondition } from '../../kube/types.gen.ts';
import { AdmissionCompiler, type AdmissionExpression } from '../../schema/cel/admission/compiler.ts';
import type { AdmissionRequestValue } from '../../schema/cel/admission/declarations.ts';
import { conditionsHold } from '../../schema/cel/admission/evaluation.ts';
import type { Authorize } from '../../schema/cel/library/authorizer.ts';
import type { MatchConditions } from '../webhooks/match-conditions.ts';

/** Evaluates the conditions of webhooks; each list is compiled once. */
export function matchConditionsOf(authorizeAs: (user: User) => Authorize): MatchConditions {
  const compiler = new AdmissionCompiler({ params: false, composed: false });
  const known = new WeakMap<readonly Frozen<MatchCondition>[], readonly AdmissionExpression[]>();
  return {
    evaluate(conditions, { object, oldObject, request, user }) {
      let compiled = known.get(conditions);
      if (!compiled) {
        compiled = conditions.map(({ expression }) => compiler.compile(expression, 'condition', { stored: true }));
        known.set(conditions, compiled);
      }
      const values = { object, oldObject, request: request as AdmissionRequestValue, namespaceObject: null };
      return conditionsHold(compiled, { values, authorize: authorizeAs(user) });
    },
  };
}
