/**
 * Writes that change nothing but the times of managers are none: apiserver's
 * fieldmanager.IgnoreManagedFieldsTimestampsTransformer.
 */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import { entriesOf, type ManagedFieldsEntry } from './managed-fields.ts';

type Entries = readonly ManagedFieldsEntry[];

const withoutTime = ({ time: _time, ...entry }: ManagedFieldsEntry): object => entry;

function haveSameTimes(now: Entries, before: Entries): boolean {
  for (let i = 0; i < now.length; i++) if (now[i]?.time !== before[i]?.time) return false;
  return true;
}

/** Whether entries are the same but for their times, and any time is another. */
function onlyTimesDiffer(now: Entries, before: Entries): boolean {
  if (now.length !== before.length || now === before) return false;
  // Within a second they are the same, and nothing has to be compared.
  if (haveSameTimes(now, before)) return false;
  return now.every((entry, i) => entry === before[i] || deepEqual(withoutTime(entry), withoutTime(before[i] ?? {})));
}

const comparable = ({ metadata, ...rest }: Frozen<KubeObject> | KubeObject): object => ({
  ...rest,
  metadata: { ...metadata, managedFields: undefined, resourceVersion: undefined },
});

/** Gives managers the times back that they had, when nothing else is new. */
export function keepTimes(object: KubeObject, old: Frozen<KubeObject>): void {
  const [now, before] = [entriesOf(object), entriesOf(old)];
  if (!now || !before || !onlyTimesDiffer(now, before) || !deepEqual(comparable(object), comparable(old))) return;
  object.metadata.managedFields = [...before];
}
