/** Rules for claims of storage, as objects and as templates within pods and stateful sets. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../../kube/names.ts';
import type { ObjectMeta } from '../../kube/object.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  TypedObjectReference,
} from '../../kube/types.gen.ts';
import { annotationProblems, labelProblems } from '../../registry/object-meta.ts';
import { amountProblems } from './resource-names.ts';
import { selectorProblems } from './selector-rules.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_MODES = ['Block', 'Filesystem'];

type Spec = Frozen<PersistentVolumeClaimSpec>;

/** Ways in which a volume may be used; ReadWriteOncePod excludes the others. */
export function accessModeProblems(path: string, modes: readonly string[]): FieldProblem[] {
  const known = modes.filter((mode) => ACCESS_MODES.includes(mode));
  const problems = modes
    .filter((mode) => !ACCESS_MODES.includes(mode))
    .map((mode) => notSupported(path, mode, ACCESS_MODES));
  if (known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod')) {
    problems.push(forbiddenField(path, 'may not use ReadWriteOncePod with other access modes'));
  }
  return problems;
}

/** An amount that has to be more than nothing. */
export function positiveAmountProblems(path: string, amount: string): FieldProblem[] {
  return parseQuantity(amount).nano > 0n ? [] : [invalid(path, amount, 'must be greater than zero')];
}

/** File systems or block devices. */
export function volumeModeProblems(path: string, mode: string | undefined): FieldProblem[] {
  return mode === undefined || VOLUME_MODES.includes(mode) ? [] : [notSupported(path, mode, VOLUME_MODES)];
}

function storageProblems({ resources }: Spec, path: string): FieldProblem[] {
  const at = `${path}.resources[storage]`;
  const storage = resources.requests?.storage;
  if (storage === undefined) return [required(at)];
  const problems = positiveAmountProblems(at, storage);
  return problems.length > 0 ? problems : amountProblems(at, 'storage', storage);
}

function dataSourceProblems(source: Frozen<TypedObjectReference>, path: string): FieldProblem[] {
  const { name, kind, apiGroup, namespace } = source;
  const problems: FieldProblem[] = [];
  if (name === '') problems.push(required(`${path}.name`));
  if (kind === '') problems.push(required(`${path}.kind`));
  if (!apiGroup && kind !== 'PersistentVolumeClaim') {
    problems.push(invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
  for (const detail of apiGroup ? dnsSubdomainProblems(apiGroup) : [])
    problems.push(invalid(`${path}.apiGroup`, apiGroup, detail));
  for (const detail of namespace ? dnsLabelProblems(namespace) : [])
    problems.push(invalid(`${path}.namespace`, namespace, detail));
  return problems;
}

function sameSourceProblems({ dataSource, dataSourceRef }: Spec, path: string): FieldProblem[] {
  if (!dataSource || !dataSourceRef) return [];
  const shown = `${path}.dataSource`;
  if (dataSourceRef.namespace)
    return [invalid(path, shown, 'may not be specified when dataSourceRef.namespace is specified')];
  const isSame = (['apiGroup', 'kind', 'name'] as const).every(
    (field) => (dataSource[field] ?? null) === (dataSourceRef[field] ?? null),
  );
  return isSame ? [] : [invalid(path, shown, 'must match dataSourceRef')];
}

const classNameProblems = (path: string, name: string | undefined): FieldProblem[] =>
  (name ? dnsSubdomainProblems(name) : []).map((detail) => invalid(path, name, detail));

/** ValidatePersistentVolumeClaimSpec. */
export function claimSpecProblems(spec: Spec, path: string): FieldProblem[] {
  const { accessModes = [], dataSource, dataSourceRef } = spec;
  return [
    ...(accessModes.length === 0 ? [required(`${path}.accessModes`, 'at least 1 access mode is required')] : []),
    ...selectorProblems(spec.selector, `${path}.selector`),
    ...accessModeProblems(`${path}.accessModes`, accessModes),
    ...storageProblems(spec, path),
    ...classNameProblems(`${path}.storageClassName`, spec.storageClassName),
    ...volumeModeProblems(`${path}.volumeMode`, spec.volumeMode),
    ...(dataSource ? dataSourceProblems(dataSource, `${path}.dataSource`) : []),
    ...(dataSourceRef ? dataSourceProblems(dataSourceRef, `${path}.dataSourceRef`) : []),
    ...sameSourceProblems(spec, path),
    ...classNameProblems(`${path}.volumeAttributesClassName`, spec.volumeAttributesClassName),
  ];
}

/** Fields of metadata that a template may not have, in Go's order. */
const NOT_IN_TEMPLATES: readonly (keyof ObjectMeta)[] = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/** ValidateTemplateObjectMeta: the metadata of claims that are to be made. */
export function templateMetaProblems(metadata: Frozen<ObjectMeta> | undefined, path: string): FieldProblem[] {
  const present = NOT_IN_TEMPLATES.filter((field) => metadata?.[field] !== undefined && metadata[field] !== null);
  return [
    ...annotationProblems(metadata?.annotations, `${path}.annotations`),
    ...labelProblems(metadata?.labels, `${path}.labels`),
    ...present.map((field) => forbiddenField(`${path}.${field === 'uid' ? 'uID' : field}`, 'cannot be set')),
  ];
}

/** ValidatePersistentVolumeClaimTemplate: the template of an ephemeral volume. */
export function claimTemplateProblems(
  { metadata, spec }: Frozen<PersistentVolumeClaimTemplate>,
  path: string,
): FieldProblem[] {
  return [...templateMetaProblems(metadata, `${path}.metadata`), ...claimSpecProblems(spec, `${path}.spec`)];
}
