/** Gives cluster roles with an aggregation rule the rules of those that it selects. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { selectorFromObject, selectorMatches } from '../../server/kube/labels.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { ClusterRole, PolicyRule } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';

const ROLES = 'rbac.authorization.k8s.io/v1/clusterroles';
const MANAGER = 'clusterrole-aggregation-controller';

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const lister = env.lister<ClusterRole>(ROLES);
  const role = lister.get(key);
  if (!role?.aggregationRule) return;
  const rules = collected(role, lister.list());
  if (deepEqual(rules, role.rules ?? [])) return;
  const metadata = { name: key.name };
  await env.client.apply(
    ROLES,
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules },
    MANAGER,
  );
}

/** Selector by selector, role by role in the order of their names; what is there already is left out. */
function collected(role: Frozen<ClusterRole>, roles: readonly Frozen<ClusterRole>[]): Frozen<PolicyRule>[] {
  const others = roles
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  const found: Frozen<PolicyRule>[] = [];
  for (const given of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selector = selectorFromObject(given);
    for (const { metadata, rules } of others) {
      if (!selectorMatches(selector, metadata.labels)) continue;
      for (const rule of rules ?? []) if (!found.some((known) => deepEqual(known, rule))) found.push(rule);
    }
  }
  return found;
}

/** Any role may be part of any other: upstream looks at all that collect whenever one changes. */
function collecting(env: ControllerEnv): Key[] {
  return env
    .lister<ClusterRole>(ROLES)
    .list()
    .filter(({ aggregationRule }) => aggregationRule !== undefined)
    .map(keyOf);
}

export const controller: ControllerDefinition = {
  name: 'clusterrole-aggregation-controller',
  queue: 'ClusterRoleAggregator',
  account: 'clusterrole-aggregation-controller',
  concerns: (resource, role) =>
    resource === 'clusterroles.rbac.authorization.k8s.io' &&
    (role as Frozen<ClusterRole>).aggregationRule !== undefined,
  watches: [{ resource: ROLES, keys: (_role, env) => collecting(env) }],
  reconcile,
};
