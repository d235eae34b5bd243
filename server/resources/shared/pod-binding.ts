import { ApiError, badRequest, conflict } from '../../kube/api-error.ts';
import { type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import type { Key, KubeObject } from '../../kube/object.ts';
import type { Binding, Pod } from '../../kube/types.gen.ts';
import { revisionConflict, uidConflict } from '../../registry/errors.ts';
import type { SubresourceCall } from '../../registry/resource.ts';
import { setPodCondition } from './pod-conditions.ts';
import { sortedKeys } from './sorted-keys.ts';

/** What a POST that stores nothing answers with. */
export const CREATED: KubeObject = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

const PODS = { group: '', resource: 'pods' };

function targetProblems({ target: { kind = '', name = '' } }: Binding): FieldProblem[] {
  const problems = kind === '' || kind === 'Node' ? [] : [notSupported('target.kind', kind, ['Node', '<empty>'])];
  if (name === '') return [...problems, required('target.name')];
  if (problems.length > 0) return problems;
  return dnsSubdomainProblems(name).map((detail) => invalid('target.name', name, detail));
}

/** Upstream passes these on as plain errors, which makes them 500 without a reason. */
function checkTarget(binding: Binding): void {
  const texts = targetProblems(binding).map(({ field, message }) => `${field}: ${message}`);
  if (texts.length > 0) throw new ApiError(500, '', texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`);
}

function assign(pod: Pod, { target, metadata }: Binding, nowMs: number): void {
  const name = pod.metadata.name ?? '';
  const refuse = (why: string): ApiError => conflict({ group: '', resource: 'pods/binding' }, name, why);
  if (pod.metadata.deletionTimestamp !== undefined)
    throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if (pod.spec.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  pod.spec.nodeName = target.name ?? '';
  delete pod.status.nominatedNodeName;
  for (const field of ['annotations', 'labels'] as const) {
    if (metadata[field]) pod.metadata[field] = sortedKeys({ ...pod.metadata[field], ...metadata[field] });
  }
  setPodCondition(pod.status, { type: 'PodScheduled', status: 'True' }, nowMs);
}

/**
 * Puts a pod on a node: the answer to POST of `pods/binding` and of the old `bindings`.
 * @throws ApiError 404, 409, 500
 */
export async function bindPod(binding: Binding, key: Key, call: SubresourceCall): Promise<KubeObject> {
  if (binding.metadata.name !== key.name) throw badRequest('name in URL does not match name in Binding object');
  checkTarget(binding);
  const { uid, resourceVersion } = binding.metadata;
  await call.change('pods', 'binding', key, (object, current) => {
    const pod = object as Pod;
    if (uid && uid !== pod.metadata.uid) throw uidConflict(PODS, key, uid, pod.metadata.uid ?? '');
    // Any text is compared, "0" too.
    if (resourceVersion && resourceVersion !== String(current.revision))
      throw revisionConflict(PODS, key, resourceVersion, String(current.revision));
    assign(pod, binding, call.env.clock.now());
  });
  return CREATED;
}
