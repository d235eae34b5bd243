/** Makes the rows of kinds.gen.json of what a running kube-apiserver publishes and of the Go modules of its types. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ColumnRow, DocumentTraits, KindsFile, ResourceRow } from '../type-table-format.ts';
import { type GoTypes, readGoTypes } from './go-types.ts';
import {
  deleteReturnsObject,
  hasOptions,
  itemPath,
  optionsKind,
  sharedParameters,
  subresourceFacts,
} from './operations.ts';
import type { ColumnDefinition, DiscoveredResource, Published, PublishedOperation } from './published.ts';
import { typeRows } from './types.ts';

/** Kinds that no resource serves: bodies of requests and answers. */
const UNSERVED = [
  ...['DeleteOptions', 'Status', 'APIVersions', 'APIGroup', 'APIGroupList', 'APIResourceList', 'WatchEvent'].map(
    (kind) => ` v1 ${kind}`,
  ),
  ...['ListOptions', 'CreateOptions', 'UpdateOptions', 'PatchOptions'].map((kind) => ` v1 ${kind}`),
  ...['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'].map((kind) => `meta.k8s.io v1 ${kind}`),
];

/** `/api/v1` or `/apis/apps/v1`. */
const rootOf = (group: string, version: string): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;

/** `group/version/Kind` of the query parameters that GET of a subresource takes. */
function optionsOf(
  { swagger }: Published,
  group: string,
  version: string,
  list: readonly DiscoveredResource[],
  subresource: DiscoveredResource,
): string | undefined {
  const [parentName = '', name = ''] = subresource.name.split('/');
  const parent = list.find((r) => r.name === parentName);
  if (!parent || !hasOptions(swagger, `${itemPath(rootOf(group, version), parentName, parent.namespaced)}/${name}`))
    return undefined;
  return `${group}/${version}/${optionsKind(parent.kind, name)}`;
}

function gvksOf(from: Published): string[] {
  const gvks = new Set<string>();
  for (const [groupVersion, list] of from.resources) {
    const [group = '', version = ''] = groupVersion.split('/');
    for (const r of list) gvks.add(`${r.group ?? group} ${r.version ?? version} ${r.kind}`);
    for (const r of list.filter((candidate) => candidate.name.includes('/'))) {
      const options = optionsOf(from, group, version, list, r);
      if (options) gvks.add(options.replaceAll('/', ' '));
    }
    for (const r of list) if (r.verbs.includes('list')) gvks.add(`${group} ${version} ${r.kind}List`);
  }
  for (const gvk of UNSERVED) gvks.add(gvk);
  return [...gvks].sort();
}

const packagedTexts = JSON.parse(gunzipSync(readFileSync('server/schema/docs.gen.json.gz')).toString()) as Record<
  string,
  Record<string, string> | undefined
>;

/** @param path `type#field` */
function packagedText(path: string): string | undefined {
  const [type = '', field = ''] = path.split('#');
  return packagedTexts[type]?.[field];
}

/**
 * Texts of fields are not kept here: a column whose description is a field's text points at the field. Where the
 * package of texts (`npm run build` reads it) is older than the server, its text would be another.
 */
function describeColumn(column: ColumnDefinition, texts: ReadonlyMap<string, string>): ColumnRow {
  const text = column.description;
  const row = (description: string): ColumnRow => [
    column.name,
    column.type,
    column.format,
    column.priority,
    description,
  ];
  const same = texts.get(text);
  if (same) return row(packagedText(same) === text ? `@${same}` : text);
  const longer =
    text === '' ? undefined : [...texts].find(([known]) => known.startsWith(`${text}\n\nPossible enum values`));
  return row(longer ? `@${longer[1]}` : text);
}

function textsOf({ schemas }: Published): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [type, schema] of schemas) {
    for (const [field, { description }] of Object.entries(schema.properties ?? {}))
      if (description && !texts.has(description)) texts.set(description, `${type}#${field}`);
  }
  return texts;
}

/** What the rows of resources are made of. */
interface Sources {
  readonly published: Published;
  readonly go: GoTypes;
  readonly texts: ReadonlyMap<string, string>;
}

function resourceRow(
  { published, go, texts }: Sources,
  group: string,
  version: string,
  resource: DiscoveredResource,
  all: readonly DiscoveredResource[],
): ResourceRow {
  const gvk = (r: DiscoveredResource): string => `${r.group ?? group}/${r.version ?? version}/${r.kind}`;
  const type = go.kinds[gvk(resource).replaceAll('/', ' ')];
  if (!type) throw new Error(`no Go type for ${gvk(resource)}`);
  const row: ResourceRow = {
    name: resource.name,
    singular: resource.singularName,
    namespaced: resource.namespaced,
    kind: resource.kind,
    type,
    verbs: resource.verbs,
  };
  if (resource.shortNames) row.short = resource.shortNames;
  if (resource.categories) row.categories = resource.categories;
  if (resource.storageVersionHash) row.hash = resource.storageVersionHash;
  const subresources = all.filter((r) => r.name.startsWith(`${resource.name}/`));
  const root = rootOf(group, version);
  if (deleteReturnsObject(published.swagger, root, resource.name, resource.namespaced)) row.returns = 1;
  if (subresources.length > 0) {
    row.subresources = subresources.map((r) => {
      const name = r.name.slice(resource.name.length + 1);
      const options = optionsOf(published, group, version, all, r);
      const optionsType = options && go.kinds[options.replaceAll('/', ' ')];
      return {
        name,
        kind: gvk(r),
        verbs: r.verbs,
        ...subresourceFacts(published.swagger, root, resource.name, resource.namespaced, name, optionsType),
      };
    });
  }
  const columns = published.columns.get(`${group}/${version}/${resource.name}`);
  if (columns) row.columns = columns.map((column) => describeColumn(column, texts));
  return row;
}

/** The type whose fields are the query parameters of an operation that only some kinds have. */
function operationOptions(go: GoTypes, operation: PublishedOperation, path: string): string | undefined {
  const gvk = operation['x-kubernetes-group-version-kind'];
  if (!gvk) return undefined;
  const action = operation['x-kubernetes-action'];
  const kind =
    action === 'connect'
      ? gvk.kind
      : action === 'get'
        ? optionsKind(gvk.kind, path.slice(path.lastIndexOf('/') + 1))
        : '';
  return go.kinds[`${gvk.group} ${gvk.version} ${kind}`];
}

function documentTraits({ schemas, swagger, allKinds }: Published): DocumentTraits {
  const { versions } = schemas.get('io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions')?.properties ?? {};
  return {
    ...(versions?.items?.default !== undefined && { itemDefaults: 1 }),
    ...(allKinds && { allKinds: 1 }),
    ...(/^v\d+\.\d+\.\d+/.test(swagger.info.version) && { patchVersion: 1 }),
  };
}

/** Everything that a server of `gitVersion` serves. */
export function describe(published: Published, gitVersion: string): KindsFile {
  const go = readGoTypes(gvksOf(published), gitVersion);
  const sources: Sources = { published, go, texts: textsOf(published) };
  return {
    gitVersion,
    ...documentTraits(published),
    groups: published.groups.map(({ group, versions }) => ({
      group,
      versions: versions.map((version) => {
        const list = published.resources.get(`${group}/${version}`) ?? [];
        return {
          version,
          resources: list
            .filter((r) => !r.name.includes('/'))
            .map((r) => resourceRow(sources, group, version, r, list)),
        };
      }),
    })),
    kinds: Object.fromEntries(Object.entries(go.kinds).map(([gvk, type]) => [gvk.replaceAll(' ', '/'), type])),
    parameters: sharedParameters(published.swagger, go.structs, (operation, path) =>
      operationOptions(go, operation, path),
    ),
    types: typeRows(go.structs, published.schemas),
  };
}
