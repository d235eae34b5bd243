/**
 * Who set which fields (metadata.managedFields), for writes that are no server-side apply:
 * k8s.io/apimachinery/pkg/util/managedfields.
 */
import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import { decodeStruct } from '../decode.ts';
import type { TypeDescription } from '../type-table.ts';
import { addedFields } from './added-fields.ts';
import { compareObjects } from './compare.ts';
import { Differences, type Versions, without } from './differences.ts';
import {
  difference,
  type FieldsV1,
  holds,
  intern,
  internText,
  isMember,
  keepText,
  leaf,
  meet,
  union,
} from './fields-v1.ts';

/** metav1.ManagedFieldsEntry, fields in the order in which Go prints them. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldsV1;
  readonly subresource?: string;
}

export interface TrackedWrite {
  readonly manager: string;
  readonly apiVersion: string;
  /** '' for the object itself. */
  readonly subresource: string;
  readonly type: TypeDescription;
  /** Fields that a write of this kind cannot set: nobody gets to own them by it. */
  readonly reset: FieldsV1 | undefined;
  readonly time: string;
  /** Without them there is no other version than this one. */
  readonly versions?: Versions;
}

/** Fields that the server gives or that name the object: nobody owns them (stripMetaManager). */
export const STRIPPED: FieldsV1 = {
  'f:apiVersion': leaf(),
  'f:kind': leaf(),
  'f:metadata': {
    '.': leaf(),
    'f:clusterName': leaf(),
    'f:creationTimestamp': leaf(),
    'f:generation': leaf(),
    'f:managedFields': leaf(),
    'f:name': leaf(),
    'f:namespace': leaf(),
    'f:resourceVersion': leaf(),
    'f:selfLink': leaf(),
    'f:uid': leaf(),
  },
};

/** Update managers that an object remembers one by one (DefaultMaxUpdateManagers). */
const MAX_UPDATE_MANAGERS = 10;
const ANCIENT = 'ancient-changes';

const zeros = new WeakMap<TypeDescription, Frozen<Record<string, unknown>>>();

/**
 * The Go zero value of a kind: a new object is compared with it, so that structs which always exist belong to nobody.
 */
export function zeroOf(type: TypeDescription): Frozen<Record<string, unknown>> {
  let zero = zeros.get(type);
  if (!zero) {
    // Custom resources are maps, in which nothing exists but what is there.
    zero = (type.custom ? { metadata: {} } : decodeStruct({}, type, { unknownFields: false })) as NonNullable<
      typeof zero
    >;
    zeros.set(type, zero);
  }
  return zero;
}

/** The managers of an object. */
export const entriesOf = (object: Frozen<KubeObject> | KubeObject): readonly ManagedFieldsEntry[] | undefined =>
  object.metadata.managedFields as readonly ManagedFieldsEntry[] | undefined;

function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  if (entries?.length !== 1) return false;
  const fields = (entries[0] ?? {}) as Readonly<Record<string, unknown>>;
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && value !== '' && value !== null) return false;
  }
  return true;
}

function areUsable(entries: readonly ManagedFieldsEntry[] | undefined): entries is readonly ManagedFieldsEntry[] {
  if (entries === undefined || entries.length === 0) return false;
  for (const entry of entries) if (!isUsable(entry)) return false;
  return true;
}

function isUsable(entry: ManagedFieldsEntry): boolean {
  const known = entry.operation === 'Update' || entry.operation === 'Apply';
  return known && entry.fieldsType === 'FieldsV1' && typeof entry.fieldsV1 === 'object' && entry.fieldsV1 !== null;
}

/**
 * Sets the managedFields of `object`: what differs from `live` now belongs to the manager that wrote it.
 *
 * @param live what is stored; undefined for a new object
 * @example
 * trackUpdate(undefined, object, { manager: 'kubectl-create', apiVersion: 'v1', subresource: '', type, reset, time })
 */
export function trackUpdate(live: Frozen<KubeObject> | undefined, object: KubeObject, write: TrackedWrite): void {
  const given = entriesOf(object);
  if (isReset(given)) {
    delete object.metadata.managedFields;
    return;
  }
  const before = withoutRepeats(areUsable(given) ? given : ((live && entriesOf(live)) ?? []));
  if (live && before.length === 0) {
    // Somebody cleared them, and wants to be left alone (skipNonAppliedManager).
    delete object.metadata.managedFields;
    return;
  }
  if (!live && before.length === 0) {
    trackCreation(object, write);
    return;
  }
  const old = live ?? zeroOf(write.type);
  const { changed, removed } = compareObjects(old, object, write.type);
  const own = without(changed && meet(changed, STRIPPED) ? difference(changed, STRIPPED) : changed, write.reset);
  // A PUT of the status may leave out the spec: that removes nothing.
  const lost = without(removed, write.reset);
  const known = speakOthers(before, write) ? releasedInOthers(before, old, object, write) : before;
  const entries = withOwn(released(known, own, lost, write), own, write);
  if (entries.length > 0) object.metadata.managedFields = storedOr(inOrder(capped(entries)), live);
  else delete object.metadata.managedFields;
}

/** The stored list where nothing about it is new: nobody has to compare the two any more. */
function storedOr(entries: ManagedFieldsEntry[], live: Frozen<KubeObject> | undefined): ManagedFieldsEntry[] {
  const stored = live && entriesOf(live);
  if (stored?.length !== entries.length) return entries;
  for (let i = 0; i < entries.length; i++) if (entries[i] !== stored[i]) return entries;
  return stored as ManagedFieldsEntry[];
}

const skips = new WeakMap<FieldsV1, FieldsV1>();

/** Everything that a write cannot set: what nobody owns, and what this kind of write has no say in. */
function skipOf(reset: FieldsV1 | undefined): FieldsV1 {
  if (!reset) return STRIPPED;
  let skip = skips.get(reset);
  if (!skip) {
    const metadata = reset['f:metadata'];
    const own = metadata && !isMember(metadata) ? { ...STRIPPED['f:metadata'], ...metadata } : metadata;
    skip = { ...STRIPPED, ...reset, 'f:metadata': own ?? (STRIPPED['f:metadata'] as FieldsV1) };
    skips.set(reset, skip);
  }
  return skip;
}

/** The fields of new objects that share a spec, by those of the rest of the object. */
interface FieldsOfTemplate {
  readonly skip: FieldsV1;
  readonly byRest: Map<string, FieldsV1>;
}

const templates = new WeakMap<object, FieldsOfTemplate>();
/** Objects of one template may differ in whatever their metadata has. */
const RESTS_MAX = 16;

/** The fields of a new object that tells none: all of them are its creator's. */
function trackCreation(object: KubeObject, write: TrackedWrite): void {
  const fields = creationFields(object, write.type, skipOf(write.reset));
  if (fields === undefined) delete object.metadata.managedFields;
  else object.metadata.managedFields = [ownEntry(fields, write)];
}

function creationFields(object: KubeObject, type: TypeDescription, skip: FieldsV1): FieldsV1 | undefined {
  const zero = zeroOf(type);
  const whole = (): FieldsV1 | undefined => {
    const text = addedFields(object, zero, type, skip);
    return text === undefined ? undefined : internText(text);
  };
  const { spec } = object;
  if (typeof spec !== 'object' || spec === null || !Object.isFrozen(spec)) return whole();
  // The text of a spec is long: it is neither made nor looked up once more.
  const rest = addedFields({ ...object, spec: undefined }, zero, type, skip) ?? '';
  const known = templates.get(spec);
  const { byRest } = known?.skip === skip ? known : { byRest: new Map<string, FieldsV1>() };
  const found = byRest.get(rest);
  if (found) {
    keepText(found);
    return found;
  }
  const fields = whole();
  if (fields && byRest.size < RESTS_MAX) byRest.set(rest, fields);
  templates.set(spec, { skip, byRest });
  return fields;
}

const BEFORE_FIRST_APPLY = 'before-first-apply';

/** Who owns what nobody was noted for, when somebody applies to it. */
export function firstEntries(live: Frozen<KubeObject>, write: TrackedWrite): ManagedFieldsEntry[] {
  const text = addedFields(live, zeroOf(write.type), write.type, skipOf(write.reset));
  return text === undefined ? [] : [ownEntry(internText(text), { ...write, manager: BEFORE_FIRST_APPLY })];
}

/** Whether two entries are of the same manager; a version only counts for updates (BuildManagerIdentifier). */
export const sameManager = (a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion) &&
  (a.subresource ?? '') === (b.subresource ?? '');

/** A manager has one entry: the last. */
export function withoutRepeats(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  if (entries.length < 2) return entries;
  const isRepeated = (entry: ManagedFieldsEntry, at: number): boolean =>
    entries.some((other, i) => i > at && sameManager(other, entry));
  return entries.some(isRepeated) ? entries.filter((entry, at) => !isRepeated(entry, at)) : entries;
}

function speakOthers(entries: readonly ManagedFieldsEntry[], { apiVersion }: TrackedWrite): boolean {
  for (const entry of entries) if (entry.apiVersion !== apiVersion) return true;
  return false;
}

const isOwn = (entry: ManagedFieldsEntry, { manager, apiVersion, subresource }: TrackedWrite): boolean =>
  entry.manager === manager &&
  entry.operation === 'Update' &&
  entry.apiVersion === apiVersion &&
  (entry.subresource ?? '') === subresource;

/**
 * Managers that speak another version lose what this write changed or removed as their version shows it; those whose
 * version is not served any more are forgotten.
 */
function releasedInOthers(
  before: readonly ManagedFieldsEntry[],
  old: object,
  object: object,
  write: TrackedWrite,
): ManagedFieldsEntry[] {
  const { versions, apiVersion: own, type } = write;
  const differences = versions && new Differences(old, object, { ...versions, apiVersion: own, type });
  return before.flatMap((entry) => {
    if (entry.apiVersion === own) return [entry];
    const changes = differences?.in(entry.apiVersion ?? '');
    const fields = changes && difference(difference(entry.fieldsV1, changes.removed), changes.changed);
    if (fields === undefined) return [];
    return [fields === entry.fieldsV1 ? entry : { ...entry, fieldsV1: intern(fields) }];
  });
}

/** Other managers lose what this write changed, all lose what it removed. */
function released(
  before: readonly ManagedFieldsEntry[],
  own: FieldsV1 | undefined,
  removed: FieldsV1 | undefined,
  write: TrackedWrite,
): ManagedFieldsEntry[] {
  const kept: ManagedFieldsEntry[] = [];
  for (const entry of before) {
    if (entry.apiVersion !== write.apiVersion) {
      kept.push(entry);
      continue;
    }
    let fields = difference(entry.fieldsV1, removed);
    if (!isOwn(entry, write)) fields = difference(fields, own);
    if (fields === undefined) continue;
    kept.push(fields === entry.fieldsV1 ? entry : { ...entry, fieldsV1: intern(fields) });
  }
  return kept;
}

function withOwn(
  entries: readonly ManagedFieldsEntry[],
  own: FieldsV1 | undefined,
  write: TrackedWrite,
): ManagedFieldsEntry[] {
  if (own === undefined) return [...entries];
  const next: ManagedFieldsEntry[] = [];
  let last: ManagedFieldsEntry | undefined;
  for (const entry of entries) {
    if (isOwn(entry, write)) last ??= entry;
    else next.push(entry);
  }
  const before = last?.fieldsV1;
  const isKnown = before !== undefined && Object.isFrozen(before) && holds(before, own);
  const fieldsV1 = isKnown ? before : intern(union(before, own) as FieldsV1);
  next.push(last && isKnown && saysTheSame(last, write) ? last : ownEntry(fieldsV1, write));
  return next;
}

/** Whether the entry of a manager as it is stored is the one that it would get for fields that it has already. */
const saysTheSame = (entry: ManagedFieldsEntry, { time, subresource }: TrackedWrite): boolean =>
  entry.time === time &&
  entry.fieldsType === 'FieldsV1' &&
  (subresource !== '' || entry.subresource === undefined) &&
  Object.isFrozen(entry);

function ownEntry(fieldsV1: FieldsV1, { manager, apiVersion, time, subresource }: TrackedWrite): ManagedFieldsEntry {
  const operation = 'Update';
  const fieldsType = 'FieldsV1';
  return subresource === ''
    ? { manager, operation, apiVersion, time, fieldsType, fieldsV1 }
    : { manager, operation, apiVersion, time, fieldsType, fieldsV1, subresource };
}

/** The oldest entries are put together when there are too many (capManagersManager). */
function capped(entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  if (entries.length <= MAX_UPDATE_MANAGERS) return entries;
  const updates = entries.filter(({ operation, manager }) => operation === 'Update' && manager !== ANCIENT);
  if (updates.length <= MAX_UPDATE_MANAGERS) return entries;
  const byTime = [...updates].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1));
  const oldest = byTime.slice(0, updates.length - MAX_UPDATE_MANAGERS + 1);
  const merged = new Map<string, ManagedFieldsEntry>();
  for (const entry of [...entries.filter(({ manager }) => manager === ANCIENT), ...oldest]) {
    const known = merged.get(entry.apiVersion ?? '');
    const fieldsV1 = intern(union(known?.fieldsV1, entry.fieldsV1) ?? {});
    const { subresource: _subresource, ...rest } = entry;
    merged.set(entry.apiVersion ?? '', { ...rest, manager: ANCIENT, fieldsV1 });
  }
  return [...entries.filter((entry) => entry.manager !== ANCIENT && !oldest.includes(entry)), ...merged.values()];
}

const compareTexts = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

const compareEntries = (a: ManagedFieldsEntry, b: ManagedFieldsEntry): number =>
  compareTexts(a.operation, b.operation) ||
  compareTexts(a.time, b.time) ||
  compareTexts(a.manager, b.manager) ||
  compareTexts(a.apiVersion, b.apiVersion) ||
  compareTexts(a.subresource, b.subresource);

/** Applied first, then by time, then by name (sortEncodedManagedFields). */
export function inOrder(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  return entries.length < 2 ? [...entries] : [...entries].sort(compareEntries);
}

/** The set of fields below paths such as `status.conditions`. */
export function fieldsOfPaths(paths: readonly string[]): FieldsV1 {
  interface Node {
    [step: string]: Node;
  }
  const root: Node = {};
  for (const path of paths) {
    let at = root;
    for (const name of path.split('.')) at = at[`f:${name}`] ??= {};
  }
  return root;
}

/** What a write to the object itself, or to its status, cannot set. */
export function resetFields(
  type: TypeDescription,
  hasStatus: boolean,
  subresource: string,
  statusKeeps: readonly string[],
): FieldsV1 | undefined {
  if (subresource === '') return hasStatus ? { 'f:status': leaf() } : undefined;
  if (subresource !== 'status') return undefined;
  const reset: Record<string, FieldsV1> = {};
  for (const { name } of type.fields) {
    if (name !== 'status' && name !== 'metadata' && name !== 'kind' && name !== 'apiVersion')
      reset[`f:${name}`] = leaf();
  }
  if (statusKeeps.length > 0)
    reset['f:metadata'] = Object.fromEntries(statusKeeps.map((name) => [`f:${name}`, leaf()]));
  return reset;
}
