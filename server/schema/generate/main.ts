/**
 * Writes server/schema/kinds.gen.json and server/kube/types.gen.ts. Sources: a running kube-apiserver (discovery, OpenAPI v3, table columns) and the
 * Go modules of its types. `npm run generate:kinds -- --server https://127.0.0.1:16443 --token TOKEN`
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ColumnRow, KindsFile, ResourceRow } from '../type-table-format.ts';
import { type ColumnDefinition, type DiscoveredResource, type Published, readPublished } from './published.ts';
import { type GoField, typeRows } from './types.ts';
import { typescriptOf } from './typescript.ts';

const { values } = parseArgs({
  options: { server: { type: 'string', default: 'https://127.0.0.1:16443' }, token: { type: 'string', default: 'admintoken' } },
});
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // a control plane started for recording signs its own certificate
const published = await readPublished(values.server, values.token);

/** Kinds that no resource serves: bodies of requests and answers. */
const UNSERVED = [
  ...['DeleteOptions', 'Status', 'APIVersions', 'APIGroup', 'APIGroupList', 'APIResourceList', 'WatchEvent'].map((kind) => ` v1 ${kind}`),
  ...['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'].map((kind) => `meta.k8s.io v1 ${kind}`),
];

function gvksOf(from: Published): string[] {
  const gvks = new Set<string>();
  for (const [groupVersion, list] of from.resources) {
    const [group = '', version = ''] = groupVersion.split('/');
    for (const r of list) gvks.add(`${r.group ?? group} ${r.version ?? version} ${r.kind}`);
    for (const r of list) if (r.verbs.includes('list')) gvks.add(`${group} ${version} ${r.kind}List`);
  }
  for (const gvk of UNSERVED) gvks.add(gvk);
  return [...gvks].sort();
}

function readGoTypes(gvks: string[]): { kinds: Record<string, string>; structs: Record<string, GoField[]> } {
  const input = `${gvks.join('\n')}\n`;
  const output = execFileSync('go', ['run', '.'], { cwd: 'server/schema/generate/go-types', input, maxBuffer: 64 << 20, env: { ...process.env, GOFLAGS: '-mod=mod' } });
  return JSON.parse(output.toString()) as ReturnType<typeof readGoTypes>;
}

/** Texts of fields are not kept here: a column whose description is a field's text points at the field. */
function describeColumn(column: ColumnDefinition, texts: ReadonlyMap<string, string>): ColumnRow {
  const text = column.description;
  const row = (description: string): ColumnRow => [column.name, column.type, column.format, column.priority, description];
  const same = texts.get(text);
  if (same) return row(`@${same}`);
  const longer = text === '' ? undefined : [...texts].find(([known]) => known.startsWith(`${text}\n\nPossible enum values`));
  return row(longer ? `@${longer[1]}` : text);
}

/** v1.37.2: the modules of k8s.io are v0.37.2 then. A server that is built from its module does not know its version. */
function kubernetesVersion(): string {
  const version = /k8s\.io\/api v0\.(\S+)/.exec(readFileSync('server/schema/generate/go-types/go.mod', 'utf8'))?.[1];
  if (!version) throw new Error('go-types/go.mod names no version of k8s.io/api');
  return `v1.${version}`;
}

const go = readGoTypes(gvksOf(published));
const texts = new Map<string, string>();
for (const [type, schema] of published.schemas) {
  for (const [field, { description }] of Object.entries(schema.properties ?? {})) if (description && !texts.has(description)) texts.set(description, `${type}#${field}`);
}

function resourceRow(group: string, version: string, resource: DiscoveredResource, all: DiscoveredResource[]): ResourceRow {
  const gvk = (r: DiscoveredResource): string => `${r.group ?? group}/${r.version ?? version}/${r.kind}`;
  const type = go.kinds[gvk(resource).replaceAll('/', ' ')];
  if (!type) throw new Error(`no Go type for ${gvk(resource)}`);
  const row: ResourceRow = { name: resource.name, singular: resource.singularName, namespaced: resource.namespaced, kind: resource.kind, type, verbs: resource.verbs };
  if (resource.shortNames) row.short = resource.shortNames;
  if (resource.categories) row.categories = resource.categories;
  if (resource.storageVersionHash) row.hash = resource.storageVersionHash;
  const subresources = all.filter((r) => r.name.startsWith(`${resource.name}/`));
  if (subresources.length > 0) row.subresources = subresources.map((r) => ({ name: r.name.slice(resource.name.length + 1), kind: gvk(r), verbs: r.verbs }));
  const columns = published.columns.get(`${group}/${version}/${resource.name}`);
  if (columns) row.columns = columns.map((column) => describeColumn(column, texts));
  return row;
}

const file: KindsFile = {
  gitVersion: kubernetesVersion(),
  groups: published.groups.map(({ group, versions }) => ({
    group,
    versions: versions.map((version) => {
      const list = published.resources.get(`${group}/${version}`) ?? [];
      return { version, resources: list.filter((r) => !r.name.includes('/')).map((r) => resourceRow(group, version, r, list)) };
    }),
  })),
  kinds: Object.fromEntries(Object.entries(go.kinds).map(([gvk, type]) => [gvk.replaceAll(' ', '/'), type])),
  types: typeRows(go.structs, published.schemas),
};

/** One line for each type and resource: differences between two versions stay readable. */
function print(value: KindsFile): string {
  const lines = Object.entries(value.types).map(([name, type]) => `${JSON.stringify(name)}:${JSON.stringify(type)}`);
  const groups = value.groups.map((g) => {
    const versions = g.versions.map((v) => `{"version":${JSON.stringify(v.version)},"resources":[\n${v.resources.map((r) => JSON.stringify(r)).join(',\n')}]}`);
    return `{"group":${JSON.stringify(g.group)},"versions":[${versions.join(',')}]}`;
  });
  return `{"gitVersion":${JSON.stringify(value.gitVersion)},\n"groups":[${groups.join(',\n')}],\n"kinds":${JSON.stringify(value.kinds)},\n"types":{\n${lines.join(',\n')}}}\n`;
}

writeFileSync('server/schema/kinds.gen.json', print(file));
writeFileSync('server/kube/types.gen.ts', typescriptOf(file));
process.stdout.write(`server/schema/kinds.gen.json: ${Object.keys(file.types).length} types, Kubernetes ${file.gitVersion}\n`);
