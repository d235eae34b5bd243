/** What nodes may do with leases, claims, slices of devices and requests for certificates. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { parseCertificateRequest } from '../../kube/certificate-request.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { NODE_PREFIX } from '../../kube/node-user.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { CertificateSigningRequest } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import { refusal } from '../refusal.ts';
import { unexpectedOperation } from './operation.ts';

const LEASES = 'kube-node-lease';

/** @throws ApiError 403 */
export function checkLease(review: Review, node: string): void {
  const { namespace, name } = review.key;
  if (namespace !== LEASES) throw refusal(review, `can only access leases in the ${goQuote(LEASES)} system namespace`);
  if (name !== node) throw refusal(review, 'can only access node lease with the same name as the requesting node');
}

/** @throws ApiError 403 */
export function checkCsiNode(review: Review, node: string): void {
  if (review.key.name !== node) {
    throw refusal(review, 'can only access CSINode with the same name as the requesting node');
  }
}

/** How messages show what differs between two objects of a type. */
export type Difference = (old: object, next: object, model: string) => string;

/** Of the status, what a node tells. */
const TOLD = ['capacity', 'conditions', 'allocatedResourceStatuses', 'allocatedResources'];

/** @throws ApiError 403 */
export function checkClaim(review: Review, node: string, { difference }: { readonly difference: Difference }): void {
  const { object, old, subresource, operation } = review;
  if (subresource !== 'status') throw refusal(review, 'may only update PVC status');
  if (operation !== 'update' || !object || !old) throw unexpectedOperation(review);
  const [before, after] = [untold(old), untold(object as Frozen<KubeObject>)];
  if (deepEqual(before, after)) return;
  const only = 'other than status.quantity and status.conditions';
  const what = difference(before, after, 'io.k8s.api.core.v1.PersistentVolumeClaim');
  throw refusal(review, `node ${goQuote(node)} is not allowed to update fields ${only}: ${what}`);
}

/** Of the metadata, what every write changes, or may leave out. */
const BOOKKEEPING = ['resourceVersion', 'managedFields'];

/** A claim without what a node may tell about it. */
function untold({ metadata, status, ...rest }: Frozen<KubeObject>): object {
  return { ...rest, metadata: without(metadata, BOOKKEEPING), status: without((status ?? {}) as object, TOLD) };
}

const without = (value: object, fields: readonly string[]): object =>
  Object.fromEntries(Object.entries(value).filter(([field]) => !fields.includes(field)));

interface Slice {
  readonly spec: { readonly nodeName?: string };
}

/** @throws ApiError 403 */
export function checkResourceSlice(review: Review, node: string): void {
  const { operation } = review;
  if (operation === 'update') return;
  const { spec } = (operation === 'create' ? review.object : review.old) as unknown as Slice;
  if (spec.nodeName === node) return;
  throw refusal(review, `can only ${operation} ResourceSlice with the same NodeName as the requesting node`);
}

const NODE_SIGNERS = new Set(['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']);

/** @throws ApiError 403 */
export function checkSigningRequest(review: Review, node: string): void {
  if (review.operation !== 'create') return;
  const { spec } = review.object as unknown as CertificateSigningRequest;
  if (!NODE_SIGNERS.has(spec.signerName)) return;
  if (commonName(review, spec.request) === NODE_PREFIX + node) return;
  throw refusal(review, `can only create a node CSR with CN=${NODE_PREFIX}${node}`);
}

function commonName(review: Review, request: string): string {
  try {
    return parseCertificateRequest(request).commonName;
  } catch (error) {
    throw refusal(review, `unable to parse csr: ${(error as Error).message}`);
  }
}
