/** One call of one webhook: k8s.io/apiserver/pkg/util/webhook/client.go and callHook of the two plugins. */
import { badRequest } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { OutboundError } from '../../kube/outbound.ts';
import { unexpectedResponse } from '../../kube/unexpected-response.ts';
import { WEBHOOK_HEADERS, webhookTarget } from '../../kube/webhook-target.ts';
import { AnswerError, type Verdict, verdictOf } from './answer.ts';
import { credentialsFor, hostAndPort } from './credentials.ts';
import type { WebhookEnv } from './env.ts';
import type { Invocation } from './matching.ts';
import { reviewText, reviewVersionOf } from './review.ts';
import type { Subject } from './subject.ts';

const UNAVAILABLE = 503;

/** A webhook that could not be asked: its failure policy decides what this means. */
export class CallError extends Error {
  /** Under which the failure is counted. */
  readonly code: number;

  /** Not for the message of a refusal of dry runs. */
  constructor(webhook: string, why: string, code = UNAVAILABLE) {
    super(`failed calling webhook ${goQuote(webhook)}: ${why}`);
    this.code = code;
  }
}

const QUIET = new Set(['None', 'NoneOnDryRun']);

/** When a webhook does not say how long it may take; the server's own defaults say it for those that are stored. */
const TIMEOUT_SECONDS = 10;

/**
 * @throws CallError when there is no answer that can be used
 * @throws ApiError 400 for a dry run that the webhook does not know
 */
export async function callWebhook(
  { webhook, served }: Invocation,
  subject: Subject,
  mutating: boolean,
  env: WebhookEnv,
): Promise<Verdict> {
  const { name, sideEffects, admissionReviewVersions, timeoutSeconds = TIMEOUT_SECONDS } = webhook.spec;
  if (subject.review.dryRun && !QUIET.has(sideEffects ?? ''))
    throw badRequest(`admission webhook ${goQuote(name)} does not support dry run`);
  const version = reviewVersionOf(admissionReviewVersions ?? []);
  if (!version) {
    const why = 'webhook does not accept known AdmissionReview versions (v1, v1beta1)';
    throw new CallError(name, `could not create admission objects: ${why}`, 400);
  }
  const uid = env.random.uuid();
  try {
    const target = targetOf(webhook.spec.clientConfig, timeoutSeconds, env);
    const { headers, ...shown } = (env.credentials && credentialsFor(env.credentials, hostAndPort(target.url))) ?? {};
    const response = await env.outbound.call({
      ...target,
      ...shown,
      headers: { ...WEBHOOK_HEADERS, ...headers?.() },
      body: reviewText(subject, served, version, uid),
      timeoutMs: timeoutSeconds * 1000,
    });
    const fault = unexpectedResponse(response);
    if (fault !== undefined) throw new AnswerError(`failed to call webhook: ${fault}`);
    return verdictOf(response, { version, uid, mutating });
  } catch (error) {
    if (error instanceof OutboundError) throw new CallError(name, `failed to call webhook: ${error.message}`);
    if (error instanceof AnswerError) throw new CallError(name, error.message);
    throw error;
  }
}

/** @throws AnswerError when the configuration makes no client */
function targetOf(
  config: Invocation['webhook']['spec']['clientConfig'],
  timeoutSeconds: number,
  env: WebhookEnv,
): ReturnType<typeof webhookTarget> {
  try {
    return webhookTarget(config, timeoutSeconds, env.services);
  } catch (error) {
    throw new AnswerError(`could not get REST client: ${(error as Error).message}`);
  }
}
