import { rfc3339 } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import { thaw } from '../../base/freeze.ts';
import { decided } from '../../base/undecided.ts';
import { ApiError, badRequest, conflict, internalError, notFound } from '../../kube/api-error.ts';
import { apiVersionOf, type KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { areTooLarge } from '../../registry/object-meta.ts';
import { configurationFault } from '../../schema/apply/configuration-check.ts';
import type { Versions } from '../../schema/apply/differences.ts';
import { KUBECTL, LAST_APPLIED, lastAppliedText } from '../../schema/apply/last-applied.ts';
import { zeroOf } from '../../schema/apply/managed-fields.ts';
import { type Applied, applyConfiguration } from '../../schema/apply/server-side-apply.ts';
import type { DecodeError } from '../../schema/decode.ts';
import type { TypeDescription } from '../../schema/type-table.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import { tellBody } from '../audit/told-body.ts';
import type { ParsedBody } from '../decode-body.ts';
import { accessOf } from '../identity.ts';
import type { PipelineEnv } from '../pipeline.ts';
import { type ApiRequest, type ApiResponse, servedValue } from '../request.ts';
import { denial } from '../stages/authorize.ts';
import { storeWrite, type WriteRequest, writeRequestOf } from '../write-options.ts';
import { repeatedKeysMessage } from '../yaml-duplicates.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import { checkName, requestKey, settleNamespace, storedForm } from './incoming.ts';
import { kindText, versionsOf } from './versions.ts';

/** Something that configurations are applied to: an object, or what a subresource shows of it. */
export interface Target extends Versions {
  readonly kind: string;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly type: TypeDescription;
}

interface Meta {
  readonly name?: unknown;
  readonly namespace?: unknown;
  readonly managedFields?: unknown;
}

/** What fitted before fits again. */
const fitting = new WeakMap<object, TypeDescription>();

/** @throws ApiError 400 for another kind, 500 (as upstream) for what does not fit the type */
function checkConfiguration(value: object, { kind, apiVersion, type }: Target): void {
  const text = kindText(value);
  if (text !== kindText({ apiVersion, kind })) throw badRequest(`invalid object type: ${text}`);
  const { managedFields } = ((value as { metadata?: Meta | null }).metadata ?? {}) as Meta;
  if (Array.isArray(managedFields)) throw badRequest('metadata.managedFields must be nil');
  if (fitting.get(value) === type) return;
  const fault = configurationFault(value, type);
  if (fault !== undefined)
    throw new ApiError(500, '', `failed to create typed patch object (${aboutText(value)}): ${fault}`);
  fitting.set(value, type);
}

/** What a configuration is about, as upstream's errors have it. */
function aboutText(value: object): string {
  const { name, namespace } = ((value as { metadata?: Meta | null }).metadata ?? {}) as Meta;
  const shown = (text: unknown): string => (typeof text === 'string' ? text : '');
  return `${shown(namespace)}/${shown(name)}; ${kindText(value)}`;
}

/** An object that came of an apply, to be decoded. */
export function appliedBody(value: object, configuration: Configuration): ParsedBody {
  const kind = kindText(configuration.value);
  const undecodable = ({ bare }: DecodeError): ApiError => {
    const begin = `failed to convert new object (${aboutText(configuration.value)}) to proper version`;
    return new ApiError(500, '', `${begin}: unable to convert unstructured object to ${kind}: ${bare}`);
  };
  return { value, undecodable };
}

/** Applies to what `live` is, and tells about keys that came twice. @throws ApiError 400, 409, 500 */
export function applied(
  live: Frozen<KubeObject>,
  { value, duplicates }: Configuration,
  target: Target,
  request: ApiRequest,
  write: WriteRequest,
  env: PipelineEnv,
): Applied {
  checkConfiguration(value, target);
  const { apiVersion, subresource, type, toVersion, resetOf: reset } = target;
  const result = applyConfiguration(live, value, {
    manager: write.fieldManager,
    apiVersion,
    subresource,
    type,
    time: rfc3339(env.registry.clock.now()),
    force: write.force,
    toVersion,
    resetOf: reset,
  });
  if (duplicates.length > 0 && write.fieldValidation === 'Strict')
    throw badRequest(`error strict decoding patch: ${repeatedKeysMessage(duplicates)}`);
  for (const text of duplicates) if (!request.warnings.includes(text)) request.warnings.push(text);
  return result;
}

/** An object, or its status, as something to apply to. */
export function targetOf(served: Served, env: PipelineEnv, subresource: string): Target {
  const { kind, type } = served.info;
  return { kind, apiVersion: apiVersionOf(served.info), subresource, type, ...versionsOf(served, env, subresource) };
}

/** `kubectl apply --server-side` keeps the annotation of `kubectl apply` current if it fits (lastAppliedUpdater). */
function syncLastApplied(object: KubeObject, configuration: Configuration, { fieldManager }: WriteRequest): void {
  const { annotations } = object.metadata;
  if (fieldManager !== KUBECTL || !annotations?.[LAST_APPLIED]) return;
  const { [LAST_APPLIED]: _last, ...others } = annotations;
  const updated = { ...annotations, [LAST_APPLIED]: lastAppliedText(configuration.value) };
  if (!areTooLarge(updated)) object.metadata.annotations = updated;
  else if (Object.keys(others).length > 0) object.metadata.annotations = others;
  else delete object.metadata.annotations;
}

/** PATCH with `application/apply-patch+yaml`, of an object or a part of it: creates what is not there. */
export async function apply(
  request: ApiRequest,
  served: Served,
  env: PipelineEnv,
  subresource?: string,
): Promise<ApiResponse> {
  const write = writeRequestOf(request, 'PatchOptions');
  const key = requestKey(request, served);
  const { store, info } = served;
  const find = (): unknown => subresource && store.get(key);
  const configuration = await readConfiguration(await request.body(), write.fieldValidation !== 'Ignore', find);
  tellBody(request, configuration.value);
  const target = targetOf(served, env, subresource ?? '');
  const make = (current: StoredObject | undefined): KubeObject => {
    const zero = { ...zeroOf(info.type), kind: info.kind, apiVersion: target.apiVersion } as unknown as KubeObject;
    const live = current ? servedValue(served, current) : (zero as Frozen<KubeObject>);
    const { object: next, managedFields } = applied(live, configuration, target, request, write, env);
    const object = next
      ? storedForm(request, served, appliedBody(next, configuration), write, env, {
          stored: current,
          isSubresource: subresource !== undefined,
        })
      : (thaw(current?.value ?? (zero as Frozen<KubeObject>)) as KubeObject);
    if (managedFields.length > 0) object.metadata.managedFields = managedFields;
    else delete object.metadata.managedFields;
    syncLastApplied(object, configuration, write);
    if (!current && object.metadata.uid) {
      const given = `the provided object specified uid ${object.metadata.uid}`;
      throw conflict(store.about, key.name, `uid mismatch: ${given}, and no existing object was found`);
    }
    settleNamespace(object, request, served);
    checkName(object, key);
    return object;
  };
  for (;;) {
    const isThere = store.find(key) !== undefined;
    try {
      if (isThere) {
        const stored = await store.update(key, make, storeWrite(request, write, env, subresource));
        return { type: 'object', status: 200, served, object: stored };
      }
      if (subresource) throw notFound(store.about, key.name);
      const object = make(undefined);
      const question = accessOf({ ...request.info, verb: 'create' }, request.user);
      const { allowed, reason, error } = await decided(() => env.authorizer.authorize(question));
      if (!allowed && error !== undefined) throw internalError(error);
      if (!allowed) throw denial(question, reason);
      delete object.metadata.resourceVersion;
      const stored = await store.create(object, storeWrite(request, write, env));
      return { type: 'object', status: 201, served, object: stored };
    } catch (error) {
      // Somebody else created or deleted it meanwhile; what is missing otherwise, such as its namespace, stays missing.
      const raced = isThere ? 'NotFound' : 'AlreadyExists';
      const isRaced =
        error instanceof ApiError && error.reason === raced && isThere !== (store.find(key) !== undefined);
      if (!isRaced || subresource) throw error;
    }
  }
}
