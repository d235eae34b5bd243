/** Which writes a policy or a binding is about: k8s.io/apiserver/pkg/admission/plugin/policy/matching. */
import type { Frozen } from '../../base/freeze.ts';
import { notFound } from '../../kube/api-error.ts';
import { type LabelSelector, selectorFromObject } from '../../kube/labels.ts';
import type { MatchResources, NamedRuleWithOperations } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { Served } from '../../registry/catalog.ts';
import { isOf, mayMatch, namespaceMatches, objectMatches } from '../webhooks/matching.ts';
import type { Subject } from '../webhooks/subject.ts';
import type { PolicyEnv } from './env.ts';

type Rules = Frozen<NamedRuleWithOperations[]>;

/** The `matchConstraints` of a policy or the `matchResources` of a binding, with its selectors read. */
export interface Constraints {
  readonly rules: Rules;
  readonly excluded: Rules;
  readonly equivalent: boolean;
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
}

export function constraintsOf(match: Frozen<MatchResources>): Constraints {
  return {
    rules: match.resourceRules ?? [],
    excluded: match.excludeResourceRules ?? [],
    equivalent: match.matchPolicy === 'Equivalent',
    namespaceSelector: selectorFromObject(match.namespaceSelector ?? {}),
    objectSelector: selectorFromObject(match.objectSelector ?? {}),
  };
}

/** Why it cannot be told whether a write is meant. */
export class MatchFault {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** The version in which a policy sees the write; undefined when it is not about it. */
export function matchOf(
  constraints: Constraints,
  subject: Subject,
  env: Pick<PolicyEnv, 'find'>,
): Served | undefined | MatchFault {
  const inNamespace = namespaceMatches(constraints, subject, env);
  if (!inNamespace || !objectMatches(constraints, subject)) return undefined;
  const { rules, excluded, equivalent } = constraints;
  if (servedBy(excluded, equivalent, subject)) return undefined;
  const served = rules.length === 0 ? subject.asked : servedBy(rules, equivalent, subject);
  if (served && inNamespace === 'unknown')
    return new MatchFault(notFound({ group: '', resource: 'namespaces' }, subject.namespace).message);
  return served;
}

function servedBy(rules: Rules, equivalent: boolean, subject: Subject): Served | undefined {
  if (rules.length === 0) return undefined;
  const name = nameOf(subject.review);
  const possible = rules.filter(
    (rule) => mayMatch(rule, subject) && (!rule.resourceNames?.length || rule.resourceNames.includes(name)),
  );
  if (possible.some((rule) => isOf(rule, subject.asked))) return subject.asked;
  if (!equivalent) return undefined;
  for (const rule of possible) {
    const served = subject.equivalents.find((candidate) => isOf(rule, candidate));
    if (served) return served;
  }
  return undefined;
}

/** As the request names it: the objects of a collection that is deleted have none. */
export function nameOf({ asked, key, operation }: Review): string {
  return operation === 'delete' && asked ? asked.info.name : key.name;
}
