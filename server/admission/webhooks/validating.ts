/** Webhooks that look at the final object, all at once: ValidatingAdmissionWebhook. */
import { internalError } from '../../kube/api-error.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { Storage } from '../../storage/storage.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { denial } from './answer.ts';
import { CallError, callWebhook } from './call.ts';
import { WebhookConfigurations } from './configurations.ts';
import { counted } from './counted.ts';
import type { WebhookEnv } from './env.ts';
import { type Invocation, invocationOf, isForWebhooks } from './matching.ts';
import { Subject } from './subject.ts';

export function validatingWebhooks(env: WebhookEnv, storage: Pick<Storage, 'list' | 'watch'>): AdmissionPlugin {
  const configurations = new WebhookConfigurations(storage, 'validatingwebhookconfigurations');
  return {
    name: 'ValidatingAdmissionWebhook',
    handles: isForWebhooks,
    validate(review) {
      return configurations.webhooks.length === 0 ? undefined : callAll(configurations, review, env);
    },
  };
}

async function callAll({ webhooks }: WebhookConfigurations, review: Review, env: WebhookEnv): Promise<void> {
  const subject = new Subject(review, env.catalog());
  const invocations: Invocation[] = [];
  for (const webhook of webhooks) {
    const invocation = await invocationOf(webhook, subject, env, internalError);
    if (invocation) invocations.push(invocation);
  }
  // Upstream answers with the refusal that came first, after all have answered.
  const refusals: Error[] = [];
  const note = (error: unknown): void => void refusals.push(error instanceof Error ? error : new Error(String(error)));
  await Promise.all(invocations.map((invocation, index) => call(invocation, subject, index, env).catch(note)));
  const [first] = refusals;
  if (first) throw first;
}

/** @throws ApiError when the webhook refuses, or cannot be asked */
async function call(invocation: Invocation, subject: Subject, index: number, env: WebhookEnv): Promise<void> {
  const { review } = subject;
  const { name, failurePolicy } = invocation.webhook.spec;
  const ask = async (): Promise<void> => {
    const verdict = await callWebhook(invocation, subject, false, env);
    for (const [key, value] of Object.entries(verdict.auditAnnotations)) review.annotate?.(`${name}/${key}`, value);
    for (const text of verdict.warnings) review.warn(text);
    if (!verdict.allowed) throw denial(name, verdict.status);
  };
  try {
    await counted({ name, type: 'validating', failurePolicy, operation: review.operation }, env.metrics, ask);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (failurePolicy !== 'Ignore') throw internalError(error.message);
    review.annotate?.(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, name);
  }
}
