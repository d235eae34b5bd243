import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import type { MutatingAdmissionPolicyBinding } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import {
  fillMatchDefaults,
  matchProblems,
  mutatingOperationProblems,
  paramRefCell,
  paramRefProblems,
  staticNameProblems,
  staticNameWarnings,
} from '../shared/admission-rules.ts';

function validate({ spec }: Frozen<MutatingAdmissionPolicyBinding>): FieldProblem[] {
  const { policyName = '', paramRef, matchResources } = spec;
  const problems =
    policyName === ''
      ? [required('spec.policyName')]
      : dnsSubdomainProblems(policyName).map((detail) => invalid('spec.policyName', policyName, detail));
  return [
    ...problems,
    ...paramRefProblems(paramRef, 'spec.paramRef'),
    ...matchProblems(matchResources, 'spec.matchResources'),
    ...mutatingOperationProblems(matchResources, 'spec.matchResources'),
  ];
}

export const definition: ResourceDefinition<MutatingAdmissionPolicyBinding> = {
  resource: 'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
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
