/** Nodes change only the Node of their name, and not what steers pods to it. */
import { deepEqual, getOwn } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { Node } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import { refusal } from '../refusal.ts';

/** Labels of Kubernetes' own that kubelets set. */
const KUBELET_LABELS = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);
const KUBELET_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const RESTRICTED_DOMAIN = 'node-restriction.kubernetes.io';
const OWN_DOMAINS = ['kubernetes.io', 'k8s.io'];

type Labels = Readonly<Record<string, string>>;
/** `configSource` is gone from the documented API and may still be in an object. */
type Checked = Pick<Node, 'metadata'> & { spec?: { configSource?: object; taints?: readonly object[] } };

/** @throws ApiError 403 */
export function checkNode(review: Review, node: string): void {
  const who = `node ${goQuote(node)}`;
  const { key, operation } = review;
  if (key.name !== node) throw refusal(review, `${who} is not allowed to modify node ${goQuote(key.name)}`);
  if (operation === 'create') checkNew(review, review.object as unknown as Checked, who);
  if (operation === 'update') {
    checkChanged(review, review.object as unknown as Checked, review.old as unknown as Checked, who);
  }
}

function checkNew(review: Review, { metadata, spec = {} }: Checked, who: string): void {
  // Upstream says "pods".
  if (spec.configSource) throw refusal(review, `${who} is not allowed to create pods with a non-nil configSource`);
  const labels = forbiddenOf(metadata.labels, undefined);
  if (labels !== '') throw refusal(review, `${who} is not allowed to set the following labels: ${labels}`);
}

function checkChanged(review: Review, now: Checked, before: Checked, who: string): void {
  const configSource = now.spec?.configSource;
  if (configSource && !deepEqual(configSource, before.spec?.configSource)) {
    throw refusal(review, `${who} is not allowed to update configSource to a new non-nil configSource`);
  }
  if (!deepEqual(now.spec?.taints ?? [], before.spec?.taints ?? [])) {
    throw refusal(review, `${who} is not allowed to modify taints`);
  }
  if (!deepEqual(now.metadata.ownerReferences ?? [], before.metadata.ownerReferences ?? [])) {
    throw refusal(review, `${who} is not allowed to modify ownerReferences`);
  }
  const labels = forbiddenOf(now.metadata.labels, before.metadata.labels);
  if (labels !== '') throw refusal(review, `is not allowed to modify labels: ${labels}`);
}

/** The labels that differ and that a node may not touch. */
function forbiddenOf(now: Labels = {}, before: Labels = {}): string {
  const changed = Object.keys({ ...now, ...before }).filter((name) => getOwn(now, name) !== getOwn(before, name));
  return changed.filter(isForbidden).sort().join(', ');
}

function isForbidden(label: string): boolean {
  const slash = label.indexOf('/');
  const domain = slash < 0 ? '' : label.slice(0, slash);
  const isBelow = (parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);
  if (isBelow(RESTRICTED_DOMAIN)) return true;
  return OWN_DOMAINS.some(isBelow) && !KUBELET_LABELS.has(label) && !KUBELET_DOMAINS.some(isBelow);
}
