/** Routes of the pages that say what there is: /api/, /apis/…/, /version/ and the keys of service accounts. */
import { groupVersionPart, tagOf } from './operation-names.ts';
import type { Route } from './routes.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

function page(
  path: string,
  tag: string,
  id: string,
  description: string,
  answer: string,
  mediaTypes: readonly string[],
): Route {
  const common = { method: 'get', consumes: mediaTypes, produces: mediaTypes, parameters: [], codes: [200] } as const;
  return { ...common, path, tag, id, description, answer };
}

/** `/api/` or `/apis/`. */
export function versionsRoute(prefix: 'api' | 'apis', mediaTypes: readonly string[]): Route {
  const text = 'get available API versions';
  if (prefix === 'api') return page('/api/', 'core', 'getCoreAPIVersions', text, `${META}.APIVersions`, mediaTypes);
  return page('/apis/', 'apis', 'getAPIVersions', text, `${META}.APIGroupList`, mediaTypes);
}

/** `/apis/apps/`. */
export function groupRoute(group: string, mediaTypes: readonly string[]): Route {
  const id = `get${groupVersionPart(group, '')}APIGroup`;
  return page(`/apis/${group}/`, tagOf(group, ''), id, 'get information of a group', `${META}.APIGroup`, mediaTypes);
}

/** `/apis/apps/v1/`. */
export function resourcesRoute(group: string, version: string, mediaTypes: readonly string[]): Route {
  const path = group === '' ? `/api/${version}/` : `/apis/${group}/${version}/`;
  const id = `get${groupVersionPart(group, version)}APIResources`;
  return page(path, tagOf(group, version), id, 'get available resources', `${META}.APIResourceList`, mediaTypes);
}

/** Pages that belong to no group, by the name of their document. */
export const OTHER_PAGES: Readonly<Record<string, Route>> = {
  '.well-known/openid-configuration': {
    ...page(
      '/.well-known/openid-configuration/',
      'WellKnown',
      'getServiceAccountIssuerOpenIDConfiguration',
      "get service account issuer OpenID configuration, also known as the 'OIDC discovery doc'",
      'string',
      ['application/json'],
    ),
    consumes: [],
  },
  'openid/v1/jwks': {
    ...page(
      '/openid/v1/jwks/',
      'openid',
      'getServiceAccountIssuerOpenIDKeyset',
      'get service account issuer OpenID JSON Web Key Set (contains public token verification keys)',
      'string',
      ['application/jwk-set+json'],
    ),
    consumes: [],
  },
  version: page(
    '/version/',
    'version',
    'getCodeVersion',
    'get the version information for this server',
    'io.k8s.apimachinery.pkg.version.Info',
    ['application/json'],
  ),
};
