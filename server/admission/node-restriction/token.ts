/** Nodes get tokens for the pods that run on them, with the audiences that these pods need. */
import type { Frozen } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { Pod } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { AdmissionEnv } from '../plugin.ts';
import { refusal } from '../refusal.ts';
import { asksForAudience } from './audiences.ts';
import { missing } from './operation.ts';

interface TokenRequest {
  readonly spec?: {
    readonly audiences?: readonly string[];
    readonly boundObjectRef?: {
      readonly kind?: string;
      readonly apiVersion?: string;
      readonly name?: string;
      readonly uid?: string;
    };
  };
}

/** @throws ApiError 403, 404 */
export function checkToken(review: Review, node: string, env: AdmissionEnv): void {
  if (review.operation !== 'create' || review.subresource !== 'token') return;
  const { audiences = [], boundObjectRef: bound } = (review.object as unknown as TokenRequest).spec ?? {};
  if (bound?.apiVersion !== 'v1' || bound.kind !== 'Pod' || !bound.name) {
    throw refusal(review, 'node requested token not bound to a pod');
  }
  if (!bound.uid) throw refusal(review, 'node requested token with a pod binding without a uid');
  const { namespace } = review.key;
  const pod = env.find('pods', { namespace, name: bound.name })?.value as unknown as Frozen<Pod> | undefined;
  if (!pod) throw missing('pod', bound.name);
  if (bound.uid !== pod.metadata.uid) {
    const differs = `the UID in the bound object reference (${bound.uid}) does not match the UID in record`;
    throw refusal(review, `${differs}. The object might have been deleted and then recreated`);
  }
  if (pod.spec.nodeName !== node) {
    throw refusal(review, 'node requested token bound to a pod scheduled on a different node');
  }
  checkAudience(review, audiences, pod, env);
}

function checkAudience(review: Review, audiences: readonly string[], pod: Frozen<Pod>, env: AdmissionEnv): void {
  if (audiences.length > 1) throw refusal(review, 'node may only request 0 or 1 audiences');
  const audience = audiences[0] ?? '';
  const asked = asksForAudience(pod, audience, env);
  if (asked === true) return;
  if (asked !== false) throw refusal(review, `error validating audience ${goQuote(audience)}: ${asked}`);
  const { user, key, info } = review;
  const resource = { group: info.group, version: info.version, subresource: '', namespace: key.namespace };
  const { allowed } = env.authorize({
    user,
    verb: 'request-serviceaccounts-token-audience',
    resource: { ...resource, resource: audience, name: key.name },
  });
  if (allowed) return;
  throw refusal(review, `${user.name} is not authorized to request tokens for audience ${goQuote(audience)}`);
}
