import type { Frozen } from '../../base/freeze.ts';
import { ApiError, badRequest, notImplemented } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { applyJsonPatch } from '../../schema/patch/json-patch.ts';
import { applyMergePatch } from '../../schema/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../schema/patch/strategic-merge.ts';
import { checkResult, checkStrategicResult } from '../../schema/patch/undecodable.ts';
import type { TypeDescription } from '../../schema/type-table.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import { mediaTypeOf } from '../decode-body.ts';
import type { PipelineEnv } from '../pipeline.ts';
import { type ApiRequest, type ApiResponse, servedValue } from '../request.ts';
import { storeWrite, writeRequestOf } from '../write-options.ts';
import { checkName, requestKey, settleNamespace, storedForm } from './incoming.ts';
import { track } from './track.ts';

/** Makes the new value of an object from its current one. */
type ApplyPatch = (current: Frozen<KubeObject>, type: TypeDescription) => unknown;

/** The patch types, by media type. */
const PATCHES: Readonly<Record<string, (patch: unknown) => ApplyPatch>> = {
  'application/json-patch+json': (patch) => (current, type) => {
    const result = applyJsonPatch(current, patch);
    checkResult(result, result, type);
    return result;
  },
  'application/merge-patch+json': (patch) => (current, type) => {
    const result = applyMergePatch(current, patch);
    checkResult(result, patch, type);
    return result;
  },
  'application/strategic-merge-patch+json': (patch) => (current, type) => {
    const result = applyStrategicMergePatch(current, patch, type);
    checkStrategicResult(result, patch, type);
    return result;
  },
};

const APPLY = ['application/apply-patch+yaml', 'application/apply-patch+cbor'];

/** Reads the patch of a request. @throws ApiError 400, 415, 501 */
export async function readPatch(request: ApiRequest): Promise<ApplyPatch> {
  const mediaType = mediaTypeOf(request);
  if (APPLY.includes(mediaType)) throw notImplemented('server-side apply');
  const make = Object.hasOwn(PATCHES, mediaType) ? PATCHES[mediaType] : undefined;
  if (!make) throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  const body = await request.body();
  if ('object' in body) return make(body.object);
  try {
    return make(JSON.parse(body.bytes.toString()));
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest('invalid JSON patch');
    throw error;
  }
}

/** PATCH of an object, or of its status. */
export async function patch(
  request: ApiRequest,
  served: Served,
  env: PipelineEnv,
  subresource?: 'status',
): Promise<ApiResponse> {
  const write = writeRequestOf(request, 'PatchOptions');
  const key = requestKey(request, served);
  const apply = await readPatch(request);
  const make = (current: StoredObject): KubeObject => {
    const value = apply(servedValue(served, current), served.info.type);
    const object = storedForm(request, served, { value, textless: true }, write, env);
    settleNamespace(object, request, served);
    checkName(object, key);
    track(object, current, served, write, env, subresource);
    return object;
  };
  const stored = await served.store.update(key, make, storeWrite(request, write, env, subresource));
  return { type: 'object', status: 200, served, object: stored };
}
