/** The file of an audit policy: k8s.io/apiserver/pkg/audit/policy/reader.go and its validation. */
import { type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import { parseYaml } from '../yaml.ts';
import { type AuditPolicy, type GroupResources, LEVELS, type PolicyRule, STAGES } from './audit-policy.ts';

const API_VERSION = 'audit.k8s.io/v1';

/** Fields of a rule that are lists of texts. */
const LISTS = ['users', 'userGroups', 'verbs', 'namespaces', 'nonResourceURLs', 'omitStages'] as const;

const fault = (path: string, why: string): Error => new Error(`the audit policy ${path} cannot be used: ${why}`);

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/**
 * Reads a policy in YAML or JSON.
 *
 * @param path for messages
 * @throws Error naming the file and the field, in upstream's words where upstream checks the same
 * @example
 * parseAuditPolicy('{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: Metadata}]}', 'policy.yaml')
 */
export function parseAuditPolicy(text: string, path: string): AuditPolicy {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    throw fault(path, `failed decoding: ${(error as Error).message}`);
  }
  if (!isFields(value)) throw fault(path, 'failed decoding: it is no object');
  const { apiVersion, kind } = value;
  if (apiVersion !== API_VERSION || kind !== 'Policy') {
    const found = `kind ${JSON.stringify(kind)}, apiVersion ${JSON.stringify(apiVersion)}`;
    throw fault(path, `it needs kind "Policy" and apiVersion "${API_VERSION}", and has ${found}`);
  }
  checkShape(value, path);
  const policy = value as unknown as AuditPolicy;
  const problems = policyProblems(policy);
  const texts = problems.map(({ field, message }) => `${field}: ${message}`);
  if (texts.length > 0) throw fault(path, texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`);
  if (policy.rules.length === 0) throw fault(path, 'loaded illegal policy with 0 rules');
  return policy;
}

/** Values of the wrong kind would only be found by the first request. */
function checkShape(value: Fields, path: string): void {
  const wrong = (field: string, wanted: string): Error => fault(path, `failed decoding: ${field} is no ${wanted}`);
  const { rules = [], omitStages } = value;
  if (omitStages !== undefined && !isTexts(omitStages)) throw wrong('omitStages', 'list of texts');
  if (!Array.isArray(rules)) throw wrong('rules', 'list');
  if (value.rules === undefined) (value as { rules?: unknown }).rules = [];
  for (const [i, rule] of rules.entries()) {
    const at = `rules[${i}]`;
    if (!isFields(rule)) throw wrong(at, 'object');
    for (const name of LISTS)
      if (rule[name] !== undefined && !isTexts(rule[name])) throw wrong(`${at}.${name}`, 'list of texts');
    const { resources = [] } = rule;
    if (!Array.isArray(resources)) throw wrong(`${at}.resources`, 'list');
    for (const [j, entry] of resources.entries()) {
      const place = `${at}.resources[${j}]`;
      if (!isFields(entry)) throw wrong(place, 'object');
      for (const name of ['resources', 'resourceNames'] as const)
        if (entry[name] !== undefined && !isTexts(entry[name])) throw wrong(`${place}.${name}`, 'list of texts');
    }
  }
}

function policyProblems({ omitStages = [], rules }: AuditPolicy): FieldProblem[] {
  return [...stageProblems(omitStages, 'omitStages'), ...rules.flatMap((rule, i) => ruleProblems(rule, `rules[${i}]`))];
}

function ruleProblems(rule: PolicyRule, path: string): FieldProblem[] {
  const { level, nonResourceURLs = [], resources = [], namespaces = [], omitStages = [] } = rule;
  const problems = [...levelProblems(level, `${path}.level`)];
  for (const [i, url] of nonResourceURLs.entries()) problems.push(...urlProblems(url, `${path}.nonResourceURLs[${i}]`));
  for (const entry of resources) problems.push(...groupProblems(entry, `${path}.resources`));
  problems.push(...stageProblems(omitStages, `${path}.omitStages`));
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0)) {
    const detail = 'rules cannot apply to both regular resources and non-resource URLs';
    problems.push(invalid(`${path}.nonResourceURLs`, nonResourceURLs, detail));
  }
  return problems;
}

function levelProblems(level: string | undefined, path: string): FieldProblem[] {
  if (!level) return [required(path)];
  return (LEVELS as readonly string[]).includes(level) ? [] : [notSupported(path, level, LEVELS)];
}

function urlProblems(url: string, path: string): FieldProblem[] {
  if (url === '*') return [];
  const problems: FieldProblem[] = [];
  if (!url.startsWith('/')) problems.push(invalid(path, url, "non-resource URL rules must begin with a '/' character"));
  if (url.slice(0, -1).includes('*')) {
    problems.push(invalid(path, url, "non-resource URL wildcards '*' must be the final character of the rule"));
  }
  return problems;
}

function groupProblems({ group = '', resources = [], resourceNames = [] }: GroupResources, path: string) {
  const problems: FieldProblem[] = [];
  const wrong = group === '' || group === '*' ? [] : dnsSubdomainProblems(group);
  if (wrong.length > 0) problems.push(invalid(`${path}.group`, group, wrong.join(',')));
  if (resourceNames.length > 0 && resources.length === 0) {
    const detail = 'using resourceNames requires at least one resource';
    problems.push(invalid(`${path}.resourceNames`, resourceNames, detail));
  }
  return problems;
}

function stageProblems(stages: readonly string[], path: string): FieldProblem[] {
  const detail = `allowed stages are ${STAGES.join(',')}`;
  return stages.flatMap((stage, i) =>
    (STAGES as readonly string[]).includes(stage) ? [] : [invalid(`${path}[${i}]`, stage, detail)],
  );
}
