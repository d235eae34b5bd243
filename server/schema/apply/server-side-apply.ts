/**
 * Server-side apply: apimachinery's managedfields.FieldManager.Apply on structured-merge-diff's Updater. An applier
 * owns what its configuration names; what it named before and does not any more goes, unless somebody else owns it.
 */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { TypeDescription } from '../type-table.ts';
import { applyConflict, type Conflict } from './conflicts.ts';
import { Differences, type Versions, without } from './differences.ts';
import { fieldSetOf } from './field-set.ts';
import { difference, type FieldsV1, intern, intersection, union } from './fields-v1.ts';
import { allowedByLastApplied, KUBECTL } from './last-applied.ts';
import {
  entriesOf,
  firstEntries,
  inOrder,
  type ManagedFieldsEntry,
  STRIPPED,
  sameManager,
  type TrackedWrite,
  withoutRepeats,
} from './managed-fields.ts';
import { mergeConfiguration } from './merge.ts';
import { prune } from './prune.ts';

export interface ApplyRequest extends Omit<TrackedWrite, 'reset' | 'versions'>, Versions {
  /** Whether fields of others are taken over. */
  readonly force: boolean;
}

export interface Applied {
  /** What the object would be, yet to be decoded; undefined when the configuration changes nothing. */
  readonly object: Frozen<KubeObject> | undefined;
  readonly managedFields: ManagedFieldsEntry[];
}

const sets = new WeakMap<object, { readonly type: TypeDescription; readonly fields: FieldsV1 | undefined }>();

/** The fields of a configuration, which is never changed. */
function fieldsOf(config: object, type: TypeDescription): FieldsV1 | undefined {
  const known = sets.get(config);
  if (known?.type === type) return known.fields;
  const fields = fieldSetOf(config, type);
  sets.set(config, { type, fields });
  return fields;
}

function ownerOf({ manager, apiVersion, subresource }: ApplyRequest): ManagedFieldsEntry {
  return { manager, operation: 'Apply', apiVersion, ...(subresource !== '' && { subresource }) };
}

/** What everybody owns, by version. */
function managedByVersion(entries: readonly ManagedFieldsEntry[]): Map<string, FieldsV1> {
  const managed = new Map<string, FieldsV1>();
  for (const { apiVersion = '', fieldsV1 } of entries) {
    const all = union(managed.get(apiVersion), fieldsV1);
    if (all) managed.set(apiVersion, all);
  }
  return managed;
}

/** Others lose what an apply takes from them or removes. @throws ApiError 409 when it may not */
function othersAfter(
  others: readonly ManagedFieldsEntry[],
  differences: Differences,
  force: boolean,
  allowed: () => FieldsV1 | undefined,
): ManagedFieldsEntry[] {
  const kept: ManagedFieldsEntry[] = [];
  const conflicts: Conflict[] = [];
  for (const entry of others) {
    const changes = differences.in(entry.apiVersion ?? '');
    if (!changes) continue;
    const taken = intersection(entry.fieldsV1, changes.changed);
    if (taken) conflicts.push({ manager: entry, fields: taken });
    const fields = difference(difference(entry.fieldsV1, taken), changes.removed);
    if (fields) kept.push(fields === entry.fieldsV1 ? entry : { ...entry, fieldsV1: intern(fields) });
  }
  if (force || conflicts.length === 0) return kept;
  const pardoned = allowed();
  const refused = conflicts.flatMap(({ manager, fields }) => {
    const left = difference(fields, pardoned);
    return left ? [{ manager, fields: left }] : [];
  });
  if (refused.length > 0) throw applyConflict(refused);
  return kept;
}

function applyTo(
  live: Frozen<KubeObject>,
  entries: readonly ManagedFieldsEntry[],
  config: object,
  request: ApplyRequest,
): Applied {
  const { type, apiVersion, toVersion, force, manager, time } = request;
  const owner = ownerOf(request);
  const last = entries.find((entry) => sameManager(entry, owner));
  const others = entries.filter((entry) => entry !== last);
  const fields = without(fieldsOf(config, type), request.resetOf(apiVersion));
  const own: ManagedFieldsEntry = { ...owner, ...(fields && { fieldsV1: fields }) };
  let object: object = mergeConfiguration(live, config, type);
  if (last?.fieldsV1 && (difference(last.fieldsV1, fields) || last.apiVersion !== apiVersion)) {
    const managed = managedByVersion([...others, own]);
    const lastOwned = { apiVersion: last.apiVersion ?? '', fields: last.fieldsV1 };
    const pruned = prune({ value: object, type }, { last: lastOwned, managed, toVersion, apiVersion });
    object = pruned.value;
  }
  const differences = new Differences(live, object, request);
  const kept = othersAfter(others, differences, force, () =>
    manager === KUBECTL ? allowedByLastApplied(live, request) : undefined,
  );
  const stripped = difference(fields, STRIPPED);
  const isSame = object === live || deepEqual(object, live);
  const at = isSame ? last?.time : time;
  const entry: ManagedFieldsEntry = {
    manager,
    operation: 'Apply',
    apiVersion,
    ...(at !== undefined && { time: at }),
    fieldsType: 'FieldsV1',
    fieldsV1: intern(stripped ?? {}),
    ...(request.subresource !== '' && { subresource: request.subresource }),
  };
  return {
    object: isSame ? undefined : (object as Frozen<KubeObject>),
    managedFields: inOrder(stripped ? [...kept, entry] : kept),
  };
}

/**
 * Applies a configuration that fits its type.
 *
 * @param live what is stored, in the version of the request; the zero value of the kind when there is nothing
 * @throws ApiError 409 with the fields that others own
 * @example
 * applyConfiguration(live, { data: { a: '1' } }, { manager: 'me', apiVersion: 'v1', type: configMap, force: false, … })
 */
export function applyConfiguration(live: Frozen<KubeObject>, config: object, request: ApplyRequest): Applied {
  const known = withoutRepeats(entriesOf(live) ?? []);
  const { apiVersion, resetOf } = request;
  // What was there before anybody was tracked has an owner of its own from now on (skipNonAppliedManager).
  const entries = known.length > 0 ? known : firstEntries(live, { ...request, reset: resetOf(apiVersion) });
  return applyTo(live, entries, config, request);
}
