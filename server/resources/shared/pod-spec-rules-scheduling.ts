/** Rules for which nodes a pod goes to: affinity, tolerations, spreading, gates. */
import type { Frozen } from '../../base/freeze.ts';
import {
  duplicate,
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../kube/field-problem.ts';
import { dnsLabelProblems, labelValueProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type {
  Affinity,
  NodeAffinity,
  PodAffinity,
  PodAffinityTerm,
  PodSchedulingGate,
  Toleration,
  TopologySpreadConstraint,
} from '../../kube/types.gen.ts';
import { nodeSelectorProblems, nodeSelectorTermProblems } from './node-selector-rules.ts';
import { type MaybeSelector, selectorProblems } from './selector-rules.ts';
import { taintEffectProblems } from './taint-rules.ts';

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const NODE_POLICIES = ['Honor', 'Ignore'];
const NOT_POSITIVE = 'must be greater than zero';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function weightProblems(path: string, weight: number): FieldProblem[] {
  return weight > 0 && weight <= 100 ? [] : [invalid(`${path}.weight`, weight, 'must be in the range 1-100')];
}

function nodeAffinityProblems(affinity: Frozen<NodeAffinity>, path: string): FieldProblem[] {
  const terms = affinity[PREFERRED] ?? [];
  return [
    ...(affinity[REQUIRED] ? nodeSelectorProblems(affinity[REQUIRED], `${path}.${REQUIRED}`) : []),
    ...terms.flatMap(({ weight, preference }, i) => {
      const at = `${path}.${PREFERRED}[${i}]`;
      return [...weightProblems(at, weight), ...nodeSelectorTermProblems(preference, `${at}.preference`, true)];
    }),
  ];
}

function labelKeyProblems(keys: readonly string[] | undefined, selector: MaybeSelector, path: string): FieldProblem[] {
  if (!keys?.length) return [];
  if (!selector) return [forbiddenField(path, 'must not be specified when labelSelector is not set')];
  return keys.flatMap((key, i) => qualifiedNameProblems(key).map((detail) => invalid(`${path}[${i}]`, key, detail)));
}

/** Keys whose values come from the pod's own labels: the server adds them to the selector itself. */
function matchKeyProblems(
  keys: readonly string[],
  unlike: readonly string[],
  selector: MaybeSelector,
  path: string,
): FieldProblem[] {
  const problems = [
    ...labelKeyProblems(keys, selector, `${path}.matchLabelKeys`),
    ...labelKeyProblems(unlike, selector, `${path}.mismatchLabelKeys`),
  ];
  const seen = new Set(Object.keys(selector?.matchLabels ?? {}));
  for (const { key } of selector?.matchExpressions ?? []) {
    const index = keys.indexOf(key);
    if (index >= 0 && seen.has(key)) {
      problems.push(invalid(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    }
    seen.add(key);
  }
  keys.forEach((key, i) => {
    const detail = 'exists in both matchLabelKeys and mismatchLabelKeys';
    if (unlike.includes(key)) problems.push(invalid(`${path}.matchLabelKeys[${i}]`, key, detail));
  });
  return problems;
}

function podTermProblems(term: Frozen<PodAffinityTerm>, path: string): FieldProblem[] {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey } = term;
  const problems = [
    ...selectorProblems(labelSelector, `${path}.labelSelector`),
    ...selectorProblems(namespaceSelector, `${path}.namespaceSelector`),
    ...namespaces.flatMap((name) => dnsLabelProblems(name).map((detail) => invalid(`${path}.namespace`, name, detail))),
    ...matchKeyProblems(term.matchLabelKeys ?? [], term.mismatchLabelKeys ?? [], labelSelector, path),
  ];
  if (topologyKey === '') problems.push(required(`${path}.topologyKey`, 'can not be empty'));
  for (const detail of qualifiedNameProblems(topologyKey))
    problems.push(invalid(`${path}.topologyKey`, topologyKey, detail));
  return problems;
}

function podAffinityProblems(affinity: Frozen<PodAffinity>, path: string): FieldProblem[] {
  return [
    ...(affinity[REQUIRED] ?? []).flatMap((term, i) => podTermProblems(term, `${path}.${REQUIRED}[${i}]`)),
    ...(affinity[PREFERRED] ?? []).flatMap(({ weight, podAffinityTerm }, i) => {
      const at = `${path}.${PREFERRED}[${i}]`;
      return [...weightProblems(at, weight), ...podTermProblems(podAffinityTerm, `${at}.podAffinityTerm`)];
    }),
  ];
}

/** Rules for `affinity`. */
export function affinityProblems(affinity: Frozen<Affinity> | undefined, path: string): FieldProblem[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity ?? {};
  return [
    ...(nodeAffinity ? nodeAffinityProblems(nodeAffinity, `${path}.nodeAffinity`) : []),
    ...(podAffinity ? podAffinityProblems(podAffinity, `${path}.podAffinity`) : []),
    ...(podAntiAffinity ? podAffinityProblems(podAntiAffinity, `${path}.podAntiAffinity`) : []),
  ];
}

function tolerationProblems(
  { key = '', operator = '', value = '', effect = '', tolerationSeconds }: Frozen<Toleration>,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (key !== '') for (const detail of qualifiedNameProblems(key)) problems.push(invalid(`${path}.key`, key, detail));
  else if (operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    problems.push(invalid(`${path}.operator`, operator, detail));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    problems.push(invalid(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  const at = `${path}.operator`;
  if (operator === 'Equal' || operator === '') {
    const details = labelValueProblems(value);
    if (details.length > 0) problems.push(invalid(at, value, details.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '') problems.push(invalid(at, value, "value must be empty when `operator` is 'Exists'"));
  } else if (operator === 'Lt' || operator === 'Gt')
    problems.push(notSupported(at, operator, ['Equal', 'Exists', 'Lt', 'Gt']));
  else problems.push(notSupported(at, operator, ['Equal', 'Exists']));
  return [...problems, ...taintEffectProblems(`${path}.effect`, effect, true)];
}

/** Rules for `tolerations`. */
export function tolerationsProblems(tolerations: Frozen<Toleration[]> | undefined, path: string): FieldProblem[] {
  return (tolerations ?? []).flatMap((toleration, i) => tolerationProblems(toleration, `${path}[${i}]`));
}

function nodePolicyProblems(path: string, policy: string | undefined): FieldProblem[] {
  return policy === undefined || NODE_POLICIES.includes(policy) ? [] : [notSupported(path, policy, NODE_POLICIES)];
}

function minDomainsProblems(
  { minDomains, whenUnsatisfiable }: Frozen<TopologySpreadConstraint>,
  path: string,
): FieldProblem[] {
  if (minDomains === undefined) return [];
  const at = `${path}.minDomains`;
  const problems = minDomains > 0 ? [] : [invalid(at, minDomains, NOT_POSITIVE)];
  if (whenUnsatisfiable === 'DoNotSchedule') return problems;
  const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
  return [...problems, invalid(at, minDomains, detail)];
}

/** Rules for `topologySpreadConstraints`. */
export function spreadProblems(
  constraints: Frozen<TopologySpreadConstraint[]> | undefined,
  path: string,
): FieldProblem[] {
  return (constraints ?? []).flatMap((constraint, i, all) => {
    const at = `${path}[${i}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable: action, labelSelector } = constraint;
    const problems: FieldProblem[] = [];
    if (maxSkew <= 0) problems.push(invalid(`${at}.maxSkew`, maxSkew, NOT_POSITIVE));
    if (topologyKey === '') problems.push(required(`${at}.topologyKey`, 'can not be empty'));
    if (!ACTIONS.includes(action)) problems.push(notSupported(`${at}.whenUnsatisfiable`, action, ACTIONS));
    const isRepeated = all
      .slice(i + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === action);
    if (isRepeated) problems.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${action}}`));
    return [
      ...problems,
      ...minDomainsProblems(constraint, at),
      ...nodePolicyProblems(`${at}.nodeAffinityPolicy`, constraint.nodeAffinityPolicy),
      ...nodePolicyProblems(`${at}.nodeTaintsPolicy`, constraint.nodeTaintsPolicy),
      ...matchKeyProblems(constraint.matchLabelKeys ?? [], [], labelSelector, at),
      ...selectorProblems(labelSelector, `${at}.labelSelector`),
    ];
  });
}

/** Rules for `schedulingGates`. */
export function gateProblems(gates: Frozen<PodSchedulingGate[]> | undefined, path: string): FieldProblem[] {
  const seen = new Set<string>();
  return (gates ?? []).flatMap(({ name }, i) => {
    const problems = qualifiedNameProblems(name).map((detail) => invalid(`${path}[${i}]`, name, detail));
    if (seen.has(name)) problems.push(duplicate(`${path}[${i}]`, name));
    seen.add(name);
    return problems;
  });
}
