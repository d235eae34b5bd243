/** What differs between two states of a storage: objects that came, changed and went, and which of their fields. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type KubeObject, keyOf } from '../../kube/object.ts';
import { Buckets } from '../../storage/buckets.ts';
import type { Captured } from '../../storage/storage.ts';
import { type FieldChange, fieldChanges } from './field-changes.ts';

/** Which object. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface ChangedObject extends ObjectName {
  readonly fields: readonly FieldChange[];
}

export interface Differences {
  readonly created: readonly ObjectName[];
  readonly changed: readonly ChangedObject[];
  readonly deleted: readonly ObjectName[];
}

/** What changes without anybody's doing is left out, unless all is asked for. */
const RESTLESS_KINDS: ReadonlySet<string> = new Set(['Event', 'Lease']);
const RESTLESS_FIELDS: ReadonlySet<string> = new Set([
  'metadata.managedFields',
  'metadata.resourceVersion',
  'lastHeartbeatTime',
]);

function nameOf(value: Frozen<KubeObject>): ObjectName {
  const { namespace, name } = keyOf(value);
  return { apiVersion: value.apiVersion ?? '', kind: value.kind ?? '', ...(namespace !== '' && { namespace }), name };
}

/** In the order of kinds, namespaces and names. */
function byName(a: ObjectName, b: ObjectName): number {
  const text = ({ apiVersion, kind, namespace = '', name }: ObjectName): string =>
    [kind, apiVersion, namespace, name].join('\u0000');
  const [one, other] = [text(a), text(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** @param options.all also what changes without anybody's doing */
export function differencesOf(from: Captured, to: Captured, { all = false }: { readonly all?: boolean }): Differences {
  const created: ObjectName[] = [];
  const deleted: ObjectName[] = [];
  const changed: ChangedObject[] = [];
  for (const { type, now, before } of new Buckets(from).differences(to, to.revision)) {
    if (!all && RESTLESS_KINDS.has(now.value.kind ?? '')) continue;
    const name = nameOf(now.value);
    // Another object of the same name is not the one that was there.
    const isSame = before?.value.metadata.uid === now.value.metadata.uid;
    if (before && (type === 'deleted' || !isSame)) deleted.push(nameOf(before.value));
    if (type === 'created' || (type === 'updated' && !isSame)) created.push(name);
    if (type !== 'updated' || !isSame || !before || deepEqual(before.value, now.value)) continue;
    const fields = fieldChanges(before.value, now.value, all ? new Set() : RESTLESS_FIELDS);
    if (fields.length > 0) changed.push({ ...name, fields });
  }
  return { created: created.sort(byName), changed: changed.sort(byName), deleted: deleted.sort(byName) };
}

const objectText = ({ kind, namespace, name }: ObjectName): string =>
  `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;

const valueText = (value: unknown): string => (value === undefined ? '(none)' : JSON.stringify(value));

/** A line for each object, and one for each field: for people. */
export function differencesText({ created, changed, deleted }: Differences): string {
  const lines = [
    ...created.map((object) => `+ ${objectText(object)}`),
    ...deleted.map((object) => `- ${objectText(object)}`),
    ...changed.flatMap((object) => [
      `~ ${objectText(object)}`,
      ...object.fields.map((field) => `    ${field.path}: ${valueText(field.old)} → ${valueText(field.new)}`),
    ]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
