/** /api, /apis and below, legacy and aggregated: nothing here is written per kind. */
import { methodNotAllowed, unknownPath } from '../../kube/api-error.ts';
import type { GroupInfo, ResourceInfo } from '../../schema/type-table.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';

const AGGREGATED = /as=APIGroupDiscoveryList/;

const value = (object: object): ApiResponse => ({ type: 'value', status: 200, value: object });

export function discoveryPage(request: ApiRequest, env: PipelineEnv): ApiResponse | undefined {
  const [root = '', group, version, ...more] = request.info.segments;
  if (root === '' && request.info.segments.length === 0) return rootPage(request, env);
  if (root !== 'api' && root !== 'apis') return undefined;
  const answer = root === 'api' ? core(request, env, group) : named(request, env, group, version);
  if (answer && more.length === 0 && request.method !== 'GET') throw methodNotAllowed();
  return answer;
}

function core(request: ApiRequest, env: PipelineEnv, version: string | undefined): ApiResponse | undefined {
  const info = env.catalog.groups.find(({ group }) => group === '');
  if (!info) return undefined;
  if (version !== undefined) return resourceList(info, version);
  if (wantsAggregated(request)) return aggregated(request, [info]);
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: env.serverAddress() }];
  return value({ kind: 'APIVersions', versions: info.versions.map((v) => v.version), serverAddressByClientCIDRs });
}

function named(request: ApiRequest, env: PipelineEnv, group: string | undefined, version: string | undefined): ApiResponse | undefined {
  const groups = env.catalog.groups.filter((info) => info.group !== '');
  if (group === undefined) {
    if (wantsAggregated(request)) return aggregated(request, groups);
    return value({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) });
  }
  const info = groups.find((candidate) => candidate.group === group);
  if (!info) return undefined;
  return version === undefined ? value({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(info) }) : resourceList(info, version);
}

function groupOf({ group, versions }: GroupInfo): { name: string; versions: object[]; preferredVersion: object | undefined } {
  const list = versions.map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: list, preferredVersion: list[0] };
}

function resourceList(info: GroupInfo, version: string): ApiResponse {
  const found = info.versions.find((candidate) => candidate.version === version);
  if (!found) throw unknownPath();
  const groupVersion = info.group === '' ? version : `${info.group}/${version}`;
  const resources = found.resources.flatMap(legacyEntries).sort((a, b) => (a.name < b.name ? -1 : 1));
  return value({ kind: 'APIResourceList', ...(info.group !== '' && { apiVersion: 'v1' }), groupVersion, resources });
}

function legacyEntries(info: ResourceInfo): ({ name: string } & object)[] {
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
  const parts = [...info.subresources.values()].map((sub) => ({
    name: `${info.resource}/${sub.name}`,
    singularName: '',
    namespaced: info.namespaced,
    ...((sub.group !== info.group || sub.version !== info.version) && { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  }));
  return [entry, ...parts];
}

/** Whether the first form that the client asks for and the server knows is the aggregated one. */
function wantsAggregated(request: ApiRequest): boolean {
  for (const clause of (request.header('accept') ?? '').split(',')) {
    if (!AGGREGATED.test(clause)) {
      if (clause.trim().startsWith('application/json') || clause.trim() === '*/*') return false;
      continue;
    }
    if (/g=apidiscovery\.k8s\.io/.test(clause) && /v=v2(beta1)?(;|$)/.test(clause.trim())) return true;
  }
  return false;
}

function aggregated(request: ApiRequest, groups: readonly GroupInfo[]): ApiResponse {
  const version = /v=(v2(?:beta1)?)(;|,|$)/.exec(request.header('accept') ?? '')?.[1] ?? 'v2';
  const items = groups.map(({ group, versions }) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versions.map((v) => ({ version: v.version, resources: v.resources.map(aggregatedEntry), freshness: 'Current' })),
  }));
  const body = JSON.stringify({ kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items });
  const mediaType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  return { type: 'bytes', status: 200, mediaType, body, headers: { vary: 'Accept' } };
}

function aggregatedEntry(info: ResourceInfo): object {
  return {
    resource: info.resource,
    responseKind: { group: '', version: '', kind: info.kind },
    scope: info.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: info.singular,
    verbs: info.verbs,
    ...(info.shortNames.length > 0 && { shortNames: info.shortNames }),
    ...(info.categories.length > 0 && { categories: info.categories }),
    ...(info.subresources.size > 0 && {
      subresources: [...info.subresources.values()].map((sub) => ({
        subresource: sub.name,
        responseKind:
          sub.group === info.group && sub.version === info.version
            ? { group: '', version: '', kind: sub.kind }
            : { group: sub.group, version: sub.version, kind: sub.kind },
        verbs: sub.verbs,
      })),
    }),
  };
}

/** Paths below which something answers. */
function rootPage(request: ApiRequest, env: PipelineEnv): ApiResponse {
  if (request.method !== 'GET') throw methodNotAllowed();
  const paths = new Set(['/api', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version']);
  for (const { group, versions } of env.catalog.groups) {
    if (group !== '') paths.add(`/apis/${group}`);
    for (const { version } of versions) paths.add(group === '' ? `/api/${version}` : `/apis/${group}/${version}`);
  }
  for (const root of ['healthz', 'livez', 'readyz']) for (const name of env.health().keys()) paths.add(`/${root}/${name}`);
  return value({ paths: [...paths].sort() });
}
