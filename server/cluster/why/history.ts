/** What happened to an object: the revisions that are still kept, and who wrote them. */
import { rfc3339 } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import { type KubeObject, resourceName } from '../../kube/object.ts';
import type { DatedEvent } from '../../storage/storage.ts';
import type { ClusterJournal } from '../journal/journal.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import { changedPaths, managedPaths } from './field-paths.ts';

export interface HistoryItem {
  readonly revision: number;
  readonly time: string;
  readonly type: 'created' | 'updated' | 'deleted';
  /** The request, where the journal still has it; of a deletion, the last one that asked for it. */
  readonly user?: string;
  readonly userAgent?: string;
  readonly request?: string;
  readonly auditID?: string;
  /** The field manager of the write. */
  readonly manager?: string;
  readonly subresource?: string;
  /** Of an update. */
  readonly changed?: readonly string[];
}

/** Which fields somebody manages. */
export interface Ownership {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fields: readonly string[];
}

/** Oldest first. */
export function historyOf(events: readonly DatedEvent[], journal: ClusterJournal): HistoryItem[] {
  if (events.length === 0) return [];
  const writes = new Map<number, JournalEntry>();
  for (const entry of journal.after(0, { own: true }))
    if (entry.revision !== undefined && entry.revision > entry.revisionBefore) writes.set(entry.revision, entry);
  return events.map(({ event: { type, now, before }, atMs, aheadMs }) => {
    const written = writes.get(now.revision) ?? (type === 'deleted' ? deletionOf(now, journal) : undefined);
    const owner = type === 'deleted' ? undefined : writerOf(before?.value, now.value);
    return {
      revision: now.revision,
      time: rfc3339(atMs + aheadMs),
      type,
      ...(written && requestFields(written)),
      ...(owner?.manager !== undefined && { manager: owner.manager }),
      ...(owner?.subresource !== undefined && { subresource: owner.subresource }),
      ...(type === 'updated' && { changed: changedPaths(before?.value, now.value) }),
    };
  });
}

/**
 * The request that had an object deleted: its answer tells no revision, and an object that had finalizers goes when
 * somebody else takes the last of them away.
 */
function deletionOf({ key, revision }: DatedEvent['event']['now'], journal: ClusterJournal): JournalEntry | undefined {
  return journal
    .after(0, { own: true })
    .findLast((entry) => entry.revisionBefore < revision && isDeletion(entry) && names(entry, key));
}

const isDeletion = ({ info: { verb, subresource }, status = 0, rawQuery }: JournalEntry): boolean =>
  (verb === 'delete' || verb === 'deletecollection') &&
  subresource === '' &&
  status < 300 &&
  !new URLSearchParams(rawQuery).has('dryRun');

/** Whether a request is for the object of a key, or for all that there are in its place. */
function names({ info: { group, resource, namespace, name } }: JournalEntry, key: string): boolean {
  const place = [resourceName(group, resource), namespace].filter((part) => part !== '').join('/');
  return name === '' ? key.startsWith(`${place}/`) : key === `${place}/${name}`;
}

function requestFields(entry: JournalEntry): Pick<HistoryItem, 'user' | 'userAgent' | 'request' | 'auditID'> {
  const { user, userAgent, method, requestUri, auditId } = entry;
  return {
    ...(user && { user: user.name }),
    ...(userAgent !== '' && { userAgent }),
    request: `${method} ${requestUri}`,
    auditID: auditId,
  };
}

/** An entry of `managedFields`. */
interface Managed {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: unknown;
}

const managersOf = (object: Frozen<KubeObject> | undefined): readonly Managed[] =>
  (object?.metadata.managedFields ?? []) as readonly Managed[];

/** Whose entry is new, or says more than before: those that say less have lost fields to the writer. */
function writerOf(before: Frozen<KubeObject> | undefined, now: Frozen<KubeObject>): Managed | undefined {
  const known = new Map(managersOf(before).map((entry) => [identityOf(entry), entry]));
  const changed = managersOf(now).filter((entry) => {
    const old = known.get(identityOf(entry));
    return old === undefined || JSON.stringify(old) !== JSON.stringify(entry);
  });
  if (changed.length < 2) return changed[0];
  return changed.find((entry) => {
    const old = new Set(managedPaths(known.get(identityOf(entry))?.fieldsV1));
    return managedPaths(entry.fieldsV1).some((path) => !old.has(path));
  });
}

const identityOf = ({ manager = '', operation = '', subresource = '' }: Managed): string =>
  `${operation} ${subresource} ${manager}`;

export function ownershipOf(object: Frozen<KubeObject>): Ownership[] {
  return managersOf(object).map(({ manager = '', operation = '', subresource, time, fieldsV1 }) => ({
    manager,
    operation,
    ...(subresource !== undefined && { subresource }),
    ...(time !== undefined && { time }),
    fields: managedPaths(fieldsV1),
  }));
}
