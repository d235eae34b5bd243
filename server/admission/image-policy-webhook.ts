/** Somebody outside decides which images pods may run: ImagePolicyWebhook. Off by default. */
import type { Clock } from '../base/clock.ts';
import { RememberedAnswers } from '../base/remembered-answers.ts';
import type { OutboundResponse } from '../kube/outbound.ts';
import { RemoteFault } from '../kube/remote-server.ts';
import type { Pod } from '../kube/types.gen.ts';
import type { Review } from '../registry/admission-chain.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { finalRefusal } from './refusal.ts';

export interface ImagePolicy {
  /** Sends an ImageReview. @throws RemoteFault */
  readonly post: (body: string) => Promise<OutboundResponse>;
  readonly allowTtlMs: number;
  readonly denyTtlMs: number;
  /** Whether pods pass when there is no answer. */
  readonly defaultAllow: boolean;
}

interface Answer {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly status?: Verdict;
}

/** `status` of an ImageReview. */
interface Verdict {
  readonly allowed?: boolean;
  readonly reason?: string;
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

const AUDIT = 'imagepolicywebhook.image-policy.k8s.io/';
/** An annotation of pods that upstream still writes. */
const FAILED_OPEN = 'alpha.image-policy.k8s.io/failed-open';
const VERSION = 'imagepolicy.k8s.io/v1alpha1';
const ANSWERS_MAX = 1024;

export function imagePolicyWebhook(
  { clock }: { readonly clock: Clock },
  policy: ImagePolicy | undefined,
): AdmissionPlugin {
  const known = new RememberedAnswers<Verdict>(clock, ANSWERS_MAX);
  return {
    name: 'ImagePolicyWebhook',
    handles: ({ operation, info, subresource }) =>
      (operation === 'create' || operation === 'update') &&
      info.resource === 'pods' &&
      info.group === '' &&
      (subresource === undefined || subresource === 'ephemeralcontainers'),
    validate: (review) => (policy ? check(review, policy, known) : undefined),
  };
}

/** @throws ApiError 403 */
async function check(review: Review, policy: ImagePolicy, known: RememberedAnswers<Verdict>): Promise<void> {
  const spec = specOf(review);
  const question = JSON.stringify(spec);
  let verdict = known.get(question);
  if (!verdict) {
    try {
      verdict = await ask(spec, policy);
    } catch (error) {
      if (!(error instanceof RemoteFault)) throw error;
      if (!policy.defaultAllow) throw finalRefusal(review, error.message);
      failOpen(review);
      return;
    }
    known.set(question, verdict, verdict.allowed ? policy.allowTtlMs : policy.denyTtlMs);
  }
  for (const [key, value] of Object.entries(verdict.auditAnnotations ?? {})) review.annotate?.(`${AUDIT}${key}`, value);
  if (verdict.allowed) return;
  const { reason = '' } = verdict;
  const why =
    reason === ''
      ? 'one or more images rejected by webhook backend'
      : `image policy webhook backend denied one or more images: ${reason}`;
  throw finalRefusal(review, why);
}

function specOf({ object, subresource, key }: Review): object {
  const { metadata, spec } = object as unknown as Pod;
  const containers =
    subresource === undefined
      ? [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
      : (spec.ephemeralContainers ?? []);
  const told = Object.entries(metadata.annotations ?? {}).filter(([name]) => name.includes('.image-policy.k8s.io/'));
  return {
    ...(containers.length > 0 && { containers: containers.map(({ image = '' }) => (image === '' ? {} : { image })) }),
    ...(told.length > 0 && { annotations: Object.fromEntries(told.sort(([a], [b]) => (a < b ? -1 : 1))) }),
    namespace: key.namespace,
  };
}

/** @throws RemoteFault */
async function ask(spec: object, { post }: ImagePolicy): Promise<Verdict> {
  const review = { kind: 'ImageReview', apiVersion: VERSION, metadata: {}, spec, status: { allowed: false } };
  const { body } = await post(JSON.stringify(review));
  try {
    const { kind = '', apiVersion = '', status } = JSON.parse(body.toString()) as Answer;
    if (kind !== 'ImageReview' || apiVersion !== VERSION)
      throw new Error(`no kind "${kind}" is registered for version "${apiVersion}"`);
    return status ?? {};
  } catch (error) {
    throw new RemoteFault((error as Error).message, false);
  }
}

function failOpen({ object, annotate }: Review): void {
  annotate?.(`${AUDIT}failed-open`, 'true');
  if (object) object.metadata.annotations = { ...object.metadata.annotations, [FAILED_OPEN]: 'true' };
}
