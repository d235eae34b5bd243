/** Rules of the conversion between versions of a custom resource. The paths are those of upstream's internal type. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { dns1035Problems } from '../../kube/names.ts';
import type { CustomResourceConversion } from '../../kube/types.gen.ts';
import { webhookServiceProblems, webhookUrlProblems } from './webhook-client-rules.ts';

const PATH = 'spec.conversion';
const CLIENT = `${PATH}.webhookClientConfig`;
const REVIEW_VERSIONS = `${PATH}.conversionReviewVersions`;
const STRATEGIES = ['None', 'Webhook'];
const KNOWN_REVIEW_VERSIONS = ['v1', 'v1beta1'];

/** Problems of `spec.conversion`. */
export function conversionProblems(conversion: Frozen<CustomResourceConversion> | undefined): FieldProblem[] {
  if (!conversion) return [];
  const { strategy, webhook } = conversion;
  const problems: FieldProblem[] = [];
  if (strategy === '') problems.push(required(`${PATH}.strategy`));
  else if (!STRATEGIES.includes(strategy)) problems.push(notSupported(`${PATH}.strategy`, strategy, STRATEGIES));
  if (strategy === 'Webhook') {
    return [
      ...problems,
      ...clientProblems(webhook?.clientConfig),
      ...reviewProblems(webhook?.conversionReviewVersions),
    ];
  }
  const detail = 'should not be set when strategy is not set to Webhook';
  if (webhook?.clientConfig) problems.push(forbiddenField(CLIENT, detail));
  if (webhook?.conversionReviewVersions?.length) problems.push(forbiddenField(REVIEW_VERSIONS, detail));
  return problems;
}

function clientProblems(
  client: NonNullable<Frozen<CustomResourceConversion>['webhook']>['clientConfig'],
): FieldProblem[] {
  if (!client) return [required(CLIENT, 'required when strategy is set to Webhook')];
  const { url, service } = client;
  if ((url === undefined) === (service === undefined)) {
    return [required(CLIENT, 'exactly one of url or service is required')];
  }
  if (url !== undefined) return webhookUrlProblems(`${CLIENT}.url`, url);
  return service ? webhookServiceProblems(`${CLIENT}.service`, service) : [];
}

function reviewProblems(versions: readonly string[] | null | undefined): FieldProblem[] {
  if (!versions?.length) return [required(REVIEW_VERSIONS)];
  const problems: FieldProblem[] = [];
  versions.forEach((version, i) => {
    const path = `${REVIEW_VERSIONS}[${i}]`;
    if (versions.indexOf(version) < i) problems.push(invalid(path, version, 'duplicate version'));
    else for (const detail of dns1035Problems(version)) problems.push(invalid(path, version, detail));
  });
  if (versions.some((version) => KNOWN_REVIEW_VERSIONS.includes(version))) return problems;
  const detail = `must include at least one of ${KNOWN_REVIEW_VERSIONS.join(', ')}`;
  return [...problems, invalid(REVIEW_VERSIONS, versions, detail)];
}
