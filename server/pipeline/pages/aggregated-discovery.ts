/** /api and /apis as APIGroupDiscoveryList: everything in one answer, which clients keep by its ETag. */
import { createHash } from 'node:crypto';
import { notImplemented } from '../../kube/api-error.ts';
import type { GroupInfo, ResourceInfo, SubresourceInfo } from '../../schema/type-table.ts';
import type { DiscoveredVersion } from '../aggregation/aggregation.ts';
import { valueBytes } from '../encode/json.ts';
import { loadYaml, toYaml } from '../encode/yaml.ts';
import { wantsPretty } from '../media-types.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { acceptClauses, offerFor } from './accept.ts';
import { exactly } from './file.ts';

const FORM = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';

/**
 * The media type in which a client wants the aggregated form, if it wants it at all. Anywhere in the header will do:
 * upstream looks for it before it looks at anything else, and since 1.37 serves v2 only.
 *
 * @throws ApiError 501 when the client wants it as protobuf and nothing else
 */
export function aggregatedMediaType(request: ApiRequest): string | undefined {
  const header = request.header('accept');
  if (!header?.includes('APIGroupDiscoveryList')) return undefined;
  const offers = acceptClauses(header).flatMap((clause) => {
    const { g, v, as } = clause.parameters;
    const isWanted = g === 'apidiscovery.k8s.io' && v === 'v2' && as === 'APIGroupDiscoveryList';
    return (isWanted && offerFor(clause, [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE])) || [];
  });
  const served = offers.find((offer) => offer !== PROTOBUF_TYPE);
  if (served === undefined && offers.length > 0) throw notImplemented(`${PROTOBUF_TYPE} answers`);
  return served;
}

/**
 * @param items groups, as {@link groupEntry} makes them
 * @param mediaType of {@link aggregatedMediaType}
 */
export async function aggregatedDiscovery(
  request: ApiRequest,
  items: readonly object[],
  mediaType: string,
): Promise<ApiResponse> {
  if (mediaType === YAML_TYPE) await loadYaml();
  const hash = createHash('sha512').update(JSON.stringify(items)).digest('hex').toUpperCase();
  const headers = { 'cache-control': 'public', etag: `"${hash}"`, vary: 'Accept' };
  if (request.header('if-none-match') === headers.etag) return exactly(304, headers);
  const list = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
  const pretty = wantsPretty(request.query, request.header('user-agent') ?? '');
  const bytes = mediaType === YAML_TYPE ? Buffer.from(toYaml(list)) : valueBytes(list, pretty);
  const type = { 'content-type': `${mediaType};${FORM}`, 'content-length': String(bytes.length) };
  return exactly(200, { ...headers, ...type }, bytes);
}

/** A group in an APIGroupDiscoveryList. */
export interface GroupEntry {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly DiscoveredVersion[];
}

/** A group that this server serves. */
export function groupEntry({ group, versions }: GroupInfo): GroupEntry {
  return {
    metadata: group === '' ? {} : { name: group },
    versions: versions.map(({ version, resources }) => ({
      version,
      resources: resources.map(resourceEntry),
      freshness: 'Current',
    })),
  };
}

function resourceEntry(info: ResourceInfo): object {
  const subresources = [...info.subresources.values()];
  return {
    resource: info.resource,
    responseKind: { group: '', version: '', kind: info.kind },
    scope: info.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: info.singular,
    verbs: info.verbs,
    ...(info.shortNames.length > 0 && { shortNames: info.shortNames }),
    ...(info.categories.length > 0 && { categories: info.categories }),
    ...(subresources.length > 0 && { subresources: subresources.map((sub) => subresourceEntry(info, sub)) }),
  };
}

/** Group and version stand there only where they are not those of the resource. */
function subresourceEntry(info: ResourceInfo, { name, group, version, kind, verbs }: SubresourceInfo): object {
  const own = group === info.group && version === info.version;
  return {
    subresource: name,
    responseKind: { group: own ? '' : group, version: own ? '' : version, kind },
    verbs,
  };
}
