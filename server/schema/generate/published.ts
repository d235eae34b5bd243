/** What a running kube-apiserver publishes about itself: discovery, OpenAPI v3 and the columns of its tables. */

export interface PublishedSchema {
  type?: string;
  format?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  required?: string[];
  properties?: Record<string, PublishedSchema>;
  items?: PublishedSchema;
  additionalProperties?: PublishedSchema;
  allOf?: PublishedSchema[];
  oneOf?: PublishedSchema[];
  $ref?: string;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-unions'?: unknown;
}

export interface PublishedParameter {
  $ref?: string;
  name?: string;
  in?: string;
  schema?: PublishedSchema;
}

export interface PublishedOperation {
  produces?: string[];
  parameters?: PublishedParameter[];
  responses: Record<string, { schema?: PublishedSchema }>;
  'x-kubernetes-action'?: string;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string };
}

/** One path of OpenAPI v2; `parameters` are those of every method. */
export interface PublishedPath {
  parameters?: PublishedParameter[];
  [method: string]: PublishedOperation | PublishedParameter[] | undefined;
}

export interface PublishedSwagger {
  info: { version: string };
  paths: Record<string, PublishedPath>;
  definitions: Record<string, PublishedSchema>;
  parameters: Record<string, PublishedParameter>;
}

export interface DiscoveredResource {
  name: string;
  singularName: string;
  namespaced: boolean;
  group?: string;
  version?: string;
  kind: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  storageVersionHash?: string;
}

export interface ColumnDefinition {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}

/** `groups` keeps the order in which the server lists its groups and versions. */
export interface Published {
  groups: { group: string; versions: string[] }[];
  resources: Map<string, DiscoveredResource[]>;
  schemas: Map<string, PublishedSchema>;
  swagger: PublishedSwagger;
  /** Whether documents of v3 name the kinds of all groups where a type stands for many. */
  allKinds: boolean;
  columns: Map<string, ColumnDefinition[]>;
}

const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
/** The core's and that of the document. */
const OWN_GROUPS = 2;

/** Reads everything over HTTP. `server` is a URL such as https://127.0.0.1:16443; `token` must list every resource. */
export async function readPublished(server: string, token: string): Promise<Published> {
  const get = async <T>(path: string, accept = 'application/json'): Promise<T> => {
    const response = await fetch(server + path, { headers: { authorization: `Bearer ${token}`, accept } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const groupList = await get<{ groups: { name: string; versions: { version: string }[] }[] }>('/apis');
  const groups = [{ group: '', versions: ['v1'] }];
  for (const { name, versions } of groupList.groups)
    groups.push({ group: name, versions: versions.map((v) => v.version) });

  const index = await get<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3');
  const schemas = new Map<string, PublishedSchema>();
  for (const { serverRelativeURL } of Object.values(index.paths)) {
    const document = await get<{ components: { schemas?: Record<string, PublishedSchema> } }>(serverRelativeURL);
    for (const [name, schema] of Object.entries(document.components.schemas ?? {})) schemas.set(name, schema);
  }

  const ownKinds = schemas.get(DELETE_OPTIONS)?.['x-kubernetes-group-version-kind'] ?? [];
  const allKinds = new Set(ownKinds.map(({ group }) => group)).size > OWN_GROUPS;

  // Documents of v3 only name the kinds of their own group where a type stands for many.
  const swagger = await get<PublishedSwagger>('/openapi/v2');
  for (const [name, schema] of schemas) {
    const gvks = swagger.definitions[name]?.['x-kubernetes-group-version-kind'];
    if (gvks) schema['x-kubernetes-group-version-kind'] = gvks;
  }

  const resources = new Map<string, DiscoveredResource[]>();
  const columns = new Map<string, ColumnDefinition[]>();
  for (const { group, versions } of groups) {
    for (const version of versions) {
      const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const list = await get<{ resources: DiscoveredResource[] }>(path);
      resources.set(`${group}/${version}`, list.resources);
      for (const resource of list.resources) {
        if (!resource.verbs.includes('list')) continue;
        const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
        const table = await get<{ columnDefinitions: ColumnDefinition[] }>(`${path}/${resource.name}?limit=1`, accept);
        columns.set(`${group}/${version}/${resource.name}`, table.columnDefinitions);
      }
    }
  }
  return { groups, resources, schemas, swagger, allKinds, columns };
}
