/** Which webhooks a write concerns: k8s.io/apiserver/pkg/admission/plugin/webhook/predicates. */
import type { Frozen } from '../../base/freeze.ts';
import { decided } from '../../base/undecided.ts';
import { type ApiError, forbidden, notFound } from '../../kube/api-error.ts';
import { selectorMatches } from '../../kube/labels.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { RuleWithOperations } from '../../kube/types.gen.ts';
import type { Served } from '../../registry/catalog.ts';
import type { KindOfReview } from '../plugin.ts';
import type { Webhook } from './configurations.ts';
import type { WebhookEnv } from './env.ts';
import { requestOf } from './review.ts';
import type { Subject } from './subject.ts';

/** A webhook that has to be called, and the version that it gets to see. */
export interface Invocation {
  readonly webhook: Webhook;
  readonly served: Served;
}

/** Reviews about permissions never reach webhooks: a broken one could lock everybody out. */
const NO_REVIEWS = new Set([
  'selfsubjectreviews.authentication.k8s.io',
  'tokenreviews.authentication.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
]);

/** Whether a resource is one of the reviews that admission from outside must not touch. */
export function isReview({ group, resource }: { readonly group: string; readonly resource: string }): boolean {
  return NO_REVIEWS.has(`${resource}.${group}`);
}

/** Whether webhooks are asked about a resource at all; about what configures them they are not. */
export function isForWebhooks({ info: { group, resource } }: KindOfReview): boolean {
  return group !== 'admissionregistration.k8s.io' && !isReview({ group, resource });
}

const includes = (items: readonly string[] | undefined, wanted: string): boolean =>
  items !== undefined && (items.includes('*') || items.includes(wanted));

/** Everything of a rule but group and version, which equivalent resources may have others of. */
export function mayMatch(
  { operations, resources = [], scope = '*' }: Frozen<RuleWithOperations>,
  subject: Subject,
): boolean {
  const { operation } = subject.review;
  if (!includes(operations, operation.toUpperCase())) return false;
  const { resource, group } = subject.asked.info;
  const isNamespace = resource === 'namespaces' && group === '';
  const isClusterScoped = isNamespace || subject.namespace === '';
  if (scope !== '*' && (scope === 'Cluster') !== isClusterScoped) return false;
  return resources.some((text) => {
    const [plural = '', subresource = ''] = splitOnce(text);
    return (plural === '*' || plural === resource) && (subresource === '*' || subresource === subject.subresource);
  });
}

function splitOnce(text: string): string[] {
  const at = text.indexOf('/');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

export const isOf = ({ apiGroups, apiVersions }: Frozen<RuleWithOperations>, { info }: Served): boolean =>
  includes(apiGroups, info.group) && includes(apiVersions, info.version);

/** The version in which a webhook wants to see the write; undefined when its rules leave it out. */
function servedFor({ spec: { rules = [], matchPolicy } }: Webhook, subject: Subject): Served | undefined {
  const possible = rules.filter((rule) => mayMatch(rule, subject));
  if (possible.some((rule) => isOf(rule, subject.asked))) return subject.asked;
  if (matchPolicy !== 'Equivalent') return undefined;
  for (const rule of possible) {
    const served = subject.equivalents.find((candidate) => isOf(rule, candidate));
    if (served) return served;
  }
  return undefined;
}

/** Whether the namespace is selected; `unknown` when there is no such namespace. */
export function namespaceMatches(
  { namespaceSelector }: Pick<Webhook, 'namespaceSelector'>,
  subject: Subject,
  env: Pick<WebhookEnv, 'find'>,
): boolean | 'unknown' {
  const { namespace, review } = subject;
  if (namespaceSelector.length === 0 || namespace === '') return true;
  const isItself = review.info.resource === 'namespaces' && review.info.group === '' && subject.subresource === '';
  if (isItself && review.object && review.operation !== 'delete')
    return selectorMatches(namespaceSelector, review.object.metadata.labels);
  const found = env.find('namespaces', { namespace: '', name: namespace });
  return found ? selectorMatches(namespaceSelector, found.value.metadata.labels) : 'unknown';
}

export function objectMatches(
  { objectSelector }: Pick<Webhook, 'objectSelector'>,
  { object, review: { old } }: Subject,
): boolean {
  if (objectSelector.length === 0) return true;
  const matches = (candidate: Frozen<KubeObject> | KubeObject | undefined): boolean =>
    candidate?.metadata !== undefined && selectorMatches(objectSelector, candidate.metadata.labels);
  return matches(object) || matches(old);
}

/**
 * The version in which a webhook is called about a write; undefined when it is not concerned.
 *
 * @throws ApiError 404 for a namespace that does not exist
 */
function versionFor(webhook: Webhook, subject: Subject, env: WebhookEnv): Served | undefined {
  const inNamespace = namespaceMatches(webhook, subject, env);
  if (!inNamespace || !objectMatches(webhook, subject)) return undefined;
  const served = servedFor(webhook, subject);
  if (served && inNamespace === 'unknown') throw notFound({ group: '', resource: 'namespaces' }, subject.namespace);
  return served;
}

/**
 * How to call a webhook about a write, with everything ready to be shown in its version; undefined when it is not
 * concerned.
 *
 * @param fault how it is told that the object cannot be converted
 * @throws ApiError 404 for a namespace that does not exist, 403 for conditions that cannot be evaluated, 500 for what
 * cannot be converted
 */
export async function invocationOf(
  webhook: Webhook,
  subject: Subject,
  env: WebhookEnv,
  fault: (why: string) => ApiError,
): Promise<Invocation | undefined> {
  const served = versionFor(webhook, subject, env);
  if (!served) return undefined;
  if (!subject.isReady(served)) await prepare(subject, served, fault);
  const invocation = { webhook, served };
  return (await decided(() => conditionsHold(invocation, subject, env))) ? invocation : undefined;
}

async function prepare(subject: Subject, served: Served, fault: (why: string) => ApiError): Promise<void> {
  try {
    await subject.prepare(served);
  } catch (error) {
    throw fault((error as Error).message);
  }
}

function conditionsHold({ webhook, served }: Invocation, subject: Subject, env: WebhookEnv): boolean {
  const { matchConditions = [], failurePolicy } = webhook.spec;
  if (matchConditions.length === 0) return true;
  const { old, user } = subject.review;
  const { object } = subject;
  const result = env.matchConditions.evaluate(matchConditions, {
    object: object ? subject.shown(object as Frozen<KubeObject>, served) : null,
    oldObject: old ? subject.shown(old, served) : null,
    request: requestOf(subject, served, ''),
    user,
  });
  if (typeof result === 'boolean') return result;
  if (failurePolicy === 'Ignore') return false;
  const { group, resource } = subject.asked.info;
  throw forbidden({ group, resource }, subject.review.key.name, result.error);
}
