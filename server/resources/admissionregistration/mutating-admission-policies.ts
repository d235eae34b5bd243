import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type { MutatingAdmissionPolicy, Mutation } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { policyProblems } from '../shared/admission-policy-rules.ts';
import {
  fillMatchDefaults,
  paramKindCell,
  REINVOCATION_POLICIES,
  staticNameProblems,
  staticNameWarnings,
} from '../shared/admission-rules.ts';

/** The types of patch and the field of each. */
const PATCH_FIELDS = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;

function validate({ spec }: Frozen<MutatingAdmissionPolicy>): FieldProblem[] {
  const problems = policyProblems(spec, true);
  const { mutations = [], reinvocationPolicy: policy = '' } = spec;
  if (mutations.length === 0) problems.push(required('spec.mutations', 'mutations must contain at least one item'));
  problems.push(...mutations.flatMap((mutation, i) => mutationProblems(mutation, `spec.mutations[${i}]`)));
  if (policy === '') problems.push(required('spec.reinvocationPolicy'));
  else if (!REINVOCATION_POLICIES.includes(policy)) {
    problems.push(notSupported('spec.reinvocationPolicy', policy, REINVOCATION_POLICIES));
  }
  return problems;
}

function mutationProblems(mutation: Frozen<Mutation>, path: string): FieldProblem[] {
  const { patchType } = mutation;
  if (patchType === '') return [required(`${path}.patchType`)];
  if (!Object.hasOwn(PATCH_FIELDS, patchType)) {
    return [notSupported(`${path}.patchType`, patchType, Object.keys(PATCH_FIELDS))];
  }
  const field = PATCH_FIELDS[patchType as keyof typeof PATCH_FIELDS];
  const problems: FieldProblem[] = [];
  const patch = mutation[field];
  if (!patch) problems.push(required(`${path}.${field}`, `must be specified when patchType is ${patchType}`));
  else if (!patch.expression?.trim()) problems.push(required(`${path}.${field}.expression`));
  for (const other of Object.values(PATCH_FIELDS)) {
    if (other === field || !mutation[other]) continue;
    problems.push(invalid(`${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`));
  }
  return problems;
}

export const definition: ResourceDefinition<MutatingAdmissionPolicy> = {
  resource: 'mutatingadmissionpolicies.admissionregistration.k8s.io',
  rechecksGenerateName: true,
  requiresResourceVersion: true,
  fillDefaults({ spec }) {
    spec.failurePolicy ??= 'Fail';
    fillMatchDefaults(spec.matchConstraints);
  },
  checksEnums: true,
  validate: (policy, old) => [...validate(policy), ...(old ? [] : staticNameProblems(policy.metadata.name))],
  warnings: ({ metadata }, old) => (old ? staticNameWarnings(metadata.name) : []),
  generation: ({ spec }) => spec,
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    spec.mutations?.length ?? 0,
    paramKindCell(spec.paramKind),
    since(metadata.creationTimestamp, nowMs),
  ],
};
