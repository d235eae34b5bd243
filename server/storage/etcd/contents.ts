/** Reads everything that etcd holds, as a server does when it starts. */
import { type Clock, steadyMs } from '../../base/clock.ts';
import { deepFreeze } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import { bucketOf } from '../storage.ts';
import { type Expiry, StoredObject } from '../stored-object.ts';
import type { Unreadable } from './broken.ts';
import type { EtcdClient } from './etcd-client.ts';
import { type EtcdFormat, endOf } from './format.ts';
import type { Leases } from './leases.ts';
import type { KeyValue } from './replies.ts';

/** So many objects are read at once: some megabytes. */
const PAGE = 1000;

export interface Contents {
  readonly revision: number;
  readonly objects: readonly StoredObject[];
  /** By key: what cannot be read, and why. */
  readonly broken: ReadonlyMap<string, Unreadable>;
}

export interface ReaderParts {
  readonly client: EtcdClient;
  readonly format: EtcdFormat;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly realClock: Clock;
}

/** @param known what is there already: a version that is known is not read again */
export async function readContents(
  parts: ReaderParts,
  known: (key: string) => StoredObject | undefined = () => undefined,
): Promise<Contents> {
  const { client, format, leases } = parts;
  const end = endOf(format.root);
  const objects: StoredObject[] = [];
  const broken = new Map<string, Unreadable>();
  let revision = 0;
  for (let from: string | undefined = format.root; from !== undefined; ) {
    const page = await client.range({ key: from, end, limit: PAGE, ...(revision > 0 && { revision }) });
    // The revision of the first page is that of all others.
    if (revision === 0) revision = page.revision;
    const unknown = new Set(page.items.map(({ lease }) => lease).filter((id) => id !== 0n && !leases.isKnown(id)));
    await Promise.all([...unknown].map((id) => leases.learn(id)));
    for (const item of page.items) {
      const key = format.keyOf(item.key);
      if (key === undefined) continue;
      const same = known(key);
      if (same?.revision === item.modRevision) {
        objects.push(same);
        continue;
      }
      try {
        objects.push(storedOf(key, item, format.decode(key, item.value), parts));
      } catch (error) {
        broken.set(key, { revision: item.modRevision, error: error as Error });
      }
    }
    from = page.more ? `${page.items.at(-1)?.key}\0` : undefined;
  }
  const { firstBucket } = format;
  if (firstBucket === undefined) return { revision, objects, broken };
  const isFirst = ({ key }: StoredObject): boolean => bucketOf(key) === firstBucket;
  const ordered = [...objects.filter(isFirst), ...objects.filter((object) => !isFirst(object))];
  return { revision, objects: ordered, broken };
}

/** An object with the revision of its key, which its value does not say. */
export function storedOf(key: string, item: KeyValue, value: KubeObject, parts: ReaderParts): StoredObject {
  value.metadata = { ...value.metadata, resourceVersion: String(item.modRevision) };
  return new StoredObject(key, item.modRevision, deepFreeze(value), expiryOf(item, parts));
}

function expiryOf({ lease }: KeyValue, { leases, clock, realClock }: ReaderParts): Expiry | undefined {
  const time = lease === 0n ? undefined : leases.timeOf(lease);
  if (!time) return undefined;
  return { ttlMs: time.ttlMs, atMs: steadyMs(clock) + time.endMs - realClock.now() };
}
