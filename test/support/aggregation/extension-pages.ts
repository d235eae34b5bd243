/** What the extension server of tests says about itself, and its recipes. */
import type { ExtensionRequest } from './extension-server.ts';

export const EXTENSION_GROUP = 'kitchen.example.com';

export interface ExtensionPage {
  readonly status: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const VERBS = ['create', 'delete', 'get', 'list', 'watch'];
const ROOT = `/apis/${EXTENSION_GROUP}/v1`;
const V2_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const AGGREGATED = {
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  metadata: {},
  items: [
    {
      metadata: { name: EXTENSION_GROUP },
      versions: [
        {
          version: 'v1',
          resources: [
            {
              resource: 'recipes',
              responseKind: { group: EXTENSION_GROUP, version: 'v1', kind: 'Recipe' },
              scope: 'Namespaced',
              singularResource: 'recipe',
              verbs: VERBS,
              shortNames: ['rcp'],
              categories: ['all'],
              subresources: [{ subresource: 'status', responseKind: null, verbs: ['get'] }],
            },
          ],
        },
      ],
    },
  ],
};

const RESOURCES = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: `${EXTENSION_GROUP}/v1`,
  resources: [
    {
      name: 'recipes',
      singularName: 'recipe',
      namespaced: true,
      kind: 'Recipe',
      verbs: VERBS,
      shortNames: ['rcp'],
      categories: ['all'],
    },
    { name: 'recipes/status', singularName: '', namespaced: true, kind: 'Recipe', verbs: ['get'] },
  ],
};

const recipe = (name: string): object => ({
  kind: 'Recipe',
  apiVersion: `${EXTENSION_GROUP}/v1`,
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '1' },
  spec: { servings: 4 },
});

const definition = (prefix: string): object => ({
  'com.example.kitchen.v1.Recipe': {
    type: 'object',
    description: 'Recipe tells how to cook something.',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { $ref: `${prefix}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta` },
      spec: { type: 'object', properties: { servings: { type: 'integer', description: 'For how many it is.' } } },
    },
    'x-kubernetes-group-version-kind': [{ group: EXTENSION_GROUP, version: 'v1', kind: 'Recipe' }],
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': {
    type: 'object',
    description: 'An older description.',
    properties: { name: { type: 'string' } },
  },
});

const GVK = { 'x-kubernetes-group-version-kind': { group: EXTENSION_GROUP, version: 'v1', kind: 'Recipe' } };

const SWAGGER = {
  swagger: '2.0',
  info: { title: 'Kitchen', version: 'v1' },
  paths: {
    [`${ROOT}/namespaces/{namespace}/recipes`]: {
      get: {
        operationId: 'listRecipe',
        'x-kubernetes-action': 'list',
        ...GVK,
        responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/com.example.kitchen.v1.Recipe' } } },
      },
    },
    '/version/': { get: { operationId: 'getKitchenVersion', responses: { 200: { description: 'OK' } } } },
  },
  definitions: definition('#/definitions/'),
};

const V3 = {
  openapi: '3.0.0',
  info: { title: 'Kitchen', version: 'v1' },
  paths: {
    [`${ROOT}/namespaces/{namespace}/recipes`]: {
      get: { operationId: 'listRecipe', 'x-kubernetes-action': 'list', ...GVK, responses: { 200: {} } },
    },
  },
  components: { schemas: definition('#/components/schemas/') },
};

const V3_INDEX = {
  paths: {
    [`apis/${EXTENSION_GROUP}/v1`]: { serverRelativeURL: `/openapi/v3/apis/${EXTENSION_GROUP}/v1?hash=ABC` },
    version: { serverRelativeURL: '/openapi/v3/version?hash=DEF' },
  },
};

const json = (value: object, type?: string): ExtensionPage => ({
  status: 200,
  ...(type !== undefined && { type }),
  body: JSON.stringify(value),
});

/** @param isOld whether aggregated discovery and OpenAPI v3 are missing */
export function extensionPages(isOld: boolean): (request: ExtensionRequest) => ExtensionPage {
  const status = (code: number, reason: string): ExtensionPage => ({
    status: code,
    body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, code }),
  });
  return ({ method, url, headers, body }) => {
    const [path = ''] = url.split('?');
    if (path === '/apis') {
      return !isOld && String(headers.accept).includes('APIGroupDiscoveryList')
        ? json(AGGREGATED, V2_TYPE)
        : json({ kind: 'APIGroupList', apiVersion: 'v1', groups: [] });
    }
    if (path === ROOT) return json(RESOURCES);
    if (path === '/openapi/v2') return json(SWAGGER);
    if (path === '/openapi/v3' && !isOld) return json(V3_INDEX);
    if (path === `/openapi/v3${ROOT}` && !isOld) return json(V3);
    const [, name] = /\/recipes(?:\/([^/]+))?$/.exec(path) ?? [];
    if (!path.startsWith(`${ROOT}/`) || !path.includes('/recipes')) return status(404, 'NotFound');
    if (method === 'POST') return { ...json(JSON.parse(body) as object), status: 201 };
    if (name !== undefined) return name === 'missing' ? status(404, 'NotFound') : json(recipe(name));
    const items = [recipe('soup'), recipe('bread')];
    return json({ kind: 'RecipeList', apiVersion: `${EXTENSION_GROUP}/v1`, metadata: { resourceVersion: '7' }, items });
  };
}
