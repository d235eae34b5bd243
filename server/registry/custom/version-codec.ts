import { deepEqual, deepFreeze, type Frozen } from '../../base/freeze.ts';
import { ApiError } from '../../kube/api-error.ts';
import { apiVersionOf, type KubeObject, type ObjectMeta, parseApiVersion } from '../../kube/object.ts';
import { DecodeError } from '../../schema/decode.ts';
import type { CustomReader } from '../../schema/type-table.ts';
import { orderedMeta } from '../object-meta.ts';
import { renamed } from './conversion/renamed.ts';
import type { WebhookConverter } from './conversion/webhook-converter.ts';
import type { VersionCodec } from './versioned-storage.ts';

export interface CodecParts {
  readonly group: string;
  readonly version: string;
  readonly storageVersion: string;
  /** The schema of each version. */
  readonly readers: ReadonlyMap<string, CustomReader>;
}

/** A codec of objects that a webhook converts. What has not been prepared cannot be shown. */
export interface ConvertingCodec extends VersionCodec {
  isPrepared(value: Frozen<KubeObject>): boolean;
  /**
   * Converts values. What becomes of each is undefined, or why it could not be converted.
   *
   * @param anew whether to ask again about what has been prepared before, which stays when there is no answer
   */
  prepare(values: readonly Frozen<KubeObject>[], anew?: boolean): Promise<(Error | undefined)[]>;
  /** The value in the stored version. @throws ApiError 500 */
  storedLater(value: KubeObject): Promise<KubeObject>;
}

/** How one version reads what was stored, perhaps in another version or before the schema changed. */
class Codec implements VersionCodec {
  readonly parts: CodecParts;
  readonly own: string;
  readonly target: string;
  readonly known = new WeakMap<Frozen<KubeObject>, Frozen<KubeObject>>();

  constructor(parts: CodecParts) {
    this.parts = parts;
    this.own = apiVersionOf({ group: parts.group, version: parts.version });
    this.target = apiVersionOf({ group: parts.group, version: parts.storageVersion });
  }

  /** As if it came in now, then in the version that is asked for (crdConversionRESTOptionsGetter). */
  shown(value: Frozen<KubeObject>): Frozen<KubeObject> {
    let shown = this.known.get(value);
    if (!shown) {
      const current = this.filled(value);
      shown = this.remember(value, this.isOwn(value) ? current : this.fitted(this.converted(current)));
    }
    return shown;
  }

  stored(value: KubeObject): KubeObject {
    if (value.apiVersion === this.target) return value;
    return this.storable(renamed(value as Frozen<KubeObject>, this.target));
  }

  isOwn(value: Frozen<KubeObject>): boolean {
    return (value.apiVersion ?? this.own) === this.own;
  }

  converted(value: Frozen<KubeObject>): Frozen<KubeObject> {
    return renamed(value, this.own) as Frozen<KubeObject>;
  }

  filled(value: Frozen<KubeObject>): Frozen<KubeObject> {
    const { readers, version } = this.parts;
    const reader = readers.get(parseApiVersion(value.apiVersion ?? '')?.version ?? version);
    return reader
      ? (reader.applyDefaults(pruned(value, reader) as Readonly<Record<string, unknown>>) as Frozen<KubeObject>)
      : value;
  }

  fitted(value: Frozen<KubeObject>): Frozen<KubeObject> {
    const reader = this.parts.readers.get(this.parts.version);
    return reader ? pruned(value, reader) : value;
  }

  storable(value: KubeObject): KubeObject {
    const reader = this.parts.readers.get(this.parts.storageVersion);
    return (reader ? pruned(value as Frozen<KubeObject>, reader) : value) as KubeObject;
  }

  remember(value: Frozen<KubeObject>, next: Frozen<KubeObject>): Frozen<KubeObject> {
    const shown = next === value || deepEqual(next, value) ? value : deepFreeze(next as KubeObject);
    this.known.set(value, shown as Frozen<KubeObject>);
    return shown as Frozen<KubeObject>;
  }
}

/** Versions differ in their name only. */
export const versionCodec = (parts: CodecParts): VersionCodec => new Codec(parts);

class WebhookCodec extends Codec implements ConvertingCodec {
  readonly #webhook: WebhookConverter;

  constructor(parts: CodecParts, webhook: WebhookConverter) {
    super(parts);
    this.#webhook = webhook;
  }

  override converted(value: Frozen<KubeObject>): never {
    throw new Error(`${value.metadata.name} has not been converted`);
  }

  isPrepared(value: Frozen<KubeObject>): boolean {
    return this.isOwn(value) || this.known.has(value);
  }

  async prepare(values: readonly Frozen<KubeObject>[], anew = false): Promise<(Error | undefined)[]> {
    const wanting = values.filter((value) => (anew ? !this.isOwn(value) : !this.isPrepared(value)));
    const converted = await this.#webhook.convertAll(
      wanting.map((value) => unversioned(this.filled(value))),
      this.own,
    );
    const failures = new Map<Frozen<KubeObject>, Error>();
    for (const [i, value] of wanting.entries()) {
      const result = converted[i];
      if (result instanceof Error) failures.set(value, result);
      else this.remember(value, this.fitted(atVersionOf(value, result as Frozen<KubeObject>)));
    }
    return values.map((value) => failures.get(value));
  }

  async storedLater(value: KubeObject): Promise<KubeObject> {
    if (value.apiVersion === this.target) return value;
    try {
      return this.storable(await this.#webhook.convert(unversioned(value as Frozen<KubeObject>), this.target));
    } catch (error) {
      throw new ApiError(500, '', (error as Error).message);
    }
  }
}

/** What is kept has no revision of its own, and webhooks see none. */
function unversioned(object: Frozen<KubeObject>): Frozen<KubeObject> {
  const { resourceVersion: _revision, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function atVersionOf({ metadata }: Frozen<KubeObject>, object: Frozen<KubeObject>): Frozen<KubeObject> {
  const { resourceVersion } = metadata;
  if (resourceVersion === undefined) return object;
  return { ...object, metadata: orderedMeta({ ...object.metadata, resourceVersion } as ObjectMeta) };
}

export const webhookCodec = (parts: CodecParts, webhook: WebhookConverter): ConvertingCodec =>
  new WebhookCodec(parts, webhook);

function pruned(object: Frozen<KubeObject>, reader: CustomReader): Frozen<KubeObject> {
  try {
    return reader.prune(object as Readonly<Record<string, unknown>>).value as unknown as Frozen<KubeObject>;
  } catch (error) {
    // Embedded metadata that was stored before anybody looked at it.
    if (error instanceof DecodeError) return object;
    throw error;
  }
}
