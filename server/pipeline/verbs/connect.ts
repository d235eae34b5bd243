/** Admission of requests that are connected to a pod, a service or a node: ConnectResource. */
import { badRequest } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { apiVersionOf, type KubeObject } from '../../kube/object.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { Served } from '../../registry/catalog.ts';
import type { FieldDescription, SubresourceInfo, TypeDescription } from '../../schema/type-table.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest } from '../request.ts';
import { storeWrite } from '../write-options.ts';
import { admit } from './subresource-admission.ts';

/** Whether requests for a subresource are passed on, instead of being about something stored. */
export const isConnected = (subresource: SubresourceInfo): boolean => subresource.row.connect !== undefined;

/**
 * @returns the options, as admission saw them
 * @throws ApiError 400 for options that cannot be read, and what admission throws
 */
export async function admitConnection(
  request: ApiRequest,
  served: Served,
  { group, version, kind, name: subresource }: SubresourceInfo,
  env: PipelineEnv,
): Promise<Readonly<Record<string, unknown>>> {
  if (request.query.has('dryRun')) throw badRequest('dryRun is not supported');
  const type = env.catalog.table.typeOfKind(group, version, kind);
  if (!type) throw new Error(`kinds.gen.json has no ${group}/${version} ${kind}`);
  const { user, warn, annotate } = storeWrite(request, { dryRun: false }, env, subresource);
  const { namespace, name } = request.info;
  const options = optionsOf(request, type);
  const review: Review = {
    operation: 'connect',
    info: served.store.info,
    subresource,
    key: { namespace, name },
    user,
    dryRun: false,
    object: { kind, apiVersion: apiVersionOf({ group, version }), ...options } as KubeObject,
    form: { group, version, kind, type },
    asked: request,
    warn,
    ...(annotate && { annotate }),
  };
  await admit(review, env);
  return options;
}

/** The options in the URL, as the fields of their type. */
function optionsOf(request: ApiRequest, type: TypeDescription): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const field of type.fields) {
    if (field.name === 'kind' || field.name === 'apiVersion') continue;
    const value = field.name === 'path' ? pathOf(request) : parameterOf(field, request.query.getAll(field.name));
    const isNothing = value === undefined || value === '' || value === false;
    if (!isNothing) options[field.name] = value;
    else if (!field.omitEmpty) options[field.name] = null;
  }
  return options;
}

/** What follows the subresource in the path: the path behind the proxy. */
function pathOf({ info, path }: ApiRequest): string {
  const begin = info.rest.length === 0 ? '' : `/${info.rest.join('/')}`;
  return path.endsWith('/') && !begin.endsWith('/') ? `${begin}/` : begin;
}

/** A parameter as Go reads it. */
function parameterOf({ type }: FieldDescription, texts: readonly string[]): unknown {
  const [first] = texts;
  if (first === undefined) return undefined;
  if (type.kind === 'boolean') return !/^(false|0)$/i.test(first);
  if (type.kind !== 'list') return first;
  return type.of?.kind === 'string' ? [...texts] : texts.flatMap((text) => text.split(',')).map(portOf);
}

const PORT_MAX = 65_535;

function portOf(text: string): number {
  const [value, what] = [Number(text), `strconv.ParseUint: parsing ${goQuote(text)}`];
  if (!/^\d+$/.test(text)) throw badRequest(`cannot convert to []int32: ${what}: invalid syntax`);
  if (value > PORT_MAX) throw badRequest(`cannot convert to []int32: ${what}: value out of range`);
  return value;
}
