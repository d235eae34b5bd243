import { deepEqual, type Frozen, getOwn } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, immutable, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { qualifiedNameProblems } from '../../kube/names.ts';
import type { ObjectMeta } from '../../kube/object.ts';
import { DEFAULT_CLASS_ANNOTATIONS } from '../../kube/storage-class.ts';
import type { StorageClass, TopologySelectorTerm } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { deprecatedNodeLabel } from '../shared/deprecated-node-labels.ts';
import { parameterProblems, provisionerProblems } from '../shared/storage-rules.ts';

const RECLAIM_POLICIES = ['Delete', 'Retain'];
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer'];
function validate(storageClass: Frozen<StorageClass>, old?: Frozen<StorageClass>): FieldProblem[] {
  const { provisioner, parameters, reclaimPolicy, volumeBindingMode: mode, allowedTopologies } = storageClass;
  const problems = [...provisionerProblems('provisioner', provisioner), ...parameterProblems(parameters, true)];
  if (reclaimPolicy && !RECLAIM_POLICIES.includes(reclaimPolicy)) {
    problems.push(notSupported('reclaimPolicy', reclaimPolicy, RECLAIM_POLICIES));
  }
  if (mode === undefined) problems.push(required('volumeBindingMode'));
  else if (!BINDING_MODES.includes(mode)) problems.push(notSupported('volumeBindingMode', mode, BINDING_MODES));
  problems.push(...topologyProblems(allowedTopologies ?? []));
  // What follows is declarative upstream.
  if (provisioner === '' && provisioner !== old?.provisioner) problems.push(required('provisioner'));
  if (!old) return problems;
  for (const field of ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'] as const) {
    if (!deepEqual(storageClass[field] ?? {}, old[field] ?? {})) problems.push(immutable(field, null));
  }
  return problems;
}

function topologyProblems(terms: Frozen<TopologySelectorTerm[]>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  // Upstream starts with as many empty terms as there are: a term without expressions repeats each of them.
  const seen: Record<string, string[]>[] = terms.map(() => ({}));
  for (const [i, { matchLabelExpressions = [] }] of terms.entries()) {
    const path = `allowedTopologies[${i}].matchLabelExpressions`;
    const byKey: Record<string, string[]> = {};
    for (const [j, { key, values }] of matchLabelExpressions.entries()) {
      const at = `${path}[${j}]`;
      if (!values?.length) problems.push(required(`${at}.values`));
      for (const [k, value] of (values ?? []).entries()) {
        if (values?.indexOf(value) !== k) problems.push(duplicate(`${at}.values[${k}]`, value));
      }
      for (const detail of qualifiedNameProblems(key)) problems.push(invalid(`${at}.key`, key, detail));
      if (Object.hasOwn(byKey, key)) problems.push(duplicate(`${at}.key`, key));
      byKey[key] = [...new Set(values ?? [])].sort();
    }
    for (const other of seen) if (deepEqual(byKey, other)) problems.push(duplicate(path, ''));
    seen.push(byKey);
  }
  return problems;
}

function warnings({ allowedTopologies = [] }: Frozen<StorageClass>): string[] {
  return allowedTopologies.flatMap(({ matchLabelExpressions = [] }, i) =>
    matchLabelExpressions.flatMap(({ key }, j) => {
      const message = deprecatedNodeLabel(key);
      return message === undefined ? [] : [`allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${message}`];
    }),
  );
}

const isDefault = ({ annotations }: Frozen<ObjectMeta>): boolean =>
  DEFAULT_CLASS_ANNOTATIONS.some((annotation) => getOwn(annotations, annotation) === 'true');

/** Of several default classes the newest counts, and the first by name of equally old ones. */
function isNewerDefault(a: Frozen<ObjectMeta>, b: Frozen<ObjectMeta>): boolean {
  const [left = '', right = ''] = [a.creationTimestamp, b.creationTimestamp];
  return left === right ? (a.name ?? '') < (b.name ?? '') : left > right;
}

export const definition: ResourceDefinition<StorageClass> = {
  resource: 'storageclasses.storage.k8s.io',
  rechecksGenerateName: true,
  fillDefaults(storageClass) {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  checksEnums: true,
  validate,
  warnings,
  returnsDeleted: true,
  cells({ metadata, provisioner, reclaimPolicy, volumeBindingMode, allowVolumeExpansion }, nowMs, listed = []) {
    const rivals = listed.map(({ value }) => value.metadata).filter(isDefault);
    // Only lists mark the default class.
    const marked = rivals.length > 0 && isDefault(metadata) && !rivals.some((rival) => isNewerDefault(rival, metadata));
    return [
      `${metadata.name}${marked ? ' (default)' : ''}`,
      provisioner,
      reclaimPolicy ?? 'Delete',
      volumeBindingMode ?? 'Immediate',
      allowVolumeExpansion ?? false,
      since(metadata.creationTimestamp, nowMs),
    ];
  },
};
