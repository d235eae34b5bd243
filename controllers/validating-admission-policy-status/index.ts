/** Tells of each ValidatingAdmissionPolicy where its expressions do not fit the types that they are about. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { ExpressionWarning, ValidatingAdmissionPolicy } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, self } from '../lib/controller.ts';

const POLICIES = 'admissionregistration.k8s.io/v1/validatingadmissionpolicies';

/** Finds what is wrong with the expressions of a policy. */
export type CheckTypes = (policy: Frozen<ValidatingAdmissionPolicy>) => readonly ExpressionWarning[];

/** @param check knows the types, which no API tells */
export function policyStatusController(check: CheckTypes): ControllerDefinition {
  return {
    name: 'validatingadmissionpolicy-status-controller',
    queue: 'validatingadmissionpolicy-status',
    account: 'validatingadmissionpolicy-status-controller',
    watches: [self(POLICIES)],
    reconcile: async (key, env) => {
      const policy = env.lister<ValidatingAdmissionPolicy>(POLICIES).get(key);
      const { generation = 0 } = policy?.metadata ?? {};
      if (!policy || generation <= (policy.status.observedGeneration ?? 0)) return undefined;
      const warnings = check(policy);
      const typeChecking = { expressionWarnings: warnings.length > 0 ? warnings : null };
      const status = { observedGeneration: generation, typeChecking };
      await env.client.patch(POLICIES, key, 'merge', { status }, 'status');
      return undefined;
    },
  };
}
