/** `/-/rbac`: which permissions users have used, as Roles, and who is held to them. */

import type { Identity, IdentityOptions, Permissions } from '../cluster/permissions/permissions.ts';
import { isScopedRule, type ScopedRule } from '../cluster/permissions/recorded-rules.ts';
import { ApiError, badRequest } from '../kube/api-error.ts';
import { writeYaml } from '../pipeline/encode/yaml-writer.ts';
import type { ApiRequest } from '../pipeline/request.ts';
import { type AdminRoute, flagIn, STATUS, SUCCESS, schema } from './route.ts';

const QUERY = {
  format: 'yaml for Roles and bindings that can be applied; json unless given',
  names: 'true for rules that name the objects (resourceNames) where every use did',
  refused: 'true for rules that give what was refused as well',
};

const RULE = schema.object(
  {
    namespace: schema.text('where it holds; in the whole cluster unless given'),
    verbs: schema.list(schema.text('a verb')),
    apiGroups: schema.list(schema.text('an API group')),
    resources: schema.list(schema.text('a resource, or one with a subresource')),
    resourceNames: schema.list(schema.text('a name')),
    nonResourceURLs: schema.list(schema.text('a path')),
  },
  ['verbs'],
);

const IDENTITY = schema.object(
  {
    user: schema.text('whose'),
    rules: schema.list(RULE, 'what they have used'),
    refused: schema.list(RULE, 'what they asked for in vain'),
  },
  ['user', 'rules'],
);

function optionsOf({ query }: ApiRequest): IdentityOptions & { readonly isYaml: boolean } {
  const format = query.get('format') ?? 'json';
  if (format !== 'json' && format !== 'yaml')
    throw badRequest(`format has to be json or yaml, and is ${JSON.stringify(format)}`);
  const { names, refused } = { names: flagIn(query, 'names'), refused: flagIn(query, 'refused') };
  return { names, refused, isYaml: format === 'yaml' };
}

function yamlOf(permissions: Permissions, identities: readonly Identity[]): object {
  const documents = permissions.objects(identities).map((object) => writeYaml(object));
  return { type: 'bytes', status: 200, mediaType: 'application/yaml', body: documents.join('---\n') };
}

/** @throws ApiError 404 */
function known(permissions: Permissions, user: string, options: IdentityOptions): Identity {
  const identity = permissions.identity(user, options);
  if (identity) return identity;
  const users = permissions.identities().map(({ user: name }) => name);
  const there = users.length === 0 ? 'nobody has' : `there are ${users.join(', ')}`;
  throw new ApiError(404, 'NotFound', `the user ${JSON.stringify(user)} has asked for nothing; ${there}`, {
    name: user,
  });
}

const ENFORCE =
  'the body has to be {"identities": "recorded"}, or what GET /-/rbac tells: {"identities": [{"user", "rules"}]}';

/** @throws ApiError 400 */
function identitiesOf(
  { identities, complete: _complete, ...others }: Readonly<Record<string, unknown>>,
  permissions: Permissions,
): Identity[] {
  if (Object.keys(others).length > 0) throw badRequest(ENFORCE);
  if (identities === 'recorded') return permissions.identities();
  if (!Array.isArray(identities)) throw badRequest(ENFORCE);
  return identities.map((identity: unknown) => {
    if (typeof identity !== 'object' || identity === null) throw badRequest(ENFORCE);
    const { user, rules } = identity as { user?: unknown; rules?: unknown };
    if (typeof user !== 'string' || user === '' || !Array.isArray(rules)) throw badRequest(ENFORCE);
    if (!rules.every((rule) => isScopedRule(rule)))
      throw badRequest(`a rule of ${JSON.stringify(user)} is none: it has lists of texts, as the rules of a Role`);
    return { user, rules: rules as ScopedRule[] };
  });
}

export const rbacRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/rbac',
    summary: 'which permissions users have used since the start',
    query: QUERY,
    answer: schema.object({
      identities: schema.list(IDENTITY),
      complete: schema.flag('false when there were more permissions than are kept'),
    }),
    handle: async ({ permissions }, { request }) => {
      const { isYaml, ...options } = optionsOf(request);
      const identities = permissions.identities(options);
      return isYaml ? yamlOf(permissions, identities) : { identities, complete: !permissions.isFull };
    },
  },
  {
    method: 'GET',
    path: '/rbac/{user}',
    summary: 'which permissions a user has used',
    query: QUERY,
    answer: IDENTITY,
    handle: async ({ permissions }, { request, params: { user = '' } }) => {
      const { isYaml, ...options } = optionsOf(request);
      const identity = known(permissions, user, options);
      return isYaml ? yamlOf(permissions, [identity]) : identity;
    },
  },
  {
    method: 'DELETE',
    path: '/rbac',
    summary: 'forget which permissions were used, and all requests',
    answer: STATUS,
    handle: async ({ permissions }) => {
      permissions.forget();
      return SUCCESS;
    },
  },
  {
    method: 'GET',
    path: '/rbac/enforce',
    summary: 'who is held to which permissions',
    answer: schema.object({ identities: schema.list(IDENTITY) }),
    handle: async ({ permissions }) => ({ identities: permissions.enforcement() }),
  },
  {
    method: 'POST',
    path: '/rbac/enforce',
    summary: 'hold users to exactly these permissions from now on, and all others to none',
    body: schema.object({
      identities: { description: 'recorded, or a list', oneOf: [schema.text('recorded'), schema.list(IDENTITY)] },
    }),
    answer: schema.object({
      identities: schema.list(IDENTITY),
      skipped: schema.list(schema.text('a member of system:masters')),
    }),
    handle: async ({ permissions }, { body }) => permissions.enforce(identitiesOf(await body(), permissions)),
  },
  {
    method: 'DELETE',
    path: '/rbac/enforce',
    summary: 'leave everything to the roles of the cluster again',
    answer: STATUS,
    handle: async ({ permissions }) => {
      permissions.release();
      return SUCCESS;
    },
  },
];
