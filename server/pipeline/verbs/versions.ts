/** The versions of a kind, as the managers of an object see it that speak different ones. */
import type { Frozen } from '../../base/freeze.ts';
import { ApiError } from '../../kube/api-error.ts';
import { apiVersionOf, type KubeObject, parseApiVersion } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import type { Versions } from '../../schema/apply/differences.ts';
import type { FieldsV1 } from '../../schema/apply/fields-v1.ts';
import { fieldsOfPaths, resetFields } from '../../schema/apply/managed-fields.ts';
import type { ToVersion, Versioned } from '../../schema/apply/prune.ts';
import { convertedIntegers } from '../../schema/converted-integers.ts';
import { DecodeError, decodeStruct } from '../../schema/decode.ts';
import type { TypeDescription } from '../../schema/type-table.ts';
import type { PipelineEnv } from '../pipeline.ts';

/** A kind as upstream prints it: `apps/v1, Kind=Deployment`. */
export function kindText({ apiVersion, kind }: { readonly apiVersion?: unknown; readonly kind?: unknown }): string {
  const parsed = typeof apiVersion === 'string' ? parseApiVersion(apiVersion) : undefined;
  if (!parsed && apiVersion) return '/, Kind=';
  const { group, version } = parsed ?? { group: '', version: '' };
  return `${group}/${version}, Kind=${typeof kind === 'string' ? kind : ''}`;
}

const resets = new WeakMap<Served, Map<string, FieldsV1 | undefined>>();

/** Fields that nobody can own by a write to a resource or one of its subresources. */
export function resetOf(served: Served, subresource: string): FieldsV1 | undefined {
  let known = resets.get(served);
  if (!known) {
    known = new Map();
    resets.set(served, known);
  }
  if (!known.has(subresource)) {
    const { info, store } = served;
    const own = store.definition.resetFields?.[subresource];
    const usual = resetFields(
      info.type,
      info.subresources.has('status'),
      subresource,
      store.definition.statusKeeps ?? [],
    );
    known.set(subresource, own ? fieldsOfPaths(own) : usual);
  }
  return known.get(subresource);
}

/** Converts between the versions of a resource. */
function conversions(served: Served, env: PipelineEnv): ToVersion {
  return ({ value, type }: Versioned, apiVersion: string): Versioned | undefined => {
    const own = apiVersionOf(served.info);
    const from = type === served.info.type ? own : ((value as KubeObject).apiVersion ?? own);
    if (from === apiVersion) return { value, type };
    const [source, target] = [servedIn(from, served, env), servedIn(apiVersion, served, env)];
    if (!source || !target) return undefined;
    if (target.info.isCustom) {
      const { conversions } = served.store.definition;
      const named = { ...value, apiVersion: from, kind: served.info.kind } as unknown as Frozen<KubeObject>;
      const other = conversions ? conversions.convert(named, apiVersion) : { ...value, apiVersion };
      return { value: other, type: target.info.type };
    }
    const fitted = convertedIntegers(value, { kind: 'struct', struct: type }) as Record<string, unknown>;
    const decoded = converted(fitted, type, from);
    const stored = source.conversion ? source.conversion.toStored(decoded) : decoded;
    const shown = target.conversion ? target.conversion.fromStored(stored as Frozen<KubeObject>) : stored;
    return { value: { ...shown, apiVersion, kind: target.info.kind }, type: target.info.type };
  };
}

/** @throws ApiError 500 (as upstream) for what does not fit its type */
function converted(value: Record<string, unknown>, type: TypeDescription, apiVersion: string): KubeObject {
  try {
    return decodeStruct(value, type, { unknownFields: false }) as unknown as KubeObject;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const kind = kindText({ apiVersion, kind: value.kind });
    const begin = `failed to convert new object: unable to convert unstructured object to ${kind}`;
    throw new ApiError(500, '', `${begin}: ${error.bare}`);
  }
}

/** Upstream describes the types of the core group apart from all others: each side takes the other as not served. */
function servedIn(apiVersion: string, { info }: Served, env: PipelineEnv): Served | undefined {
  const parsed = parseApiVersion(apiVersion);
  if (!parsed || (parsed.group === '') !== (info.group === '')) return undefined;
  return env.catalog.lookup(parsed.group, parsed.version, info.resource);
}

/** How other versions of a resource, or of a subresource, show what is written to it. */
export function versionsOf(served: Served, env: PipelineEnv, subresource: string): Versions {
  return {
    toVersion: conversions(served, env),
    resetOf: (apiVersion) => resetOf(servedIn(apiVersion, served, env) ?? served, subresource),
  };
}
