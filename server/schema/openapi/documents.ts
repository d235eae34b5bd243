/** Which documents there are, and what is in each: functions of a part of the type table, resources and texts. */
import type { ResourceInfo } from '../type-table.ts';
import { documentV2 } from './document-v2.ts';
import { documentV3 } from './document-v3.ts';
import { type ParameterSource, Parameters } from './parameters.ts';
import { groupRoute, OTHER_PAGES, resourcesRoute, versionsRoute } from './root-routes.ts';
import { type Route, type RouteContext, resourceRoutes } from './routes.ts';
import type { SchemaSource } from './schemas.ts';

/** Resources of some groups, in any order. */
export type Groups = readonly {
  readonly group: string;
  readonly versions: readonly { readonly version: string; readonly resources: readonly ResourceInfo[] }[];
}[];

/** What documents are made of besides resources and schemas: a part of the type table. */
export interface DocumentSource extends ParameterSource {
  readonly documentVersion: string;
  typeName(group: string, version: string, kind: string): string | undefined;
}

const MEDIA_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const STREAM_TYPES = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** What the built-in kinds have in common. */
export function builtInContext(source: DocumentSource): RouteContext {
  return {
    parameters: new Parameters(source),
    mediaTypes: MEDIA_TYPES,
    streamTypes: STREAM_TYPES,
    patchTypes: PATCH_TYPES,
    typeName(group, version, kind) {
      const name = source.typeName(group, version, kind);
      if (name === undefined) throw new Error(`the type table has no kind ${group}/${version}/${kind}`);
      return name;
    },
  };
}

/** Routes by the name of their document of v3: `api`, `api/v1`, `apis`, `apis/apps`, `apis/apps/v1`, `version`. */
export function routesByDocument(groups: Groups, context: RouteContext): Map<string, () => Route[]> {
  const documents = new Map<string, () => Route[]>();
  documents.set('api', () => [versionsRoute('api', context.mediaTypes)]);
  documents.set('apis', () => [versionsRoute('apis', context.mediaTypes)]);
  for (const [name, route] of Object.entries(OTHER_PAGES)) documents.set(name, () => [route]);
  for (const { group, versions } of groups) {
    if (group !== '') documents.set(`apis/${group}`, () => [groupRoute(group, context.mediaTypes)]);
    for (const { version, resources } of versions) {
      const name = group === '' ? `api/${version}` : `apis/${group}/${version}`;
      documents.set(name, () => [
        resourcesRoute(group, version, context.mediaTypes),
        ...resources.flatMap((resource) => resourceRoutes(resource, context)),
      ]);
    }
  }
  return documents;
}

/** `apps/v1` for `apis/apps/v1`, `/v1` for `api/v1`; nothing for the documents above them. */
function groupVersionOf(name: string): string | undefined {
  const [prefix, ...rest] = name.split('/');
  if (prefix === 'api' && rest.length === 1) return `/${rest[0]}`;
  return prefix === 'apis' && rest.length === 2 ? rest.join('/') : undefined;
}

/** The document of v3 that has this name. */
export function writeV3(name: string, routes: readonly Route[], schemas: SchemaSource, source: DocumentSource): string {
  return documentV3(routes, schemas, groupVersionOf(name), source.documentVersion);
}

/** The document of v2, which has the routes of all. */
export function writeV2(routes: readonly Route[], schemas: SchemaSource, source: DocumentSource): string {
  return documentV2(routes, schemas, (type) => source.sharedParameter(type), source.documentVersion);
}
