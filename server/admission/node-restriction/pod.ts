/** Nodes create and delete mirror pods, tell the status of their pods, and evict them. */
import { deepEqual, type Frozen, getOwn } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { Pod } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { AdmissionEnv } from '../plugin.ts';
import { refusal } from '../refusal.ts';
import { missing, unexpectedOperation } from './operation.ts';
import { referenceOf } from './references.ts';

const MIRROR = 'kubernetes.io/config.mirror';

/** @throws ApiError 403 for what the node may not do, 404 */
export function checkPod(review: Review, node: string, env: AdmissionEnv): void {
  const { subresource } = review;
  if (subresource === undefined) checkWhole(review, node, env);
  else if (subresource === 'status') checkStatus(review, node);
  else if (subresource === 'eviction') checkEviction(review, node, env);
  else {
    const allowed = "only 'status' and 'eviction' are allowed";
    throw refusal(review, `unexpected pod subresource ${goQuote(subresource)}, ${allowed}`);
  }
}

function checkWhole(review: Review, node: string, env: AdmissionEnv): void {
  if (review.operation === 'create') checkMirrorPod(review, node, env);
  else if (review.operation === 'delete') checkDeletion(review, node);
  else throw unexpectedOperation(review, `, node ${goQuote(node)} can only create and delete mirror pods`);
}

function checkDeletion(review: Review, node: string): void {
  const pod = review.old as unknown as Frozen<Pod>;
  if (pod.spec.nodeName === node) return;
  throw refusal(review, `node ${goQuote(node)} can only delete pods with spec.nodeName set to itself`);
}

function checkMirrorPod(review: Review, node: string, env: AdmissionEnv): void {
  const pod = review.object as unknown as Pod;
  const who = `node ${goQuote(node)}`;
  if (getOwn(pod.metadata.annotations, MIRROR) === undefined) {
    throw refusal(review, `pod does not have ${goQuote(MIRROR)} annotation, ${who} can only create mirror pods`);
  }
  if (pod.spec.nodeName !== node) throw refusal(review, `${who} can only create pods with spec.nodeName set to itself`);
  checkOwner(review, node, env);
  const reference = referenceOf(pod.spec);
  if (reference !== undefined) throw refusal(review, `${who} can not create pods that reference ${reference}`);
}

/** A mirror pod is controlled by its node, and by nothing else. */
function checkOwner(review: Review, node: string, env: AdmissionEnv): void {
  const who = `node ${goQuote(node)}`;
  const only = `${who} can only create pods with`;
  const [owner, ...others] = review.object?.metadata.ownerReferences ?? [];
  if (others.length > 0) throw refusal(review, `${only} a single owner reference set to itself`);
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    throw refusal(review, `${only} an owner reference set to itself`);
  }
  if (!owner.controller) throw refusal(review, `${only} a controller owner reference set to itself`);
  if (owner.blockOwnerDeletion) throw refusal(review, `${who} must not set blockOwnerDeletion on an owner reference`);
  const found = env.find('nodes', { namespace: '', name: node });
  if (!found) throw missing('node', node);
  const uid = found.value.metadata.uid ?? '';
  if (owner.uid !== uid) throw refusal(review, `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`);
}

/** What of the status only others may tell, and what messages call it. */
const OTHERS: readonly (readonly [field: keyof Pod['status'], name: string])[] = [
  // Upstream's spelling.
  ['resourceClaimStatuses', 'resource claim statues'],
  ['extendedResourceClaimStatus', 'extended resource claim status'],
];

function checkStatus(review: Review, node: string): void {
  if (review.operation !== 'update') throw unexpectedOperation(review);
  const [now, before] = [review.object as unknown as Pod, review.old as unknown as Frozen<Pod>];
  const who = `node ${goQuote(node)}`;
  if (before.spec.nodeName !== node) {
    throw refusal(review, `${who} can only update pod status for pods with spec.nodeName set to itself`);
  }
  if (!deepEqual(now.metadata.labels ?? {}, before.metadata.labels ?? {})) {
    throw refusal(review, `${who} cannot update labels through pod status`);
  }
  for (const [field, name] of OTHERS) {
    if (deepEqual(now.status[field] ?? [], before.status[field] ?? [])) continue;
    throw refusal(review, `${who} cannot update ${name}`);
  }
}

function checkEviction(review: Review, node: string, env: AdmissionEnv): void {
  if (review.operation !== 'create') throw refusal(review, `unexpected operation ${review.operation.toUpperCase()}`);
  const pod = env.find('pods', review.key)?.value as unknown as Frozen<Pod> | undefined;
  if (!pod) throw missing('pod', review.key.name);
  if (pod.spec.nodeName === node) return;
  throw refusal(review, `node ${node} can only evict pods with spec.nodeName set to itself`);
}
