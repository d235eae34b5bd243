/** Nodes ask for certificates of pods that run on them and that mount such a certificate. */
import type { Frozen } from '../../base/freeze.ts';
import { getOwn } from '../../base/freeze.ts';
import { ApiError } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Pod } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { AdmissionEnv } from '../plugin.ts';
import { refusal } from '../refusal.ts';

/** A plain error of Go: it has no reason. */
const unknownError = (message: string): ApiError => new ApiError(500, '', message);

const MIRROR = 'kubernetes.io/config.mirror';

interface Asked {
  readonly signerName: string;
  readonly podName: string;
  readonly podUID: string;
  readonly serviceAccountName: string;
  readonly serviceAccountUID: string;
  readonly nodeName: string;
  readonly nodeUID: string;
}

/** @throws ApiError 403; 500 for what may only be known later, so that the node tries again */
export function checkCertificateRequest(review: Review, node: string, env: AdmissionEnv): void {
  const { operation, subresource, key } = review;
  if (operation !== 'create') throw refusal(review, `unexpected operation ${operation.toUpperCase()}`);
  if (subresource !== undefined) throw refusal(review, `unexpected subresource ${subresource}`);
  const spec = review.object?.spec as Asked;
  if (spec.nodeName !== node) {
    const named = `PodCertificateRequest.Spec.NodeName=${goQuote(spec.nodeName)}`;
    throw refusal(review, `${named}, which is not the requesting node ${goQuote(node)}`);
  }
  const found = retrieved(env, { kind: 'node', resource: 'nodes', namespace: '', name: node });
  const id = goQuote(`${key.namespace}/${spec.podName}`);
  const request = `PodCertificateRequest for pod ${id}`;
  const uid = found.metadata.uid ?? '';
  if (uid !== spec.nodeUID) {
    const named = `${request} names node UID ${goQuote(spec.nodeUID)}`;
    throw unknownError(`${named}, inconsistent with the running node (${goQuote(uid)})`);
  }
  const pod = checkedPod(review, spec, env);
  checkAccount(review, spec, pod, env);
  if (mountsCertificate(pod, spec.signerName) || maySign(review, spec, env)) return;
  const what = `a podCertificate projected volume for signer ${goQuote(spec.signerName)}`;
  throw refusal(review, `pod ${id} does not mount ${what}`);
}

function checkedPod(review: Review, spec: Asked, env: AdmissionEnv): Frozen<Pod> {
  const { namespace } = review.key;
  const id = goQuote(`${namespace}/${spec.podName}`);
  const found = retrieved(env, { kind: 'pod', resource: 'pods', namespace, name: spec.podName });
  const pod = found as unknown as Frozen<Pod>;
  const uid = pod.metadata.uid ?? '';
  if (spec.podUID !== uid) {
    const named = `PodCertificateRequest for pod ${id} contains pod UID (${goQuote(spec.podUID)})`;
    throw unknownError(`${named} which differs from running pod ${goQuote(uid)}`);
  }
  if (pod.spec.nodeName !== spec.nodeName) {
    const named = `on node ${goQuote(spec.nodeName)} named in the PodCertificateRequest`;
    throw refusal(review, `pod ${id} is not running ${named}`);
  }
  if (getOwn(pod.metadata.annotations, MIRROR) !== undefined) throw refusal(review, `pod ${id} is a mirror pod`);
  return pod;
}

function checkAccount(review: Review, spec: Asked, pod: Frozen<Pod>, env: AdmissionEnv): void {
  const { namespace } = review.key;
  const request = `PodCertificateRequest for pod ${goQuote(`${namespace}/${spec.podName}`)}`;
  const { serviceAccountName = '' } = pod.spec;
  if (spec.serviceAccountName !== serviceAccountName) {
    const named = `${request} contains serviceAccountName (${goQuote(spec.serviceAccountName)})`;
    throw refusal(review, `${named} that differs from running pod (${goQuote(serviceAccountName)})`);
  }
  const account = { kind: 'service account', resource: 'serviceaccounts', namespace, name: serviceAccountName };
  const uid = retrieved(env, account).metadata.uid ?? '';
  if (spec.serviceAccountUID === uid) return;
  const named = `${request} names service account UID ${goQuote(spec.serviceAccountUID)}`;
  throw unknownError(`${named}, which differs from the running service account (${goQuote(uid)})`);
}

function mountsCertificate(pod: Frozen<Pod>, signerName: string): boolean {
  const sources = (pod.spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return sources.some((source) => source.podCertificate?.signerName === signerName);
}

function maySign({ user, info, key }: Review, spec: Asked, env: AdmissionEnv): boolean {
  // Names of resources have no slashes.
  const resource = spec.signerName.replaceAll('/', ':');
  const { group, version } = info;
  const { namespace } = key;
  return env.authorize({
    user,
    verb: 'request-serviceaccounts-podcertificate-signer',
    resource: { group, version, resource, subresource: '', namespace, name: spec.serviceAccountName },
  }).allowed;
}

interface Wanted {
  readonly kind: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

function retrieved(env: AdmissionEnv, { kind, resource, namespace, name }: Wanted): Frozen<KubeObject> {
  const stored = env.find(resource, { namespace, name });
  if (stored) return stored.value;
  const id = namespace === '' ? name : `${namespace}/${name}`;
  const missing = `${resource.replace(/s$/, '')} ${goQuote(name)} not found`;
  throw unknownError(`while retrieving ${kind} ${goQuote(id)} named in the PodCertificateRequest: ${missing}`);
}
