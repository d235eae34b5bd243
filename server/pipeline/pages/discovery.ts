/** /, /api, /apis and what is below them without naming a resource: nothing here is written per kind. */
import { notAcceptable, unknownPath } from '../../kube/api-error.ts';
import type { GroupInfo, ResourceInfo, SubresourceInfo } from '../../schema/type-table.ts';
import { sortedGroups } from '../aggregation/group-order.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { acceptClauses, checkRoute, offerFor } from './accept.ts';
import { aggregatedDiscovery, aggregatedMediaType, groupEntry } from './aggregated-discovery.ts';
import { groupEntries } from './remote-groups.ts';
import { rootPage } from './root.ts';

const MEDIA_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** How a client is told that it accepts nothing on offer. */
const INDENTED = { encoding: 'json', form: 'object', version: 'v1', includeObject: 'Metadata', pretty: true } as const;

/** Answers in the plain form. @throws ApiError 406 when the client only accepts another form, such as a table */
function value(request: ApiRequest, object: object): ApiResponse {
  const isPlain = acceptClauses(request.header('accept')).some((clause) => {
    const { as, g, v } = clause.parameters;
    return as === undefined && g === undefined && v === undefined && offerFor(clause, MEDIA_TYPES);
  });
  if (!isPlain) {
    request.form = INDENTED;
    throw notAcceptable(MEDIA_TYPES);
  }
  return { type: 'value', status: 200, value: object };
}

/** The answer of a page, which may need its encoding first. */
type Answer = ApiResponse | Promise<ApiResponse> | undefined;

export function discoveryPage(request: ApiRequest, env: PipelineEnv): Answer {
  const [root, group, version] = request.info.segments;
  if (root === 'api') return core(request, env, group);
  return root === 'apis' ? named(request, env, group, version) : rootPage(request, env);
}

function core(request: ApiRequest, env: PipelineEnv, version: string | undefined): Answer {
  const info = env.catalog.groups.find(({ group }) => group === '');
  if (!info) return undefined;
  if (version !== undefined) return resourceList(request, info, version);
  checkRoute(request, MEDIA_TYPES);
  const mediaType = aggregatedMediaType(request);
  if (mediaType) return aggregatedDiscovery(request, [groupEntry(info)], mediaType);
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: env.serverAddress() }];
  const versions = info.versions.map((served) => served.version);
  return value(request, { kind: 'APIVersions', versions, serverAddressByClientCIDRs });
}

/** The pages of groups are no routes of go-restful, so that any method gets them. */
function named(request: ApiRequest, env: PipelineEnv, group: string | undefined, version: string | undefined): Answer {
  if (group === undefined) {
    const mediaType = request.info.path === '/apis' ? aggregatedMediaType(request) : undefined; // not for `/apis/`
    if (mediaType) return aggregated(request, env, mediaType);
    return value(request, { kind: 'APIGroupList', apiVersion: 'v1', groups: listedGroups(env).map(groupOf) });
  }
  if (version === undefined) {
    const listed = listedGroups(env).find((candidate) => candidate.group === group);
    return listed && value(request, { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(listed) });
  }
  const info = env.catalog.groups.find((candidate) => candidate.group === group && group !== '');
  if (!info) return undefined;
  const isRoute = env.catalog.table.groups.some((known) => known.group === group);
  if (!isRoute && !info.versions.some((served) => served.version === version)) return undefined;
  return resourceList(request, info, version);
}

async function aggregated(request: ApiRequest, env: PipelineEnv, mediaType: string): Promise<ApiResponse> {
  const { aggregation, catalog } = env;
  const groups = catalog.groups.filter(({ group }) => group !== '');
  return aggregatedDiscovery(request, await groupEntries(groups, aggregation), mediaType);
}

/** A group by its versions, most wanted first. */
interface ListedGroup {
  readonly group: string;
  readonly versions: readonly { readonly version: string }[];
}

/**
 * Groups as APIServices tell of them, whoever serves them. That of the APIServices comes first and has none; a cluster
 * without any lists what it serves.
 */
function listedGroups({ aggregation, catalog }: PipelineEnv): readonly ListedGroup[] {
  const services = aggregation.services();
  const served = catalog.groups.filter(({ group }) => group !== '');
  if (services.length === 0) return served;
  const listed = sortedGroups(services).map((versions) => ({
    group: versions[0]?.spec.group ?? '',
    versions: versions.map(({ spec }) => ({ version: spec.version ?? '' })),
  }));
  const first = served.filter(({ group }) => group === OWN_GROUP);
  return [...first, ...listed.filter(({ group }) => group !== '' && group !== OWN_GROUP)];
}

const OWN_GROUP = 'apiregistration.k8s.io';

function groupOf({ group, versions }: ListedGroup): object {
  const list = versions.map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: list, preferredVersion: list[0] };
}

function resourceList(request: ApiRequest, info: GroupInfo, version: string): ApiResponse {
  const found = info.versions.find((candidate) => candidate.version === version);
  if (!found) throw unknownPath();
  checkRoute(request, MEDIA_TYPES);
  const groupVersion = info.group === '' ? version : `${info.group}/${version}`;
  const listed = found.resources.flatMap(entries);
  // Those of custom resources come one after the other, each with its subresources as they are.
  const isCustom = found.resources.some((resource) => resource.isCustom);
  const resources = isCustom ? listed : listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  const apiVersion = info.group === '' ? {} : { apiVersion: 'v1' };
  return value(request, { kind: 'APIResourceList', ...apiVersion, groupVersion, resources });
}

interface Entry {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** A resource and its subresources as `name/subresource`. */
function entries(info: ResourceInfo): Entry[] {
  const entry = {
    name: info.resource,
    singularName: info.singular,
    namespaced: info.namespaced,
    kind: info.kind,
    verbs: info.verbs,
    ...(info.shortNames.length > 0 && { shortNames: info.shortNames }),
    ...(info.categories.length > 0 && { categories: info.categories }),
    ...(info.storageVersionHash !== undefined && { storageVersionHash: info.storageVersionHash }),
  };
  return [entry, ...[...info.subresources.values()].map((sub) => subresourceEntry(info, sub))];
}

/** Group and version stand there only where they are not those of the resource. */
function subresourceEntry(info: ResourceInfo, sub: SubresourceInfo): Entry {
  return {
    name: `${info.resource}/${sub.name}`,
    singularName: '',
    namespaced: info.namespaced,
    ...((sub.group !== info.group || sub.version !== info.version) && { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  };
}
