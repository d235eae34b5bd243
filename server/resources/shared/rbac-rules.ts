/** Rules, defaults and cells that the four kinds of rbac.authorization.k8s.io share. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { dnsSubdomainProblems, pathSegmentProblems } from '../../kube/names.ts';
import type { ObjectMeta } from '../../kube/object.ts';
import type { PolicyRule, RbacV1Subject, RoleRef } from '../../kube/types.gen.ts';
import { internalForm } from './internal-form.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** What role bindings and cluster role bindings have in common. */
export interface Binding {
  metadata: ObjectMeta;
  subjects?: RbacV1Subject[];
  roleRef: RoleRef;
}

/** Fills in the groups of the role and of users and groups, in place. */
export function fillBindingDefaults({ roleRef, subjects }: Binding): void {
  roleRef.apiGroup ||= GROUP;
  for (const subject of subjects ?? []) {
    if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = GROUP;
  }
}

/**
 * Rules of a role. Those about verbs are declarative upstream, so they come last.
 *
 * @param namespaced whether the role is one of a namespace, which cannot hold paths
 */
export function roleProblems(rules: Frozen<PolicyRule[]> | null | undefined, namespaced: boolean): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [i, rule] of (rules ?? []).entries()) problems.push(...ruleProblems(rule, namespaced, `rules[${i}]`));
  return problems;
}

/** Rules with verbs missing (RequiredSlice). */
export function verbProblems(rules: Frozen<PolicyRule[]> | null | undefined): FieldProblem[] {
  return (rules ?? []).flatMap(({ verbs }, i) => (verbs?.length ? [] : [required(`rules[${i}].verbs`)]));
}

function ruleProblems(rule: Frozen<PolicyRule>, namespaced: boolean, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { nonResourceURLs = [], apiGroups = [], resources = [], resourceNames = [] } = rule;
  if (nonResourceURLs.length > 0) {
    const at = `${path}.nonResourceURLs`;
    const both = 'rules cannot apply to both regular resources and non-resource URLs';
    if (namespaced) problems.push(invalid(at, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    if (apiGroups.length + resources.length + resourceNames.length > 0)
      problems.push(invalid(at, nonResourceURLs, both));
    return problems;
  }
  const least = (what: string): string => `resource rules must supply at least one ${what}`;
  if (apiGroups.length === 0) problems.push(required(`${path}.apiGroups`, least('api group')));
  if (resources.length === 0) problems.push(required(`${path}.resources`, least('resource')));
  return problems;
}

/** Rules of a binding. `roleKinds` are the kinds of role that it may refer to. */
export function bindingProblems(
  binding: Frozen<Binding>,
  old: Frozen<Binding> | undefined,
  roleKinds: readonly string[],
  namespaced: boolean,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { roleRef, subjects = [] } = binding;
  if (roleRef.apiGroup !== GROUP) problems.push(notSupported('roleRef.apiGroup', roleRef.apiGroup, [GROUP]));
  if (!roleKinds.includes(roleRef.kind)) problems.push(notSupported('roleRef.kind', roleRef.kind, roleKinds));
  for (const detail of pathSegmentProblems(roleRef.name)) problems.push(invalid('roleRef.name', roleRef.name, detail));
  for (const [i, subject] of subjects.entries()) {
    problems.push(...subjectProblems(subject, namespaced, `subjects[${i}]`));
  }
  if (old && !deepEqual(roleRef, old.roleRef)) {
    problems.push(immutable('roleRef', internalForm(roleRef, 'io.k8s.api.rbac.v1.RoleRef')));
  }
  // What follows is declarative upstream.
  for (const [i, { name }] of subjects.entries()) if (name === '') problems.push(required(`subjects[${i}].name`));
  if (roleRef.name === '') problems.push(required('roleRef.name'));
  return problems;
}

function subjectProblems(subject: Frozen<RbacV1Subject>, namespaced: boolean, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { kind, name, apiGroup = '', namespace = '' } = subject;
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') {
        for (const detail of dnsSubdomainProblems(name)) problems.push(invalid(`${path}.name`, name, detail));
      }
      if (apiGroup !== '') problems.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
      if (!namespaced && namespace === '') problems.push(required(`${path}.namespace`));
      break;
    case 'User':
    case 'Group':
      if (apiGroup !== GROUP) problems.push(notSupported(`${path}.apiGroup`, apiGroup, [GROUP]));
      break;
    default:
      problems.push(notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
  return problems;
}

/** The row of a binding. */
export function bindingCells({ metadata, roleRef, subjects = [] }: Frozen<Binding>, nowMs: number): unknown[] {
  const names = (kind: string): string[] => subjects.filter((subject) => subject.kind === kind).map(({ name }) => name);
  const accounts = subjects.filter(({ kind }) => kind === 'ServiceAccount');
  return [
    metadata.name,
    `${roleRef.kind}/${roleRef.name}`,
    since(metadata.creationTimestamp, nowMs),
    names('User').join(', '),
    names('Group').join(', '),
    accounts.map(({ namespace = '', name }) => `${namespace}/${name}`).join(', '),
  ];
}
