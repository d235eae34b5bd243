import { rfc3339 } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { type KubeObject, keyOf, parseApiVersion } from '../../kube/object.ts';
import type { Catalog } from '../../registry/catalog.ts';
import { orderedMeta } from '../../registry/object-meta.ts';
import { fieldsOfPaths, trackUpdate } from '../../schema/apply/managed-fields.ts';
import { decodeStruct } from '../../schema/decode.ts';
import type { Storage } from '../../storage/storage.ts';
import type { StoredObject } from '../../storage/stored-object.ts';

/** Objects that a cluster begins with. */
export interface FirstObjects {
  /** Those that need no decoding: recorded from a server that had done it. */
  readonly canonical: readonly KubeObject[];
  /** Those that the API server writes as a client of its own. */
  readonly own: readonly KubeObject[];
  /** Nodes, and what nobody manages the fields of. */
  readonly plain: readonly KubeObject[];
}

/** By key: as they were written, or undefined for one that was there already. */
export type InstalledObjects = ReadonlyMap<string, StoredObject | undefined>;

/** The API server as a manager of fields; what it allocates for a service belongs to nobody. */
const SERVER = {
  manager: 'kube-apiserver',
  subresource: '',
  reset: fieldsOfPaths(['spec.clusterIPs', 'spec.ipFamilies', 'status']),
};

/**
 * Writes objects straight into an empty storage: the server's own objects are not asked for by anybody, so nobody
 * admits or authorizes them. What is there already stays.
 *
 * @returns what a cluster has without anybody's doing
 */
export async function installObjects(
  { canonical, own, plain }: FirstObjects,
  catalog: Catalog,
  storage: Storage,
  random: Random,
  nowMs: number,
): Promise<InstalledObjects> {
  const installed = new Map<string, StoredObject | undefined>();
  const creationTimestamp = rfc3339(nowMs);
  const uids = new Map<string, string>();
  const install = async (given: KubeObject, from: keyof FirstObjects): Promise<void> => {
    const { group, version } = parseApiVersion(given.apiVersion ?? '') ?? { group: '', version: '' };
    const served = catalog.lookupKind(group, version, given.kind ?? '');
    if (!served) throw new Error(`a cluster cannot begin with a ${given.apiVersion} ${given.kind}: no such kind`);
    const key = served.store.keyOf(keyOf(given));
    if (storage.get(key)) return void installed.set(key, undefined);
    const { definition, info } = served.store;
    const object =
      from === 'canonical'
        ? given
        : (decodeStruct(given, info.type, { unknownFields: false }) as unknown as KubeObject);
    definition.fillDefaults?.(object);
    if (from === 'own') {
      const { type } = info;
      const apiVersion = given.apiVersion ?? '';
      trackUpdate(undefined, object, { ...SERVER, apiVersion, type, time: creationTimestamp });
    }
    const uid = random.of(key).uuid();
    uids.set(`${given.kind} ${given.metadata.name}`, uid);
    const meta = { ...object.metadata, uid, creationTimestamp };
    if (definition.generation) meta.generation = 1;
    // A node's lease goes with its node.
    const node = given.kind === 'Lease' ? uids.get(`Node ${given.metadata.name}`) : undefined;
    if (node) meta.ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: given.metadata.name ?? '', uid: node }];
    object.metadata = orderedMeta(meta);
    installed.set(key, await storage.create(key, object));
  };
  for (const given of canonical) await install(given, 'canonical');
  for (const given of own) await install(given, 'own');
  for (const given of plain) await install(given, 'plain');
  return installed;
}
