/**
 * Rules and defaults of metadata: k8s.io/apimachinery/pkg/api/validation/objectmeta.go and apiserver's rest package.
 */
import type { Frozen } from '../base/freeze.ts';
import { type FieldProblem, forbiddenField, immutable, invalid, required, tooLong } from '../kube/field-problem.ts';
import { LIMITS } from '../kube/limits.ts';
import { dnsLabelProblems, labelValueProblems, qualifiedNameProblems } from '../kube/names.ts';
import { type KubeObject, type ObjectMeta, parseApiVersion } from '../kube/object.ts';
import type { ResourceInfo } from '../schema/type-table.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
const OWN_FINALIZERS = ['kubernetes', ORPHAN, FOREGROUND];

/** Fields in the order in which Go prints them. */
const ORDER: readonly (keyof ObjectMeta)[] = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

const PLACES: ReadonlyMap<string, number> = new Map(ORDER.map((field, place) => [field, place]));

/** Whether metadata is what `orderedMeta` makes, as that of an object is which was stored before. */
function isOrdered(meta: ObjectMeta): boolean {
  let last = -1;
  for (const field in meta) {
    const place = PLACES.get(field);
    if (place === undefined || place < last || meta[field as keyof ObjectMeta] === undefined) return false;
    last = place;
  }
  return meta.resourceVersion !== undefined;
}

/** The same metadata with its fields in Go's order and room for the resourceVersion, which the storage sets. */
export function orderedMeta(meta: ObjectMeta): ObjectMeta {
  if (isOrdered(meta)) return meta;
  const ordered: Record<string, unknown> = {};
  for (const field of ORDER) {
    const value = field === 'resourceVersion' ? (meta.resourceVersion ?? '') : meta[field];
    if (value !== undefined) ordered[field] = value;
  }
  return ordered as ObjectMeta;
}

/** Groups of upstream's own whose rules for metadata are apimachinery's, as for custom resources. */
const ANY_FINALIZER = new Set(['admissionregistration.k8s.io', 'coordination.k8s.io', 'node.k8s.io', 'policy']);

/** Whether finalizers of objects have to be known ones, or qualified names. */
export const knowsFinalizers = ({ group, type }: Pick<ResourceInfo, 'group' | 'type'>): boolean =>
  type.name.startsWith('io.k8s.api.') && !ANY_FINALIZER.has(group);

export interface MetaRules {
  readonly namespaced: boolean;
  /**
   * Whether finalizers need a domain, but for those of Kubernetes itself
   * (pkg/apis/core/validation.ValidateObjectMeta).
   */
  readonly knowsFinalizers?: boolean;
  nameProblems(name: string): string[];
}

/** A generated name ends in characters that the prefix alone may not end in. */
function prefixProblems(prefix: string, rules: MetaRules): string[] {
  return rules.nameProblems(prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix);
}

/** A generated name has to follow the rules of names, which most kinds forget when an object changes. */
export function generateNameProblems({ generateName = '' }: Frozen<ObjectMeta>, rules: MetaRules): FieldProblem[] {
  if (generateName === '') return [];
  return prefixProblems(generateName, rules).map((detail) => invalid('metadata.generateName', generateName, detail));
}

/** What no kind lets through (path.IsValidPathSegmentPrefix). */
function pathProblems({ generateName = '' }: Frozen<ObjectMeta>): FieldProblem[] {
  if (generateName === '') return [];
  return ['/', '%']
    .filter((character) => generateName.includes(character))
    .map((character) => invalid('metadata.generateName', generateName, `may not contain '${character}'`));
}

/** Rules for new objects, in upstream's order. */
export function metaProblems(meta: Frozen<ObjectMeta>, rules: MetaRules): FieldProblem[] {
  const problems = generateNameProblems(meta, rules);
  const { name = '', namespace = '' } = meta;
  if (name === '') problems.push(required('metadata.name', 'name or generateName is required'));
  else for (const detail of rules.nameProblems(name)) problems.push(invalid('metadata.name', name, detail));
  if (rules.namespaced && namespace === '') problems.push(required('metadata.namespace'));
  else if (rules.namespaced)
    for (const detail of dnsLabelProblems(namespace)) problems.push(invalid('metadata.namespace', namespace, detail));
  else if (namespace !== '') problems.push(forbiddenField('metadata.namespace', 'not allowed on this type'));
  if ((meta.generation ?? 0) < 0)
    problems.push(invalid('metadata.generation', meta.generation, 'must be greater than or equal to 0'));
  problems.push(
    ...labelProblems(meta.labels, 'metadata.labels'),
    ...annotationProblems(meta.annotations, 'metadata.annotations'),
    ...ownerProblems(meta.ownerReferences, 'metadata.ownerReferences'),
    ...finalizerProblems(meta.finalizers, 'metadata.finalizers'),
    ...(rules.knowsFinalizers ? bareFinalizerProblems(meta.finalizers) : []),
  );
  return problems;
}

type StringMap = Readonly<Record<string, string>> | undefined;

/** Rules of any map of labels, such as those of a pod template. */
export function labelProblems(labels: StringMap, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const key in labels) {
    const value = labels[key] ?? '';
    for (const detail of qualifiedNameProblems(key)) problems.push(invalid(path, key, detail));
    for (const detail of labelValueProblems(value)) problems.push(invalid(path, value, detail));
  }
  return problems;
}

/** UTF-8 takes no more for a unit of JavaScript's texts. */
const BYTES_PER_UNIT = 3;

/** Whether annotations are too large to be stored together (ValidateAnnotationsSize). */
export function areTooLarge(annotations: StringMap): boolean {
  let units = 0;
  for (const key in annotations) units += key.length + (annotations[key] ?? '').length;
  if (units * BYTES_PER_UNIT <= LIMITS.annotationsBytes) return false;
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {}))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes > LIMITS.annotationsBytes;
}

export function annotationProblems(annotations: StringMap, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const key in annotations) {
    // Upstream lets keys be upper case here: those that are right as they are need not be lowered.
    if (qualifiedNameProblems(key).length === 0) continue;
    for (const detail of qualifiedNameProblems(key.toLowerCase())) problems.push(invalid(path, key, detail));
  }
  if (areTooLarge(annotations)) problems.push(tooLong(path, LIMITS.annotationsBytes));
  return problems;
}

function ownerProblems(owners: Frozen<ObjectMeta>['ownerReferences'], path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (!owners || owners.length === 0) return problems;
  let controller = '';
  owners.forEach((owner, i) => {
    const at = `${path}[${i}]`;
    const groupVersion = parseApiVersion(owner.apiVersion);
    if (owner.apiVersion === '') problems.push(required(`${at}.apiVersion`, 'must not be empty'));
    else if (!groupVersion?.version)
      problems.push(invalid(`${at}.apiVersion`, owner.apiVersion, 'must be <group>/<version> or <version>'));
    for (const field of ['kind', 'name', 'uid'] as const) {
      if (owner[field] === '') problems.push(required(`${at}.${field}`, 'must not be empty'));
    }
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
      problems.push(invalid(at, owner, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (!owner.controller) return;
    const name = `${owner.kind}/${owner.name}`;
    const detail =
      `Only one reference can have Controller set to true. Found "true" in references for ${controller} ` +
      `and ${name}`;
    if (controller !== '') problems.push(invalid(path, owners, detail));
    else controller = name;
  });
  return problems;
}

function finalizerProblems(finalizers: readonly string[] | undefined, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const finalizer of finalizers ?? []) {
    for (const detail of qualifiedNameProblems(finalizer)) problems.push(invalid(path, finalizer, detail));
  }
  if (finalizers?.includes(FOREGROUND) && finalizers.includes(ORPHAN)) {
    problems.push(invalid(path, finalizers, `finalizer ${ORPHAN} and ${FOREGROUND} cannot be both set`));
  }
  return problems;
}

function bareFinalizerProblems(finalizers: readonly string[] | undefined): FieldProblem[] {
  if (!finalizers || finalizers.length === 0) return [];
  const detail = 'name is neither a standard finalizer name nor is it fully qualified';
  return finalizers.flatMap((finalizer, i) =>
    finalizer.includes('/') || OWN_FINALIZERS.includes(finalizer)
      ? []
      : [invalid(`metadata.finalizers[${i}]`, finalizer, detail)],
  );
}

/** Rules for a change of metadata, in upstream's order (ValidateObjectMetaAccessorUpdate). */
export function metaUpdateProblems(
  meta: Frozen<ObjectMeta>,
  old: Frozen<ObjectMeta>,
  rules: Partial<MetaRules> = {},
): FieldProblem[] {
  const problems = pathProblems(meta);
  if (old.deletionTimestamp !== undefined) {
    const { finalizers = [] } = meta;
    const added = finalizers.filter((finalizer) => !(old.finalizers ?? []).includes(finalizer)).sort();
    const found = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`;
    const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${found}`;
    if (added.length > 0) problems.push(forbiddenField('metadata.finalizers', detail));
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    problems.push(invalid('metadata.generation', meta.generation, 'must not be decremented'));
  }
  const refuseChange = (field: string, next: unknown): void => {
    problems.push(immutable(`metadata.${field}`, next ?? null));
  };
  if (meta.name !== old.name) refuseChange('name', meta.name);
  if (meta.namespace !== old.namespace) refuseChange('namespace', meta.namespace);
  if (meta.uid !== old.uid) refuseChange('uid', meta.uid);
  if (meta.creationTimestamp !== old.creationTimestamp) refuseChange('creationTimestamp', meta.creationTimestamp);
  if (meta.deletionTimestamp !== old.deletionTimestamp) refuseChange('deletionTimestamp', meta.deletionTimestamp);
  if (meta.deletionGracePeriodSeconds !== old.deletionGracePeriodSeconds)
    refuseChange('deletionGracePeriodSeconds', meta.deletionGracePeriodSeconds);
  for (const found of [
    labelProblems(meta.labels, 'metadata.labels'),
    annotationProblems(meta.annotations, 'metadata.annotations'),
    ownerProblems(meta.ownerReferences, 'metadata.ownerReferences'),
    rules.knowsFinalizers ? bareFinalizerProblems(meta.finalizers) : [],
  ])
    if (found.length > 0) problems.push(...found);
  return problems;
}

const SYSTEM_FIELDS = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

/** Takes away what only the server says about an object (rest.WipeObjectMetaSystemFields). */
export function wipeSystemFields(meta: ObjectMeta): ObjectMeta {
  for (const field of SYSTEM_FIELDS) if (meta[field] !== undefined) delete meta[field];
  return meta;
}

/** Fields that a change may leave out: they keep their values. */
export function inheritMeta(object: KubeObject, old: Frozen<KubeObject>): void {
  const meta = object.metadata;
  const before = old.metadata;
  if (!meta.uid && before.uid !== undefined) meta.uid = before.uid;
  // Types of servers before 1.34 have null for no time.
  if (!meta.creationTimestamp && before.creationTimestamp !== undefined)
    meta.creationTimestamp = before.creationTimestamp;
  if (meta.deletionTimestamp === undefined && before.deletionTimestamp !== undefined)
    meta.deletionTimestamp = before.deletionTimestamp;
  if (meta.deletionGracePeriodSeconds === undefined && before.deletionGracePeriodSeconds !== undefined) {
    meta.deletionGracePeriodSeconds = before.deletionGracePeriodSeconds;
  }
  if (before.generation === undefined) {
    if (meta.generation !== undefined) delete meta.generation;
  } else meta.generation = before.generation;
}
