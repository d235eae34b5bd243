import type { Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import type { ValidatingAdmissionPolicyBinding } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import {
  fillMatchDefaults,
  matchProblems,
  paramRefCell,
  paramRefProblems,
  staticNameProblems,
  staticNameWarnings,
} from '../shared/admission-rules.ts';

const ACTIONS = ['Audit', 'Deny', 'Warn'];
const PATH = 'spec.validationActions';

function validate({ spec }: Frozen<ValidatingAdmissionPolicyBinding>): FieldProblem[] {
  const { policyName = '', paramRef, matchResources, validationActions = [] } = spec;
  const details = policyName === '' ? [] : dnsSubdomainProblems(policyName);
  return [
    ...details.map((detail) => invalid('spec.policyName', policyName, detail)),
    ...paramRefProblems(paramRef, 'spec.paramRef'),
    ...matchProblems(matchResources, 'spec.matchResources'),
    ...actionProblems(validationActions),
    // Declarative upstream.
    ...(policyName === '' ? [required('spec.policyName')] : []),
    ...(validationActions.length === 0 ? [required(PATH)] : []),
  ];
}

function actionProblems(actions: readonly string[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [i, action] of actions.entries()) {
    if (!ACTIONS.includes(action)) problems.push(notSupported(`${PATH}[${i}]`, action, ACTIONS));
    if (actions.indexOf(action) < i) problems.push(duplicate(`${PATH}[${i}]`, action));
  }
  const reason = 'repeating the same validation failure information in the API response and headers serves no purpose';
  const detail = `must not contain both Deny and Warn (${reason})`;
  if (actions.includes('Deny') && actions.includes('Warn')) problems.push(invalid(PATH, actions, detail));
  return problems;
}

export const definition: ResourceDefinition<ValidatingAdmissionPolicyBinding> = {
  resource: 'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  rechecksGenerateName: true,
  requiresResourceVersion: true,
  fillDefaults: ({ spec }) => fillMatchDefaults(spec.matchResources),
  checksEnums: true,
  validate: (binding, old) => [...validate(binding), ...(old ? [] : staticNameProblems(binding.metadata.name))],
  warnings: ({ metadata }, old) => (old ? staticNameWarnings(metadata.name) : []),
  generation: ({ spec }) => spec,
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    spec.policyName ?? '',
    paramRefCell(spec.paramRef),
    since(metadata.creationTimestamp, nowMs),
  ],
};
