import type { KubeObject } from '../../kube/object.ts';
import { decodeStruct } from '../../schema/decode.ts';
import { builtInTypes } from '../../schema/type-table.ts';

/**
 * Takes away the status that a client sent with a new object: PrepareForCreate of the kinds whose status has a
 * subresource.
 *
 * @param model name of the status type, whose zero value remains
 */
export function clearStatus(object: KubeObject, model: string): void {
  object.status = decodeStruct({}, builtInTypes().type(model), { unknownFields: false });
}
