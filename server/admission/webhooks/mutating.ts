/** Webhooks that change objects, one after the other: MutatingAdmissionWebhook. */

import { deepEqual, type Frozen, thaw } from '../../base/freeze.ts';
import { ApiError, internalError } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Review } from '../../registry/admission-chain.ts';
import { applyJsonPatch, JsonPatchError } from '../../schema/patch/json-patch.ts';
import type { Storage } from '../../storage/storage.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { denial } from './answer.ts';
import { CallError, callWebhook } from './call.ts';
import { WebhookConfigurations } from './configurations.ts';
import { counted } from './counted.ts';
import type { WebhookEnv } from './env.ts';
import { type Invocation, invocationOf, isForWebhooks } from './matching.ts';
import { Subject } from './subject.ts';

/** What the first run of the plugins leaves for a second one (webhookReinvokeContext). */
interface FirstRun {
  /** Webhooks that want to see what others change after them, and have been asked. */
  readonly waiting: Set<string>;
  /** Those that have something to look at again. */
  readonly again: Set<string>;
  output: Frozen<KubeObject> | undefined;
}

export function mutatingWebhooks(env: WebhookEnv, storage: Pick<Storage, 'list' | 'watch'>): AdmissionPlugin {
  const configurations = new WebhookConfigurations(storage, 'mutatingwebhookconfigurations');
  const runs = new WeakMap<Review, FirstRun>();
  return {
    name: 'MutatingAdmissionWebhook',
    handles: isForWebhooks,
    mutatesDeletions: true,
    mutate(review) {
      if (configurations.webhooks.length === 0) return undefined;
      let run = runs.get(review);
      if (!run) {
        run = { waiting: new Set(), again: new Set(), output: undefined };
        runs.set(review, run);
      }
      return callAll(configurations, review, run, env);
    },
  };
}

async function callAll(
  { webhooks }: WebhookConfigurations,
  review: Review,
  run: FirstRun,
  env: WebhookEnv,
): Promise<void> {
  const subject = new Subject(review, env.catalog());
  const isSecond = review.reinvocation?.isSecond ?? false;
  // Built-in plugins have changed the object: everybody who wants to know looks again.
  if (isSecond && !deepEqual(run.output, review.object)) wake(run);
  for (const [index, webhook] of webhooks.entries()) {
    const invocation = await invocationOf(webhook, subject, env, twiceInternal);
    if (!invocation || (isSecond && !run.again.has(webhook.uid))) continue;
    const annotation = `webhook.admission.k8s.io/round_${isSecond ? 1 : 0}_index_${index}`;
    if (await call(invocation, subject, annotation, env)) {
      wake(run);
      review.reinvocation ??= { wanted: false, isSecond };
      review.reinvocation.wanted = true;
    }
    if (webhook.spec.reinvocationPolicy === 'IfNeeded') run.waiting.add(webhook.uid);
  }
  await subject.settle();
  run.output = review.object && (thaw(review.object) as Frozen<KubeObject>);
}

/** Upstream says it twice. */
const twiceInternal = (why: string): ApiError => internalError(internalError(why).message);

function wake({ waiting, again }: FirstRun): void {
  for (const uid of waiting) again.add(uid);
  waiting.clear();
}

/** @returns whether the webhook changed the object. @throws ApiError when it refuses, or cannot be asked */
async function call(invocation: Invocation, subject: Subject, annotation: string, env: WebhookEnv): Promise<boolean> {
  const { review } = subject;
  const { configuration, spec } = invocation.webhook;
  let mutated = false;
  const ask = async (): Promise<boolean> => {
    const verdict = await callWebhook(invocation, subject, true, env);
    for (const [key, value] of Object.entries(verdict.auditAnnotations))
      review.annotate?.(`${spec.name}/${key}`, value);
    for (const text of verdict.warnings) review.warn(text);
    if (!verdict.allowed) throw denial(spec.name, verdict.status);
    if (verdict.patch) {
      mutated = patch(verdict.patch, invocation, subject);
      const noted = { configuration, webhook: spec.name, patch: verdict.patch, patchType: 'JSONPatch' };
      review.annotate?.(`patch.${annotation}`, JSON.stringify(noted));
    }
    return mutated;
  };
  const { name, failurePolicy } = spec;
  try {
    return await counted({ name, type: 'admit', failurePolicy, operation: review.operation }, env.metrics, ask);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (spec.failurePolicy !== 'Ignore') throw internalError(error.message);
    review.annotate?.(`failed-open.mutation.${annotation}`, spec.name);
    return false;
  } finally {
    const noted = { configuration, webhook: spec.name, mutated };
    review.annotate?.(`mutation.${annotation}`, JSON.stringify(noted));
  }
}

/** @returns whether the object is another one now. @throws ApiError 500 when the patch does not fit */
function patch(operations: unknown[], { webhook, served }: Invocation, subject: Subject): boolean {
  const { object } = subject;
  if (!object) {
    const why = 'attempted to modify the object, which is not supported for this operation';
    throw internalError(`admission webhook ${goQuote(webhook.spec.name)} ${why}`);
  }
  const shown = subject.shown(object as Frozen<KubeObject>, served);
  return subject.change(patched(shown, operations), served);
}

function patched(shown: Frozen<KubeObject>, operations: unknown[]): unknown {
  try {
    return applyJsonPatch(shown, operations);
  } catch (error) {
    if (error instanceof JsonPatchError) throw internalError(error.fault);
    throw error instanceof ApiError ? internalError(error.message) : error;
  }
}
