/** Objects in etcd as kube-apiserver writes them: JSON or protobuf, with a version and without a resourceVersion. */
import type { Frozen } from '../../base/freeze.ts';
import { apiVersionOf, type KubeObject, parseApiVersion, resourceName } from '../../kube/object.ts';
import { orderedMeta } from '../../registry/object-meta.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { resourceDefinitions } from '../../resources/index.gen.ts';
import { decodeStruct } from '../../schema/decode.ts';
import { decodeProtobuf, readEnvelope } from '../../schema/protobuf.ts';
import { encodeProtobuf } from '../../schema/protobuf-encode.ts';
import type { ResourceInfo, TypeDescription, TypeTable } from '../../schema/type-table.ts';
import type { EtcdFormat } from '../../storage/etcd/format.ts';
import { jsonText } from '../../storage/json-text.ts';
import { bucketOf } from '../../storage/storage.ts';
import type { MediaType } from './etcd-options.ts';
import { KeyPaths } from './key-paths.ts';
import { currentDefinition } from './old-definitions.ts';

interface Kept {
  readonly info: ResourceInfo;
  /** In which version it is written: `v1`, `apps/v1`. */
  readonly writtenAs: string;
  readonly definition: ResourceDefinition | undefined;
}

/**
 * Resources that upstream writes in an older version than it serves, so that the servers before can read them
 * (NewStorageFactoryConfigEffectiveVersion). Their fields are the same.
 */
const WRITTEN_AS: Readonly<Record<string, string>> = {
  'leasecandidates.coordination.k8s.io': 'v1beta1',
  'clustertrustbundles.certificates.k8s.io': 'v1beta1',
  'podcertificaterequests.certificates.k8s.io': 'v1beta1',
  'storageversionmigrations.storagemigration.k8s.io': 'v1beta1',
  'devicetaintrules.resource.k8s.io': 'v1beta2',
};

const PROTOBUF_MAGIC = Buffer.from('k8s\0');
/** What encryption at rest puts before a value. */
const ENCRYPTED = 'k8s:enc:';
/** kube-apiserver's own servers for these groups know no protobuf in etcd. */
const JSON_ONLY = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** The format of kube-apiserver's keys and values. */
export class ObjectFormat implements EtcdFormat {
  readonly #paths: KeyPaths;
  readonly #table: TypeTable;
  readonly #kept = new Map<string, Kept>();
  readonly #isProtobuf: boolean;

  /** @param prefix kube-apiserver's `--etcd-prefix` */
  constructor(table: TypeTable, prefix = '/registry', mediaType: MediaType = 'application/json') {
    this.#table = table;
    this.#paths = new KeyPaths(table, prefix);
    this.#isProtobuf = mediaType !== 'application/json';
    const definitions = new Map(resourceDefinitions.map((definition) => [definition.resource, definition]));
    for (const { group, versions } of table.groups) {
      for (const info of versions.flatMap(({ resources }) => resources)) {
        const bucket = resourceName(group, info.resource);
        if (this.#kept.has(bucket)) continue;
        const writtenAs = apiVersionOf({ group, version: WRITTEN_AS[bucket] ?? info.version });
        this.#kept.set(bucket, { info, writtenAs, definition: definitions.get(bucket) });
      }
    }
  }

  /** What declares kinds comes before objects of them, also in snapshots. */
  readonly firstBucket = 'customresourcedefinitions.apiextensions.k8s.io';

  get root(): string {
    return this.#paths.root;
  }

  pathOf(key: string): string {
    return this.#paths.pathOf(key);
  }

  keyOf(path: string): string | undefined {
    return this.#paths.keyOf(path);
  }

  encode(key: string, value: Frozen<KubeObject>): Buffer {
    const { resourceVersion: _revision, ...metadata } = value.metadata;
    const kept = this.#kept.get(bucketOf(key));
    const apiVersion = kept?.writtenAs ?? value.apiVersion;
    const object = { ...value, ...(apiVersion !== undefined && { apiVersion }), metadata };
    if (!kept || !this.#isProtobuf || JSON_ONLY.has(kept.info.group)) return Buffer.from(`${jsonText(object)}\n`);
    return encodeProtobuf(object, { apiVersion: kept.writtenAs, kind: kept.info.kind }, kept.info.type);
  }

  decode(key: string, bytes: Buffer): KubeObject {
    const kept = this.#kept.get(bucketOf(key));
    const object = kept ? this.#builtIn(kept, bytes) : custom(bytes);
    object.metadata = orderedMeta({ ...object.metadata, resourceVersion: '' });
    return kept?.definition?.kept?.(object) ?? object;
  }

  #builtIn(kept: Kept, bytes: Buffer): KubeObject {
    const isProtobuf = bytes.subarray(0, PROTOBUF_MAGIC.length).equals(PROTOBUF_MAGIC);
    const envelope = isProtobuf ? readEnvelope(bytes) : undefined;
    const value = envelope ?? (currentDefinition(json(bytes)) as Partial<KubeObject>);
    const { apiVersion = '', kind = '' } = value;
    const type = this.#typeOf(kept, apiVersion, kind);
    const object = (envelope
      ? decodeProtobuf(envelope, type)
      : decodeStruct(value, type, { unknownFields: false })) as unknown as KubeObject;
    const current = inServedVersion(kept, object, apiVersion);
    // Upstream fills in what is missing whenever it reads: protobuf has no kinds of what is inside, for one.
    kept.definition?.fillDefaults?.(current);
    return current;
  }

  /** @throws Error for another kind than that of the resource */
  #typeOf({ info }: Kept, apiVersion: string, kind: string): TypeDescription {
    const stored = parseApiVersion(apiVersion);
    if (kind !== info.kind || !stored) throw new Error(`no kind "${kind}" is registered for version "${apiVersion}"`);
    // A version that is not served any more has fields that the others have too.
    return this.#table.typeOfKind(stored.group, stored.version, kind) ?? info.type;
  }
}

function inServedVersion({ info, definition }: Kept, object: KubeObject, apiVersion: string): KubeObject {
  const own = apiVersionOf(info);
  if (apiVersion === own) return object;
  const converted = definition?.versions?.[apiVersion]?.toStored(object) ?? object;
  return { ...converted, apiVersion: own };
}

function custom(bytes: Buffer): KubeObject {
  const object = json(bytes) as unknown as KubeObject;
  if (typeof object.metadata !== 'object' || object.metadata === null) throw new Error('it has no metadata');
  return object;
}

function json(bytes: Buffer): Readonly<Record<string, unknown>> {
  const text = bytes.toString();
  if (text.startsWith(ENCRYPTED)) throw new Error('it is encrypted, and there is no key');
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no JSON object');
  return value as Readonly<Record<string, unknown>>;
}
