/** Rules and defaults that webhooks and admission policies share (pkg/apis/admissionregistration/validation). */
import type { Frozen } from '../../base/freeze.ts';
import {
  duplicate,
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../../kube/field-problem.ts';
import { dns1035Problems, dnsSubdomainProblems, pathSegmentProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type {
  LabelSelector,
  MatchCondition,
  MatchResources,
  NamedRuleWithOperations,
  ParamKind,
  ParamRef,
  RuleWithOperations,
} from '../../kube/types.gen.ts';
import { type ConditionChecks, conditionExpressionProblems } from './admission-expression-rules.ts';
import { selectorProblems } from './selector-rules.ts';

export const FAILURE_POLICIES = ['Fail', 'Ignore'];
export const MATCH_POLICIES = ['Equivalent', 'Exact'];
export const REINVOCATION_POLICIES = ['IfNeeded', 'Never'];
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
const MAX_CONDITIONS = 64;
const STATIC_SUFFIX = '.static.k8s.io';
const RESERVED = [
  `names ending with "${STATIC_SUFFIX}" are reserved for static manifest-based configurations`,
  'and cannot be managed via the API',
].join(' ');

/** New objects may not have the names of those that the server's own files define. */
export function staticNameProblems(name = ''): FieldProblem[] {
  return name.endsWith(STATIC_SUFFIX) ? [invalid('metadata.name', name, RESERVED)] : [];
}

/** The same for a change, which is only warned of. */
export function staticNameWarnings(name = ''): string[] {
  return name.endsWith(STATIC_SUFFIX) ? [`metadata.name: ${RESERVED}`] : [];
}

export function fillRuleDefaults(rules: RuleWithOperations[] | undefined): void {
  for (const rule of rules ?? []) rule.scope ??= '*';
}

export function fillMatchDefaults(match: MatchResources | undefined): void {
  if (!match) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  fillRuleDefaults(match.resourceRules);
  fillRuleDefaults(match.excludeResourceRules);
}

/** A value of a field that has to be set, to one of a few texts. */
export function choiceProblems(path: string, value: string | undefined, choices: readonly string[]): FieldProblem[] {
  if (value === undefined) return [required(path)];
  return choices.includes(value) ? [] : [notSupported(path, value, choices)];
}

type Texts = readonly string[] | undefined;

/** A list that is either `*` alone or has other members. */
function aloneProblems(path: string, texts: Texts, others: string): FieldProblem[] {
  if (!texts?.length) return [required(path)];
  const detail = `if '*' is present, must not specify other ${others}`;
  return texts.length > 1 && texts.includes('*') ? [invalid(path, texts, detail)] : [];
}

/** validateRuleWithOperations. */
export function operationRuleProblems(rule: Frozen<RuleWithOperations>, path: string): FieldProblem[] {
  const { operations = [], apiGroups, apiVersions, resources, scope } = rule;
  const problems = aloneProblems(`${path}.operations`, operations, 'operations');
  for (const [i, operation] of operations.entries()) {
    if (!OPERATIONS.includes(operation)) problems.push(notSupported(`${path}.operations[${i}]`, operation, OPERATIONS));
  }
  problems.push(
    ...aloneProblems(`${path}.apiGroups`, apiGroups, 'API groups'),
    ...aloneProblems(`${path}.apiVersions`, apiVersions, 'API versions'),
  );
  for (const [i, version] of (apiVersions ?? []).entries()) {
    if (version === '') problems.push(required(`${path}.apiVersions[${i}]`));
  }
  problems.push(...resourceListProblems(resources ?? [], `${path}.resources`));
  if (scope !== undefined && !SCOPES.includes(scope)) problems.push(notSupported(`${path}.scope`, scope, SCOPES));
  return problems;
}

/** Resources and subresources: a wildcard covers what would otherwise be listed twice. */
function resourceListProblems(resources: readonly string[], path: string): FieldProblem[] {
  const problems = resources.length === 0 ? [required(path)] : [];
  const allSubresources = new Set<string>();
  const allResources = new Set<string>();
  let hasPlain = false;
  for (const [i, text] of resources.entries()) {
    const at = `${path}[${i}]`;
    if (text === '') problems.push(required(at));
    const slash = text.indexOf('/');
    if (slash < 0) {
      // Only the last one counts: upstream overwrites what it knows of the others.
      if (text !== '') hasPlain = text !== '*';
      continue;
    }
    const [resource, subresource] = [text.slice(0, slash), text.slice(slash + 1)];
    const refuse = (pattern: string): number =>
      problems.push(invalid(at, text, `if '${pattern}' is present, must not specify ${text}`));
    if (allSubresources.has(resource)) refuse(`${resource}/*`);
    if (allResources.has(subresource)) refuse(`*/${subresource}`);
    if (subresource === '*') allSubresources.add(resource);
    if (resource === '*') allResources.add(subresource);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    problems.push(invalid(path, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes('*') && hasPlain) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    problems.push(invalid(path, resources, detail));
  }
  return problems;
}

function namedRuleProblems(rule: Frozen<NamedRuleWithOperations>, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { resourceNames = [] } = rule;
  for (const [i, name] of resourceNames.entries()) {
    const at = `${path}.resourceNames[${i}]`;
    for (const detail of pathSegmentProblems(name)) problems.push(invalid(at, name, detail));
    if (resourceNames.indexOf(name) < i) problems.push(duplicate(at, name));
  }
  return [...problems, ...operationRuleProblems(rule, path)];
}

function presentSelectorProblems(selector: Frozen<LabelSelector> | undefined, path: string): FieldProblem[] {
  return selector ? selectorProblems(selector, path) : [required(path)];
}

/** validateMatchResources. */
export function matchProblems(match: Frozen<MatchResources> | undefined, path: string): FieldProblem[] {
  if (!match) return [];
  const { resourceRules = [], excludeResourceRules = [] } = match;
  return [
    ...choiceProblems(`${path}.matchPolicy`, match.matchPolicy, MATCH_POLICIES),
    ...presentSelectorProblems(match.namespaceSelector, `${path}.namespaceSelector`),
    ...presentSelectorProblems(match.objectSelector, `${path}.objectSelector`),
    ...resourceRules.flatMap((rule, i) => namedRuleProblems(rule, `${path}.resourceRules[${i}]`)),
    ...excludeResourceRules.flatMap((rule, i) => namedRuleProblems(rule, `${path}.excludeResourceRules[${i}]`)),
  ];
}

/** Mutating policies do not see deletions. */
export function mutatingOperationProblems(match: Frozen<MatchResources> | undefined, path: string): FieldProblem[] {
  const operations = (match?.resourceRules ?? []).flatMap((rule) => rule.operations ?? []);
  const allowed = OPERATIONS.filter((operation) => operation !== 'DELETE');
  const others = operations.filter((operation) => !allowed.includes(operation));
  return others.map((operation) => notSupported(`${path}.resourceRules.operations`, operation, allowed));
}

/** Rules of match conditions. */
export function conditionListProblems(
  conditions: Frozen<MatchCondition[]> | undefined,
  path: string,
  checks: ConditionChecks,
): FieldProblem[] {
  const list = conditions ?? [];
  const problems = list.length > MAX_CONDITIONS ? [tooMany(path, list.length, MAX_CONDITIONS)] : [];
  for (const [i, { name, expression }] of list.entries()) {
    const at = `${path}[${i}]`;
    if (expression.trim() === '') problems.push(required(`${at}.expression`));
    else problems.push(...conditionExpressionProblems(expression, `${at}.expression`, checks));
    if (name === '') problems.push(required(`${at}.name`));
    else for (const detail of qualifiedNameProblems(name)) problems.push(invalid(`${at}.name`, name, detail));
    if (name !== '' && list.findIndex((other) => other.name === name) < i) problems.push(duplicate(`${at}.name`, name));
  }
  return problems;
}

/** validateParamKind. */
export function paramKindProblems(paramKind: Frozen<ParamKind> | undefined, path: string): FieldProblem[] {
  if (!paramKind) return [];
  const { apiVersion = '', kind = '' } = paramKind;
  const at = `${path}.apiVersion`;
  const problems: FieldProblem[] = [];
  const parts = apiVersion.split('/');
  const [group = '', version = ''] = parts.length === 1 ? ['', apiVersion] : parts;
  if (apiVersion === '') problems.push(required(at));
  else if (parts.length > 2) problems.push(invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    const groupDetails = group === '' ? [] : dnsSubdomainProblems(group);
    if (groupDetails.length > 0) problems.push(invalid(at, group, groupDetails.join(',')));
    const versionDetails = dns1035Problems(version);
    if (version === '') problems.push(invalid(at, apiVersion, 'version must be specified'));
    else if (versionDetails.length > 0) problems.push(invalid(at, version, versionDetails.join(',')));
  }
  const kindDetails = dns1035Problems(kind.toLowerCase());
  if (kind === '') problems.push(required(`${path}.kind`));
  else if (kindDetails.length > 0) {
    const detail = `may have mixed case, but should otherwise match: ${kindDetails.join(',')}`;
    problems.push(invalid(`${path}.kind`, kind, detail));
  }
  return problems;
}

/** validateParamRef. */
export function paramRefProblems(reference: Frozen<ParamRef> | undefined, path: string): FieldProblem[] {
  if (!reference) return [];
  const { name = '', selector, parameterNotFoundAction: action = '' } = reference;
  const exclusive = 'name and selector are mutually exclusive';
  const problems = name === '' ? [] : pathSegmentProblems(name).map((detail) => invalid(`${path}.name`, name, detail));
  if (name !== '' && selector) problems.push(forbiddenField(`${path}.name`, exclusive));
  problems.push(...selectorProblems(selector, `${path}.selector`));
  if (name !== '' && selector) problems.push(forbiddenField(`${path}.selector`, exclusive));
  if (name === '' && !selector) problems.push(required(path, 'one of name or selector must be specified'));
  const actions = ['Deny', 'Allow'];
  const at = `${path}.parameterNotFoundAction`;
  if (action === '') problems.push(required(at));
  else if (!actions.includes(action)) problems.push(notSupported(at, action, actions));
  return problems;
}

/** How Go prints a selector (LabelSelector.String of the generated code). */
function selectorText({ matchLabels = {}, matchExpressions = [] }: Frozen<LabelSelector>): string {
  const labels = Object.entries(matchLabels).sort(([a], [b]) => (a < b ? -1 : 1));
  const labelText = labels.map(([key, value]) => `${key}: ${value},`).join('');
  const expressionText = matchExpressions
    .map(({ key, operator, values = [] }) => {
      return `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`;
    })
    .join('');
  const expressions = `[]LabelSelectorRequirement{${expressionText}}`;
  return `&LabelSelector{MatchLabels:map[string]string{${labelText}},MatchExpressions:${expressions},}`;
}

/** The cell that names the parameters of a binding. */
export function paramRefCell(reference: Frozen<ParamRef> | undefined): string {
  if (!reference) return '<unset>';
  const { name = '', namespace = '', selector } = reference;
  if (name !== '') return `${namespace === '' ? '*' : namespace}/${name}`;
  return selector ? selectorText(selector) : '<unset>';
}

/** The cell that names the kind of the parameters of a policy. */
export function paramKindCell(paramKind: Frozen<ParamKind> | undefined): string {
  return paramKind ? `${paramKind.apiVersion ?? ''}/${paramKind.kind ?? ''}` : '<unset>';
}
