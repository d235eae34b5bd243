import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type { MutatingAdmissionPolicy, Mutation } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import type { AdmissionCompiler } from '../../schema/cel/admission/compiler.ts';
import { compileProblems, type StoredExpressions } from '../shared/admission-expression-rules.ts';
import { policyCompiler, policyProblems } from '../shared/admission-policy-rules.ts';
import {
  fillMatchDefaults,
  paramKindCell,
  REINVOCATION_POLICIES,
  staticNameProblems,
  staticNameWarnings,
} from '../shared/admission-rules.ts';

/** The types of patch and the field of each. */
const PATCH_FIELDS = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;

/** The purpose of the expression of each type of patch. */
const PURPOSES = { ApplyConfiguration: 'apply', JSONPatch: 'jsonPatch' } as const;

/** How expressions are checked. */
interface Checks {
  readonly compiler: AdmissionCompiler;
  /** The stored configurations; upstream takes patches for such, too. */
  readonly stored: StoredExpressions;
}

type Policy = Frozen<MutatingAdmissionPolicy>;

function checksOf({ spec }: Policy, old: Policy | undefined): Checks {
  const stored = (old?.spec.mutations ?? []).flatMap(({ applyConfiguration }) => applyConfiguration?.expression ?? []);
  return { compiler: policyCompiler(spec, true), stored: new Set(stored) };
}

function validate(policy: Policy, old: Policy | undefined): FieldProblem[] {
  const { spec } = policy;
  const checks = checksOf(policy, old);
  const { compiler } = checks;
  const problems = policyProblems(spec, { old: old?.spec, isMutating: true, compiler, stored: new Set() });
  const { mutations = [], reinvocationPolicy = '' } = spec;
  if (mutations.length === 0) problems.push(required('spec.mutations', 'mutations must contain at least one item'));
  problems.push(...mutations.flatMap((mutation, i) => mutationProblems(mutation, `spec.mutations[${i}]`, checks)));
  if (reinvocationPolicy === '') problems.push(required('spec.reinvocationPolicy'));
  else if (!REINVOCATION_POLICIES.includes(reinvocationPolicy)) {
    problems.push(notSupported('spec.reinvocationPolicy', reinvocationPolicy, REINVOCATION_POLICIES));
  }
  return problems;
}

function mutationProblems(mutation: Frozen<Mutation>, path: string, { compiler, stored }: Checks): FieldProblem[] {
  const { patchType } = mutation;
  if (patchType === '') return [required(`${path}.patchType`)];
  if (!Object.hasOwn(PATCH_FIELDS, patchType)) {
    return [notSupported(`${path}.patchType`, patchType, Object.keys(PATCH_FIELDS))];
  }
  const type = patchType as keyof typeof PATCH_FIELDS;
  const field = PATCH_FIELDS[type];
  const problems: FieldProblem[] = [];
  const patch = mutation[field];
  if (!patch) problems.push(required(`${path}.${field}`, `must be specified when patchType is ${patchType}`));
  else {
    const at = `${path}.${field}.expression`;
    const text = patch.expression?.trim() ?? '';
    if (text === '') problems.push(required(at));
    else problems.push(...compileProblems(compiler, { text, purpose: PURPOSES[type], path: at }, stored));
  }
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
  validate: (policy, old) => [...validate(policy, old), ...(old ? [] : staticNameProblems(policy.metadata.name))],
  warnings: ({ metadata }, old) => (old ? staticNameWarnings(metadata.name) : []),
  generation: ({ spec }) => spec,
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    spec.mutations?.length ?? 0,
    paramKindCell(spec.paramKind),
    since(metadata.creationTimestamp, nowMs),
  ],
};
