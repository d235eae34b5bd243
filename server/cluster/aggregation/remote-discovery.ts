/** What another API server serves, as its discovery tells it (kube-aggregator, discoveryManager). */
import type { DiscoveredVersion } from '../../pipeline/aggregation/aggregation.ts';
import { AGGREGATOR } from './discovery-check.ts';
import type { RemoteServer } from './remote-api.ts';

const TIMEOUT_MS = 5000;
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

/** @throws Error when the server does not tell */
export async function discover(remote: RemoteServer): Promise<DiscoveredVersion> {
  const { version } = remote;
  const { status, headers, text } = await remote.get('/apis', AGGREGATOR, {
    headers: { accept: AGGREGATED },
    timeoutMs: TIMEOUT_MS,
  });
  const type = String(headers['content-type']);
  if (status === 503) throw new Error(`non-success response code: ${status}`);
  const isAggregated = status === 200 && type.includes('as=APIGroupDiscoveryList') && type.includes('v=v2;');
  const resources = isAggregated ? aggregatedResources(JSON.parse(text), remote) : await legacyResources(remote);
  return { version, ...(resources.length > 0 && { resources }), freshness: 'Current' };
}

/** What holds for a server that does not tell. */
export const unknownVersion = ({ version }: RemoteServer): DiscoveredVersion => ({ version, freshness: 'Stale' });

function aggregatedResources(list: unknown, { group, version }: RemoteServer): object[] {
  if (!isObject(list)) throw new Error('no APIGroupDiscoveryList');
  const own = listOf(list.items)
    .filter(({ metadata }) => isObject(metadata) && metadata.name === group)
    .flatMap(({ versions }) => listOf(versions))
    .find((each) => each.version === version);
  return listOf(own?.resources).map((resource) => {
    const subresources = listOf(resource.subresources).map(({ subresource, responseKind, acceptedTypes, verbs }) => ({
      subresource: textOf(subresource),
      responseKind: kindOf(responseKind),
      ...(Array.isArray(acceptedTypes) && { acceptedTypes: listOf(acceptedTypes).map(kindOf) }),
      verbs: textsOf(verbs),
    }));
    return { ...resourceOf(resource), ...(subresources.length > 0 && { subresources }) };
  });
}

const kindOf = (value: unknown): object => {
  const { group, version, kind } = isObject(value) ? value : {};
  return { group: textOf(group), version: textOf(version), kind: textOf(kind) };
};

function resourceOf(resource: Json): object {
  const [shortNames, categories] = [textsOf(resource.shortNames), textsOf(resource.categories)];
  return {
    resource: textOf(resource.resource),
    responseKind: kindOf(resource.responseKind),
    scope: textOf(resource.scope),
    singularResource: textOf(resource.singularResource),
    verbs: textsOf(resource.verbs),
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
}

/** Servers without aggregated discovery have a page for each version (ConvertGroupVersionIntoToDiscovery). */
async function legacyResources(remote: RemoteServer): Promise<object[]> {
  const user = { name: AGGREGATOR.name, groups: [] };
  const { status, text } = await remote.get(remote.path, user, {
    headers: { accept: 'application/json' },
    timeoutMs: TIMEOUT_MS,
  });
  if (status !== 200) throw new Error(`failed to download legacy discovery for ${remote.path}: ${status}`);
  const list: unknown = JSON.parse(text);
  if (!isObject(list)) throw new Error('no APIResourceList');
  const entries = listOf(list.resources).map((entry) => ({ ...entry, path: textOf(entry.name).split('/') }));
  const parents = new Map<string, { entry: Json; parts: object[] }>();
  for (const { path, ...entry } of entries)
    if (path.length === 1) parents.set(path[0] ?? '', { entry: parentOf(entry), parts: [] });
  for (const { path, ...entry } of entries) {
    const [name = '', ...rest] = path;
    if (rest.length === 0) continue;
    const parent = parents.get(name) ?? { entry: { resource: name, scope: scopeOf(entry) }, parts: [] };
    parents.set(name, parent);
    const responseKind = kindOf(textOf((entry as Json).kind) === '' ? undefined : entry);
    parent.parts.push({ subresource: rest.join('/'), responseKind, verbs: textsOf((entry as Json).verbs) });
  }
  return [...parents.values()].map(({ entry, parts }) => ({
    ...resourceOf(entry),
    ...(parts.length > 0 && { subresources: parts }),
  }));
}

const scopeOf = (entry: Json): string => (entry.namespaced === true ? 'Namespaced' : 'Cluster');

const parentOf = (entry: Json): Json => ({
  ...entry,
  resource: entry.name,
  responseKind: entry,
  scope: scopeOf(entry),
  singularResource: entry.singularName,
});
