/** Rules of flow schemas (pkg/apis/flowcontrol/validation). */
import type { Frozen } from '../../base/freeze.ts';
import {
  duplicate,
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../kube/field-problem.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../../kube/names.ts';
import type {
  FlowSchemaSpec,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from '../../kube/types.gen.ts';
import { internalForm } from './internal-form.ts';

const MAX_PRECEDENCE = 10_000;
const DISTINGUISHERS = ['ByNamespace', 'ByUser'];
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

/** The kinds of subject, the field of each, and in which order upstream refuses the others. */
const SUBJECT_FIELDS = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const;

export function flowSchemaProblems(name: string, spec: Frozen<FlowSchemaSpec>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { matchingPrecedence: precedence, distinguisherMethod, priorityLevelConfiguration: level, rules = [] } = spec;
  const refuse = (detail: string): number => problems.push(invalid('spec.matchingPrecedence', precedence, detail));
  if (precedence <= 0) refuse('must be a positive value');
  if (precedence > MAX_PRECEDENCE) refuse(`must not be greater than ${MAX_PRECEDENCE}`);
  if (precedence === 1 && name !== 'exempt') refuse("only the schema named 'exempt' may have matchingPrecedence 1");
  if (distinguisherMethod && !DISTINGUISHERS.includes(distinguisherMethod.type)) {
    const shown = internalForm(distinguisherMethod, 'io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod');
    problems.push(notSupported('spec.distinguisherMethod.type', shown, DISTINGUISHERS));
  }
  const levelPath = 'spec.priorityLevelConfiguration.name';
  if (level.name === '') problems.push(required(levelPath, 'must reference a priority level'));
  else for (const detail of dnsSubdomainProblems(level.name)) problems.push(invalid(levelPath, level.name, detail));
  return [...problems, ...rules.flatMap((rule, i) => ruleProblems(rule, `spec.rules[${i}]`))];
}

function ruleProblems(rule: Frozen<PolicyRulesWithSubjects>, path: string): FieldProblem[] {
  const { resourceRules = [], nonResourceRules = [] } = rule;
  const subjects = rule.subjects ?? [];
  const problems = subjects.flatMap((subject, i) => subjectProblems(subject, `${path}.subjects[${i}]`));
  if (subjects.length === 0) problems.push(required(`${path}.subjects`, 'subjects must contain at least one value'));
  if (resourceRules.length + nonResourceRules.length === 0) {
    problems.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  return [
    ...problems,
    ...resourceRules.flatMap((item, i) => resourceRuleProblems(item, `${path}.resourceRules[${i}]`)),
    ...nonResourceRules.flatMap((item, i) => pathRuleProblems(item, `${path}.nonResourceRules[${i}]`)),
  ];
}

function subjectProblems(subject: Frozen<Subject>, path: string): FieldProblem[] {
  const { kind } = subject;
  if (!Object.hasOwn(SUBJECT_FIELDS, kind)) {
    return [notSupported(`${path}.kind`, kind, Object.keys(SUBJECT_FIELDS).sort())];
  }
  const field = SUBJECT_FIELDS[kind as keyof typeof SUBJECT_FIELDS];
  const problems: FieldProblem[] = [];
  const named = subject[field];
  if (!named) problems.push(required(`${path}.${field}`, `${field} is required when subject kind is '${kind}'`));
  else if (named.name === '') problems.push(required(`${path}.${field}.name`));
  if (subject.serviceAccount && field === 'serviceAccount') {
    problems.push(...accountProblems(subject.serviceAccount, `${path}.serviceAccount`));
  }
  for (const [otherKind, other] of Object.entries(SUBJECT_FIELDS)) {
    const detail = `${other} is forbidden when subject kind is not '${otherKind}'`;
    if (other !== field && subject[other]) problems.push(forbiddenField(`${path}.${other}`, detail));
  }
  return problems;
}

function accountProblems(
  { name, namespace }: { readonly name: string; readonly namespace: string },
  path: string,
): FieldProblem[] {
  const nameDetails = name === '' || name === '*' ? [] : dnsSubdomainProblems(name);
  const problems = nameDetails.map((detail) => invalid(`${path}.name`, name, detail));
  const missing = 'must specify namespace for service account';
  if (namespace === '') return [...problems, required(`${path}.namespace`, missing)];
  return [...problems, ...dnsLabelProblems(namespace).map((detail) => invalid(`${path}.namespace`, namespace, detail))];
}

type Texts = readonly string[] | null;

/** A list that is either `*` alone or has other members. */
function wildcardProblems(texts: Texts, path: string, missing: string, others: string): FieldProblem[] {
  if (!texts?.length) return [required(path, missing)];
  const detail = `if '*' is present, must not specify other ${others}`;
  return texts.length > 1 && texts.includes('*') ? [invalid(path, texts, detail)] : [];
}

function verbListProblems(verbs: Texts, path: string): FieldProblem[] {
  const problems = wildcardProblems(verbs, path, 'verbs must contain at least one value', 'verbs');
  if (problems.length > 0 || !verbs || verbs.includes('*')) return problems;
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(path, verbs, VERBS)];
}

function resourceRuleProblems(rule: Frozen<ResourcePolicyRule>, path: string): FieldProblem[] {
  const least = (what: string): string => `resource rules must supply at least one ${what}`;
  return [
    ...verbListProblems(rule.verbs, `${path}.verbs`),
    ...wildcardProblems(rule.apiGroups, `${path}.apiGroups`, least('api group'), 'api groups'),
    ...wildcardProblems(rule.resources, `${path}.resources`, least('resource'), 'resources'),
    ...namespaceProblems(rule, `${path}.namespaces`),
  ];
}

function namespaceProblems({ namespaces, clusterScope }: Frozen<ResourcePolicyRule>, path: string): FieldProblem[] {
  const list = namespaces ?? [];
  const missing = 'resource rules that are not cluster scoped must supply at least one namespace';
  if (list.length === 0) return clusterScope ? [] : [required(path, missing)];
  if (list.includes('*')) return wildcardProblems(list, path, missing, 'namespaces');
  const intro = "each member of this list must be '*' or a DNS-1123 label; ";
  return list.flatMap((name, i) =>
    dnsLabelProblems(name).map((detail) => invalid(`${path}[${i}]`, name, intro + detail)),
  );
}

function pathRuleProblems(
  { verbs, nonResourceURLs: urls }: Frozen<NonResourcePolicyRule>,
  path: string,
): FieldProblem[] {
  const at = `${path}.nonResourceURLs`;
  const missing = 'nonResourceURLs must contain at least one value';
  const problems = [
    ...verbListProblems(verbs, `${path}.verbs`),
    ...wildcardProblems(urls, at, missing, 'non-resource URLs'),
  ];
  if (!urls || urls.includes('*')) return problems;
  for (const [i, url] of urls.entries()) {
    const fault = urlFault(url);
    if (fault !== undefined) problems.push(invalid(`${at}[${i}]`, url, fault));
  }
  return problems;
}

/** ValidateNonResourceURLPath: the first fault counts. */
function urlFault(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const stars = url.split('*').length - 1;
  return stars > 1 || (stars === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}

/** Conditions of flow schemas and priority levels: each type once. */
export function flowConditionProblems(conditions: Frozen<{ type?: string }[]> | undefined): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const seen = new Set<string>();
  for (const [i, { type = '' }] of (conditions ?? []).entries()) {
    const path = `status.conditions[${i}].type`;
    if (seen.has(type)) problems.push(duplicate(path, type));
    seen.add(type);
    if (type === '') problems.push(required(path));
  }
  return problems;
}
