import { deepEqual, deepFreeze, type Frozen } from '../../base/freeze.ts';
import { internalError } from '../../kube/api-error.ts';
import { apiVersionOf, type KubeObject, parseApiVersion } from '../../kube/object.ts';
import { DecodeError } from '../../schema/decode.ts';
import type { CustomReader } from '../../schema/type-table.ts';
import { renamed } from './convert-objects.ts';
import type { VersionCodec } from './versioned-storage.ts';

export interface CodecParts {
  readonly group: string;
  readonly version: string;
  readonly storageVersion: string;
  /** The schema of each version. */
  readonly readers: ReadonlyMap<string, CustomReader>;
  /** Whether versions differ in their name only. */
  readonly convertsByName: boolean;
}

/**
 * Reads what was stored, perhaps in another version or before the schema changed: as if it came in now, then in the
 * version that is asked for (crdConversionRESTOptionsGetter).
 */
export function versionCodec({ group, version, storageVersion, readers, convertsByName }: CodecParts): VersionCodec {
  const own = apiVersionOf({ group, version });
  const target = apiVersionOf({ group, version: storageVersion });
  const known = new WeakMap<Frozen<KubeObject>, Frozen<KubeObject>>();

  const converted = (object: Frozen<KubeObject>, apiVersion: string): Frozen<KubeObject> => {
    if (object.apiVersion === apiVersion) return object;
    if (!convertsByName)
      throw internalError(`conversion webhook for ${object.apiVersion}, Kind=${object.kind} failed: not available`);
    return renamed(object, apiVersion) as Frozen<KubeObject>;
  };

  const read = (value: Frozen<KubeObject>): Frozen<KubeObject> => {
    const from = parseApiVersion(value.apiVersion ?? '')?.version ?? version;
    const reader = readers.get(from);
    const current = reader ? filled(value, reader) : value;
    if (from === version) return current;
    const other = converted(current, own);
    const ownReader = readers.get(version);
    return ownReader ? pruned(other, ownReader) : other;
  };

  return {
    shown(value) {
      let shown = known.get(value);
      if (!shown) {
        const next = read(value);
        shown = next === value || deepEqual(next, value) ? value : deepFreeze(next as KubeObject);
        known.set(value, shown);
      }
      return shown;
    },
    stored(value) {
      const other = converted(value as Frozen<KubeObject>, target);
      const reader = readers.get(storageVersion);
      return (other === value || !reader ? other : pruned(other, reader)) as KubeObject;
    },
  };
}

function pruned(object: Frozen<KubeObject>, reader: CustomReader): Frozen<KubeObject> {
  try {
    return reader.prune(object as Readonly<Record<string, unknown>>).value as unknown as Frozen<KubeObject>;
  } catch (error) {
    // Embedded metadata that was stored before anybody looked at it.
    if (error instanceof DecodeError) return object;
    throw error;
  }
}

const filled = (object: Frozen<KubeObject>, reader: CustomReader): Frozen<KubeObject> =>
  reader.applyDefaults(pruned(object, reader) as Readonly<Record<string, unknown>>) as Frozen<KubeObject>;
