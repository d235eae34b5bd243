import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, invalidObject } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { dnsLabelProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type { KubeObject, ObjectMeta } from '../../kube/object.ts';
import type { Namespace } from '../../kube/types.gen.ts';
import type { ResourceDefinition, Subresource } from '../../registry/resource.ts';
import { sortedKeys } from '../shared/sorted-keys.ts';

const FINALIZER = 'kubernetes';
const NAME_LABEL = 'kubernetes.io/metadata.name';
const STANDARD_FINALIZERS = [FINALIZER, 'orphan', 'foregroundDeletion'];

/** Every namespace can be selected by its name. Generated names are known later, in `beforeCreate`. */
function labelWithName(metadata: ObjectMeta): void {
  const { name, labels } = metadata;
  if (!name || labels?.[NAME_LABEL] === name) return;
  metadata.labels = sortedKeys({ ...labels, [NAME_LABEL]: name });
}

function finalizerProblems(finalizer: string, path: string): FieldProblem[] {
  const problems = qualifiedNameProblems(finalizer).map((detail) => invalid(path, finalizer, detail));
  if (finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)) return problems;
  return [...problems, invalid(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')];
}

function statusProblems({ metadata, status }: Frozen<Namespace>): FieldProblem[] {
  const { phase } = status;
  if (metadata.deletionTimestamp === undefined) {
    const detail = "may only be 'Active' if `deletionTimestamp` is empty";
    return phase === 'Active' ? [] : [invalid('status.Phase', phase, detail)];
  }
  const detail = "may only be 'Terminating' if `deletionTimestamp` is not empty";
  return phase === 'Terminating' ? [] : [invalid('status.Phase', phase, detail)];
}

/** What the namespace controller calls when it has emptied a namespace. It may change metadata too. */
const finalize: Subresource = {
  get: (namespace) => namespace as KubeObject,
  apply(object, parent) {
    const { spec, metadata } = object as Namespace;
    const finalizers = spec?.finalizers ?? [];
    const problems = finalizers.flatMap((finalizer, i) => finalizerProblems(finalizer, `spec.finalizers[${i}]`));
    if (problems.length > 0) throw invalidObject({ group: '', kind: 'Namespace' }, metadata.name ?? '', problems);
    labelWithName(metadata);
    for (const field of ['labels', 'annotations', 'ownerReferences', 'finalizers'] as const) {
      if (metadata[field] === undefined) delete parent.metadata[field];
      else Object.assign(parent.metadata, { [field]: metadata[field] });
    }
    if (metadata.uid) parent.metadata.uid = metadata.uid;
    parent.spec = finalizers.length > 0 ? { finalizers } : {};
  },
};

export const definition: ResourceDefinition<Namespace> = {
  resource: 'namespaces',
  rechecksGenerateName: true,
  nameProblems: dnsLabelProblems,
  fillDefaults({ metadata, status }) {
    labelWithName(metadata);
    status.phase ||= 'Active';
  },
  beforeCreate(namespace) {
    labelWithName(namespace.metadata);
    namespace.status = { phase: 'Active' };
    const { finalizers = [] } = namespace.spec;
    if (!finalizers.includes(FINALIZER)) namespace.spec.finalizers = [...finalizers, FINALIZER];
    return undefined;
  },
  beforeUpdate(namespace, old) {
    if (old.spec.finalizers) namespace.spec.finalizers = [...old.spec.finalizers];
    else delete namespace.spec.finalizers;
    return undefined;
  },
  validate: ({ spec }) =>
    (spec.finalizers ?? []).flatMap((finalizer) => finalizerProblems(finalizer, 'spec.finalizers')),
  validateStatus: statusProblems,
  holdsDeletion: ({ spec }) => (spec.finalizers?.length ?? 0) > 0,
  onDeleting(namespace) {
    namespace.status.phase = 'Terminating';
  },
  returnsDeleted: true,
  selectsNoNamespace: true,
  selectableFields: { 'status.phase': ({ status }) => status.phase ?? '' },
  cells: ({ metadata, status }, nowMs) => [metadata.name, status.phase ?? '', since(metadata.creationTimestamp, nowMs)],
  subresources: { finalize },
};
