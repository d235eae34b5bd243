/** Custom objects that somebody outside has made: decoded without a type (runtime.Unstructured), then defaulted. */
import { internalError } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import { decodeMetadata } from '../../schema/custom/embedded-metadata.ts';
import { DecodeError } from '../../schema/decode.ts';
import type { CustomReader } from '../../schema/type-table.ts';

/**
 * An object as it goes on: what breaks the rules of the schema is found later, and what the schema does not know is
 * dropped when it is read again.
 *
 * @throws ApiError 500 for what is no object with metadata
 */
export function acceptedCustom(value: unknown, reader: CustomReader): KubeObject {
  const given = value as Readonly<Record<string, unknown>>;
  try {
    const { metadata } = decodeMetadata(given.metadata ?? {});
    return { ...reader.applyDefaults(given), metadata } as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError) throw internalError(error.message);
    throw error;
  }
}
