import type { Frozen } from '../../base/freeze.ts';
import { thaw } from '../../base/freeze.ts';
import { badRequest, methodNotAllowed, notImplemented } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { Key, KubeObject } from '../../kube/object.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { Served } from '../../registry/catalog.ts';
import type { ParentAccess, Subresource } from '../../registry/resource.ts';
import type { ManagedFieldsEntry } from '../../schema/apply/managed-fields.ts';
import type { SubresourceInfo, TypeDescription } from '../../schema/type-table.ts';
import { tellBody, tellObject } from '../audit/told-body.ts';
import { decodeObject, type Expected, type ParsedBody } from '../decode-body.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { isApply, storeWrite, type WriteRequest, writeRequestOf } from '../write-options.ts';
import { applied, appliedBody, type Target, targetOf } from './apply.ts';
import { readConfiguration } from './configuration.ts';
import { subresourceCall } from './create.ts';
import { checkName, readObject, requestKey, uidOf } from './incoming.ts';
import { readPatch } from './patch.ts';
import { ADMITTED, admit, subresourceReview } from './subresource-admission.ts';
import { managedScale, scaledEntries, track, trackScale } from './track.ts';

/** Any request for a subresource other than status, by the rules that the kind's file gives. */
export async function subresource(
  request: ApiRequest,
  served: Served,
  info: SubresourceInfo,
  env: PipelineEnv,
): Promise<ApiResponse> {
  const rules = served.store.definition.subresources?.[info.name];
  if (!rules) {
    served.store.get(requestKey(request, served));
    throw notImplemented(`${served.info.resource}/${info.name}`);
  }
  switch (request.info.verb) {
    case 'get':
      if (!rules.get) break;
      {
        const parent = served.store.get(requestKey(request, served)).value;
        return { type: 'value', status: 200, value: rules.show?.(parent) ?? rules.get(parent) };
      }
    case 'create':
      if (!rules.create) break;
      return post(request, served, info, rules, rules.create, env);
    case 'update':
    case 'patch':
      if (!rules.get || !rules.apply) break;
      return change(request, served, info, rules, env);
  }
  throw methodNotAllowed();
}

/** What a body of the subresource has to be. */
function expectedOf(info: SubresourceInfo, env: PipelineEnv): Expected & { type: TypeDescription } {
  const type = env.catalog.table.typeOfKind(info.group, info.version, info.kind);
  if (!type) throw new Error(`kinds.gen.json has no ${info.group}/${info.version} ${info.kind}`);
  return { group: info.group, version: info.version, kind: info.kind, type };
}

function decodeAs(
  request: ApiRequest,
  expected: Expected,
  parsed: Parameters<typeof decodeObject>[0],
  write: WriteRequest,
  env: PipelineEnv,
): KubeObject {
  const object = decodeObject(parsed, expected, env.catalog.table, write.fieldValidation, (text) =>
    request.warnings.push(text),
  );
  object.metadata ??= {};
  tellObject(request, object);
  return object;
}

/** A body in another version that reads the same, as one in the version of the subresource. */
function inOwnVersion(parsed: ParsedBody, { group, version }: Expected, { otherVersions }: Subresource): ParsedBody {
  const value = parsed.value as { apiVersion?: unknown } | null;
  if (!otherVersions?.some((one) => one === value?.apiVersion)) return parsed;
  return { ...parsed, value: { ...value, apiVersion: `${group}/${version}` } };
}

async function post(
  request: ApiRequest,
  served: Served,
  info: SubresourceInfo,
  rules: Subresource,
  create: NonNullable<Subresource['create']>,
  env: PipelineEnv,
): Promise<ApiResponse> {
  const write = writeRequestOf(request, 'CreateOptions');
  const key = requestKey(request, served);
  const expected = expectedOf(info, env);
  const parsed = await readObject(request, expected);
  const object = decodeAs(request, expected, inOwnVersion(parsed, expected, rules), write, env);
  const { name: given, namespace } = object.metadata;
  if (given !== key.name && !rules.checksName)
    throw badRequest(`name in URL does not match name in ${info.kind} object`);
  if (namespace && namespace !== key.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (key.namespace !== '') object.metadata.namespace = key.namespace;
  const review = subresourceReview(request, served, write, env, { operation: 'create', object, form: expected });
  await admit(review, env);
  const call = subresourceCall(request, served, write, env);
  const { status, object: value } = await create(object, call, parentAccess(request, served, write, env, info.name));
  return { type: 'value', status, value };
}

function parentAccess(
  request: ApiRequest,
  served: Served,
  write: WriteRequest,
  env: PipelineEnv,
  name: string,
): ParentAccess {
  const key = requestKey(request, served);
  const options = { ...storeWrite(request, write, env, name, 'subresource'), admission: ADMITTED };
  return {
    get: () => served.store.get(key),
    update: (change) =>
      served.store.update(
        key,
        (current) => {
          const parent = thaw(current.value) as KubeObject;
          change(parent, current);
          return parent;
        },
        options,
      ),
    delete: async (deleteOptions) => {
      const dryRun = options.dryRun || (deleteOptions.dryRun?.length ?? 0) > 0;
      await served.store.delete(key, { options: deleteOptions }, { ...options, dryRun });
    },
  };
}

async function change(
  request: ApiRequest,
  served: Served,
  info: SubresourceInfo,
  rules: Subresource,
  env: PipelineEnv,
): Promise<ApiResponse> {
  const isPatch = request.info.verb === 'patch';
  const write = writeRequestOf(request, isPatch ? 'PatchOptions' : 'UpdateOptions');
  const key = requestKey(request, served);
  const expected = expectedOf(info, env);
  const { next, expect, check } = isApply(request)
    ? await configured(request, served, info, rules, write, env)
    : isPatch
      ? await patched(request, expected, rules, write, env)
      : await replaced(request, expected, write, env, key);
  const parentUid = served.store.find(key)?.value.metadata.uid;
  if (parentUid === undefined || (expect.uid ?? parentUid) !== parentUid) check?.();
  const call = subresourceCall(request, served, write, env);
  let review: Review | undefined;
  const validate = async ({ onSettled }: Review): Promise<void> => {
    if (review) await env.admission.validate({ ...review, ...(onSettled && { onSettled }) });
  };
  const admission = { ...ADMITTED, validate };
  const stored = await served.store.update(
    key,
    async (current) => {
      const { object, managedFields } = next(current.value);
      checkName(object, key);
      const old = rules.before?.(current.value) ?? formOf(current.value, rules, expected);
      review = subresourceReview(request, served, write, env, { operation: 'update', object, old, form: expected });
      await env.admission.mutate(review);
      const parent = thaw(current.value) as KubeObject;
      if (object.metadata.resourceVersion !== undefined)
        parent.metadata.resourceVersion = object.metadata.resourceVersion;
      else delete parent.metadata.resourceVersion;
      rules.apply?.(object, parent, call);
      if (managedFields) setManagers(parent, managedFields);
      else if (info.kind === 'Scale' && rules.get) {
        const before = managedScale(rules.get(current.value), current.value);
        trackScale(parent, { before, after: object }, expected.type, served, write, env);
      } else track(parent, current, served, write, env, info.name);
      return parent;
    },
    { ...storeWrite(request, write, env, info.name, rules.parentRules ? 'object' : 'subresource'), admission },
    expect,
  );
  if (!rules.get) throw new Error(`${goQuote(info.name)} has no form of its own`);
  return { type: 'value', status: 200, value: rules.get(stored.value) };
}

/** How to make the subresource's next form of the current one, and which parent it is meant for. */
interface Incoming {
  readonly expect: { uid?: string };
  readonly next: (parent: Frozen<KubeObject>) => NextForm;
  /** Refuses what cannot be read, whether or not there is a parent. */
  readonly check?: () => void;
}

interface NextForm {
  readonly object: KubeObject;
  /** The managers of the parent, where an apply has settled them. */
  readonly managedFields?: ManagedFieldsEntry[];
}

function setManagers(object: KubeObject, managedFields: ManagedFieldsEntry[]): void {
  if (managedFields.length > 0) object.metadata.managedFields = managedFields;
  else delete object.metadata.managedFields;
}

async function replaced(
  request: ApiRequest,
  expected: Expected,
  write: WriteRequest,
  env: PipelineEnv,
  key: Key,
): Promise<Incoming> {
  const parsed = await readObject(request, expected);
  const read = (): KubeObject => decodeAs(request, expected, parsed, write, env);
  return { expect: uidOf(parsed), next: () => ({ object: read() }), check: () => checkName(read(), key) };
}

async function patched(
  request: ApiRequest,
  expected: Expected,
  rules: Subresource,
  write: WriteRequest,
  env: PipelineEnv,
): Promise<Incoming> {
  const apply = await readPatch(request, write, env);
  const next = (parent: Frozen<KubeObject>): NextForm => {
    const parsed = apply(formOf(parent, rules, expected), expected.type);
    return { object: decodeAs(request, expected, parsed, write, env) };
  };
  return { expect: {}, next };
}

/** What a subresource shows of its parent. */
function formOf(parent: Frozen<KubeObject>, rules: Subresource, { kind }: Expected): Frozen<KubeObject> {
  const own = rules.get?.(parent);
  return (own && kind === 'Scale' ? managedScale(own, parent) : (own ?? parent)) as Frozen<KubeObject>;
}

/** Server-side apply to a Scale, or to the parent through a subresource. */
async function configured(
  request: ApiRequest,
  served: Served,
  info: SubresourceInfo,
  rules: Subresource,
  write: WriteRequest,
  env: PipelineEnv,
): Promise<Incoming> {
  const find = (): unknown => served.store.get(requestKey(request, served));
  const configuration = await readConfiguration(await request.body(), write.fieldValidation !== 'Ignore', find);
  tellBody(request, configuration.value);
  const expected = expectedOf(info, env);
  const isScale = info.kind === 'Scale';
  const target = isScale ? scaleTarget(expected, info.name) : targetOf(served, env, info.name);
  const next = (parent: Frozen<KubeObject>): NextForm => {
    const live = formOf(parent, rules, expected);
    const { object: value, managedFields } = applied(live, configuration, target, request, write, env);
    const object = value
      ? decodeAs(request, expected, appliedBody(value, configuration), write, env)
      : (thaw(live as Frozen<KubeObject>) as KubeObject);
    return { object, managedFields: isScale ? scaledEntries(parent, managedFields, served) : managedFields };
  };
  return { expect: {}, next };
}

/** A Scale has one version, and all of its fields can be owned. */
function scaleTarget({ group, version, kind, type }: ReturnType<typeof expectedOf>, subresource: string): Target {
  const apiVersion = `${group}/${version}`;
  return { kind, apiVersion, subresource, type, toVersion: (value) => value, resetOf: () => undefined };
}
