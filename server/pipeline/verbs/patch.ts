import type { Frozen } from '../../base/freeze.ts';
import { ApiError, badRequest, integerNotImplemented, unsupportedMediaType } from '../../kube/api-error.ts';
import { type KubeObject, parseApiVersion } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import type { DecodeError } from '../../schema/decode.ts';
import { countKeys, integerBeyondFloat, numberBeyondFloat, parseAsGo } from '../../schema/json-text.ts';
import { goPrint } from '../../schema/patch/go-print.ts';
import { applyJsonPatch } from '../../schema/patch/json-patch.ts';
import { applyMergePatch } from '../../schema/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../schema/patch/strategic-merge.ts';
import { checkResult, checkStrategicResult, refused, shownResult } from '../../schema/patch/undecodable.ts';
import { sortedKeys } from '../../schema/sorted-keys.ts';
import { duplicateFields } from '../../schema/strict.ts';
import type { TypeDescription, TypeTable } from '../../schema/type-table.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import { tellBody } from '../audit/told-body.ts';
import { checkDepth, mediaTypeOf, notRegistered, type ParsedBody } from '../decode-body.ts';
import type { PipelineEnv } from '../pipeline.ts';
import { type ApiRequest, type ApiResponse, servedValue } from '../request.ts';
import { checkVersion, type Told } from '../versionless-patch.ts';
import { storeWrite, type WriteRequest, writeRequestOf } from '../write-options.ts';
import { checkName, requestKey, settleNamespace, storedForm } from './incoming.ts';
import { track } from './track.ts';

/** Makes the new value of an object from its current one. */
type ApplyPatch = (current: Frozen<KubeObject>, type: TypeDescription) => ParsedBody;

/** A patch as it was read: its value, and the fields that its text has twice. */
interface PatchBody {
  readonly patch: unknown;
  readonly duplicates: readonly string[];
  readonly told: Told;
}

/** Makes of a patch what applies it. */
type MakePatch = (body: PatchBody, table: TypeTable) => ApplyPatch;

const PATCHES: Readonly<Record<string, MakePatch>> = {
  'application/json-patch+json':
    ({ patch, told }, table) =>
    (current, type) => {
      const result = applyJsonPatch(current, patch);
      if (type.custom) return customResult(result, []);
      checkVersion(result, current, table, told);
      if (Array.isArray(result)) checkResult(result, result, type);
      const explain = (): void => checkResult(result, result, type);
      return decodable(result, {}, [], table, current.kind, explain);
    },
  'application/merge-patch+json':
    ({ patch, duplicates, told }, table) =>
    (current, type) => {
      const result = applyMergePatch(current, patch);
      if (type.custom) return customResult(result, duplicates);
      checkVersion(result, current, table, told);
      const explain = (): void => checkResult(result, patch, type);
      return decodable(result, patch, duplicates, table, current.kind, explain);
    },
  'application/strategic-merge-patch+json':
    ({ patch, duplicates }) =>
    (current, type) => {
      const value = applyStrategicMergePatch(current, patch, type);
      // Whatever it refuses cannot be decoded either, so that nobody has to look before that.
      const explain = (): void => checkStrategicResult(value, patch, type, current);
      const { kind, apiVersion } = current;
      if (value.kind !== kind || value.apiVersion !== apiVersion) {
        explain();
        // The result is read into an object of the kind: what it says itself does not matter.
        if (kind) value.kind = kind;
        if (apiVersion) value.apiVersion = apiVersion;
      }
      const refuse = (detail: string): ApiError => refused(goPrint(patch), detail);
      const undecodable = ({ bare }: DecodeError): ApiError => refuse(bare);
      return { value, patched: { duplicates, refuse }, sharesStored: true, undecodable, explain };
    },
};

/** The patch types, by media type. */
const PATCH_TYPES: ReadonlyMap<string, MakePatch> = new Map(Object.entries(PATCHES));

/** What upstream takes for a map is shown with its keys in order, and checked by its schema only. */
function customResult(result: unknown, duplicates: readonly string[]): ParsedBody {
  const refuse = (detail: string): ApiError => refused(JSON.stringify(sortedKeys(result)), detail);
  return { value: result, patched: { duplicates, refuse } };
}

/** Patches that custom resources take. */
const CUSTOM_PATCHES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

/** The result is decoded as what it says it is. @throws ApiError 422 when there is no such kind */
function decodable(
  result: unknown,
  patch: unknown,
  duplicates: readonly string[],
  table: TypeTable,
  own: string | undefined,
  explain: () => void,
): ParsedBody {
  const refuse = (detail: string): ApiError => refused(shownResult(result as object, patch), detail);
  const { kind: given, apiVersion } = (result ?? {}) as { kind?: unknown; apiVersion?: unknown };
  const kind = given || own;
  if (typeof kind === 'string' && typeof apiVersion === 'string') {
    const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: apiVersion };
    if (!table.typeOfKind(group, version, kind)) throw refuse(notRegistered(kind, apiVersion));
  }
  return { value: result, patched: { duplicates, refuse }, explain };
}

function patchTypeOf(request: ApiRequest): MakePatch {
  const make = PATCH_TYPES.get(mediaTypeOf(request));
  if (!make) throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  return make;
}

/** Upstream looks at the media type of a patch before anything else. @throws ApiError 415 */
export function checkPatchType(request: ApiRequest, { info }: Served): void {
  if (info.isCustom && !CUSTOM_PATCHES.includes(mediaTypeOf(request))) throw unsupportedMediaType(CUSTOM_PATCHES);
  patchTypeOf(request);
}

/** Reads the patch of a request. @throws ApiError 400, 415 */
export async function readPatch(
  request: ApiRequest,
  { fieldValidation }: Pick<WriteRequest, 'fieldValidation'>,
  env: PipelineEnv,
): Promise<ApplyPatch> {
  const make = patchTypeOf(request);
  const { table } = env.catalog;
  const told: Told = { fieldValidation, warn: (warning) => request.warnings.push(warning) };
  const body = await request.body();
  if ('object' in body) {
    tellBody(request, body.object);
    return make({ patch: body.object, duplicates: [], told }, table);
  }
  const text = body.bytes.toString();
  try {
    const patch = parseAsGo(text);
    tellBody(request, patch);
    const duplicates = checkDepth(text).keys === countKeys(patch) ? [] : duplicateFields(text);
    const integer = integerBeyondFloat(text);
    if (integer !== undefined) throw integerNotImplemented(integer);
    const beyond = numberBeyondFloat(text);
    // What the patch is for is looked for first.
    if (beyond !== undefined) return () => cannotDecode(beyond, mediaTypeOf(request));
    return make({ patch, duplicates, told }, table);
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest('invalid JSON patch');
    throw error;
  }
}

/** Upstream reads each kind of patch into another Go type. @throws ApiError 400 */
function cannotDecode(number: string, mediaType: string): never {
  const where = mediaType === 'application/json-patch+json' ? 'struct field jsonPatchOp.value' : 'value';
  const why = `json: cannot unmarshal number ${number} into Go ${where} of type float64`;
  throw badRequest(mediaType === 'application/strategic-merge-patch+json' ? why : `error decoding patch: ${why}`);
}

/** PATCH of an object, or of one of its parts such as status. */
export async function patch(
  request: ApiRequest,
  served: Served,
  env: PipelineEnv,
  subresource?: string,
): Promise<ApiResponse> {
  const write = writeRequestOf(request, 'PatchOptions');
  const key = requestKey(request, served);
  const apply = await readPatch(request, write, env);
  const make = (current: StoredObject): KubeObject => {
    const parsed = apply(servedValue(served, current), served.info.type);
    const object = storedForm(request, served, parsed, write, env, {
      stored: current,
      isSubresource: subresource !== undefined,
    });
    settleNamespace(object, request, served);
    checkName(object, key);
    track(object, current, served, write, env, subresource);
    return object;
  };
  const stored = await served.store.update(key, make, storeWrite(request, write, env, subresource));
  return { type: 'object', status: 200, served, object: stored };
}
