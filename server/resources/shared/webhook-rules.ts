/** Rules, defaults and warnings of the two kinds of webhook configuration. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { dns1035Problems, dnsSubdomainProblems } from '../../kube/names.ts';
import type { MutatingWebhook, RuleWithOperations, ValidatingWebhook } from '../../kube/types.gen.ts';
import { type ConditionChecks, storedConditions } from './admission-expression-rules.ts';
import {
  conditionListProblems,
  FAILURE_POLICIES,
  fillRuleDefaults,
  MATCH_POLICIES,
  operationRuleProblems,
  REINVOCATION_POLICIES,
} from './admission-rules.ts';
import { selectorProblems } from './selector-rules.ts';
import { webhookServiceProblems, webhookUrlProblems } from './webhook-client-rules.ts';

type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>;
type Webhooks = Frozen<Webhook[]>;

const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];

/** What the stored webhooks do wrong already: changed ones may go on with it. */
interface Leniency {
  readonly sideEffects: boolean;
  readonly versions: boolean;
  readonly names: boolean;
  readonly labels: boolean;
}

/** Fills in the defaults of webhooks of either kind, in place. */
export function fillWebhookDefaults(webhooks: ValidatingWebhook[] | undefined): void {
  for (const webhook of webhooks ?? []) {
    webhook.failurePolicy ??= 'Fail';
    webhook.matchPolicy ??= 'Equivalent';
    webhook.namespaceSelector ??= {};
    webhook.objectSelector ??= {};
    webhook.timeoutSeconds ??= 10;
    if (webhook.clientConfig.service) webhook.clientConfig.service.port ??= 443;
    fillRuleDefaults(webhook.rules);
  }
}

const isKnown = (versions: readonly string[] | null): boolean =>
  !versions?.length || versions.some((version) => REVIEW_VERSIONS.includes(version));

function leniencyOf(old: Webhooks | undefined): Leniency {
  const list = old ?? [];
  return {
    sideEffects: list.some(({ sideEffects }) => !NO_SIDE_EFFECTS.includes(sideEffects ?? '')),
    versions: list.some(({ admissionReviewVersions }) => !isKnown(admissionReviewVersions)),
    names: new Set(list.map(({ name }) => name)).size < list.length,
    labels: list.some(
      ({ namespaceSelector, objectSelector }) =>
        selectorProblems(namespaceSelector, '').length + selectorProblems(objectSelector, '').length > 0,
    ),
  };
}

/** Rules of all webhooks of a configuration; `old` on a change. */
export function webhookProblems(webhooks: Webhooks | undefined, old?: Webhooks): FieldProblem[] {
  const lenient = leniencyOf(old);
  const list = webhooks ?? [];
  const problems: FieldProblem[] = [];
  const conditions = conditionChecks(list, old);
  for (const [i, webhook] of list.entries()) {
    const path = `webhooks[${i}]`;
    const { name, admissionReviewVersions } = webhook;
    problems.push(
      ...oneWebhookProblems(webhook, path, lenient, conditions),
      ...versionProblems(admissionReviewVersions ?? [], `${path}.admissionReviewVersions`, lenient.versions),
    );
    const isRepeated = list.findIndex((other) => other.name === name) < i;
    if (!lenient.names && name !== '' && isRepeated) problems.push(duplicate(`${path}.name`, name));
  }
  return problems;
}

function nameProblems(name: string, path: string): FieldProblem[] {
  if (name === '') return [required(path)];
  const details = dnsSubdomainProblems(name);
  if (details.length > 0) return [invalid(path, name, details.join(','))];
  const detail = 'should be a domain with at least three segments separated by dots';
  return name.split('.').length < 3 ? [invalid(path, name, detail)] : [];
}

/** How match conditions are checked; not at all when those of every webhook stay as they are. */
function conditionChecks(list: Webhooks, old: Webhooks | undefined): ConditionChecks | undefined {
  const isSame = (webhook: Frozen<Webhook>, i: number): boolean =>
    deepEqual(webhook.matchConditions ?? [], old?.[i]?.matchConditions ?? []);
  if (old && old.length === list.length && list.every(isSame)) return undefined;
  const stored = (old ?? []).flatMap(({ matchConditions }) => [...storedConditions(matchConditions)]);
  return { params: false, stored: new Set(stored) };
}

function oneWebhookProblems(
  webhook: Frozen<Webhook>,
  path: string,
  lenient: Leniency,
  conditions: ConditionChecks | undefined,
): FieldProblem[] {
  const { rules = [], timeoutSeconds, namespaceSelector, objectSelector, matchConditions } = webhook;
  const problems = nameProblems(webhook.name, `${path}.name`);
  problems.push(...rules.flatMap((rule, i) => operationRuleProblems(rule, `${path}.rules[${i}]`)));
  const check = (field: 'failurePolicy' | 'matchPolicy' | 'reinvocationPolicy', choices: readonly string[]): void => {
    const value = webhook[field];
    if (value !== undefined && !choices.includes(value))
      problems.push(notSupported(`${path}.${field}`, value, choices));
  };
  check('failurePolicy', FAILURE_POLICIES);
  check('matchPolicy', MATCH_POLICIES);
  problems.push(...sideEffectProblems(webhook.sideEffects, `${path}.sideEffects`, lenient.sideEffects));
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30)) {
    const detail = 'the timeout value must be between 1 and 30 seconds';
    problems.push(invalid(`${path}.timeoutSeconds`, timeoutSeconds, detail));
  }
  problems.push(
    ...selectorProblems(namespaceSelector, `${path}.namespaceSelector`, lenient.labels),
    ...selectorProblems(objectSelector, `${path}.objectSelector`, lenient.labels),
  );
  check('reinvocationPolicy', REINVOCATION_POLICIES);
  return [
    ...problems,
    ...clientProblems(webhook.clientConfig, `${path}.clientConfig`),
    ...(conditions ? conditionListProblems(matchConditions, `${path}.matchConditions`, conditions) : []),
  ];
}

function sideEffectProblems(value: string | null, path: string, anyAllowed: boolean): FieldProblem[] {
  const allowed = anyAllowed ? SIDE_EFFECTS : NO_SIDE_EFFECTS;
  if (value === null) return [required(path, `must specify one of ${allowed.join(', ')}`)];
  return allowed.includes(value) ? [] : [notSupported(path, value, allowed)];
}

function clientProblems({ url, service }: Frozen<Webhook['clientConfig']>, path: string): FieldProblem[] {
  if ((url === undefined) === (service === undefined)) {
    return [required(path, 'exactly one of url or service is required')];
  }
  if (url !== undefined) return webhookUrlProblems(`${path}.url`, url);
  return service ? webhookServiceProblems(`${path}.service`, service) : [];
}

function versionProblems(versions: readonly string[], path: string, anyAllowed: boolean): FieldProblem[] {
  if (versions.length === 0) return [required(path, `must specify one of ${REVIEW_VERSIONS.join(', ')}`)];
  const problems: FieldProblem[] = [];
  for (const [i, version] of versions.entries()) {
    const isRepeated = versions.indexOf(version) < i;
    const details = isRepeated ? ['duplicate version'] : dns1035Problems(version);
    for (const detail of details) problems.push(invalid(`${path}[${i}]`, version, detail));
  }
  if (anyAllowed || isKnown(versions)) return problems;
  return [...problems, invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)];
}

/** Reviews about permissions never reach webhooks: a broken one could lock everybody out. */
const EXCLUDED = new Set([
  'selfsubjectreviews.authentication.k8s.io',
  'tokenreviews.authentication.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
]);

/** Warnings for rules that name resources which no webhook sees. */
export function webhookWarnings(webhooks: Webhooks | undefined): string[] {
  return (webhooks ?? []).flatMap(({ rules = [] }, i) =>
    rules.flatMap((rule, j) =>
      excludedBy(rule).map(
        (resource) =>
          `webhooks[${i}].rules[${j}]: ${resource} is excluded from admission webhooks; this rule will have no effect`,
      ),
    ),
  );
}

function excludedBy({ apiGroups = [], resources = [] }: Frozen<RuleWithOperations>): string[] {
  if (apiGroups.includes('*') || resources.includes('*')) return [];
  const named = apiGroups.flatMap((group) => resources.map((resource) => `${resource}.${group}`));
  return [...new Set(named)].filter((name) => EXCLUDED.has(name));
}
