import { expect, test } from 'vitest';
import { RbacAuthorizer } from '../../server/auth/rbac.ts';
import type { PolicyRule } from '../../server/kube/types.gen.ts';
import { MemoryStorage } from '../../server/storage/memory.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** What one cluster role with these rules allows to its only subject. */
async function authorizerFor(rules: PolicyRule[]): Promise<RbacAuthorizer> {
  const storage = new MemoryStorage({ clock: new SimulatedClock() });
  await storage.create(`clusterroles.${GROUP}/r`, { metadata: { name: 'r' }, rules });
  const roleRef = { apiGroup: GROUP, kind: 'ClusterRole', name: 'r' };
  const subjects = [{ kind: 'User', name: 'jane' }];
  await storage.create(`clusterrolebindings.${GROUP}/b`, { metadata: { name: 'b' }, roleRef, subjects });
  return new RbacAuthorizer(storage);
}

const user = { name: 'jane', groups: ['system:authenticated'] };

/** `get apps/deployments/scale:web` */
function resourceQuestion(text: string): Parameters<RbacAuthorizer['authorize']>[0] {
  const [verb = '', what = ''] = text.split(' ');
  const [path = '', name = ''] = what.split(':');
  const [group = '', resource = '', subresource = ''] = path.split('/');
  return { user, verb, resource: { group, version: 'v1', resource, subresource, namespace: 'default', name } };
}

const RESOURCES: [PolicyRule, allowed: string[], denied: string[]][] = [
  [
    { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] },
    ['get /pods', 'get /pods:web', 'list /pods'],
    ['watch /pods', 'get /pods/log:web', 'get apps/pods', 'get /secrets', 'GET /pods'],
  ],
  [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, ['get /pods', 'delete apps/deployments/scale:web'], []],
  [
    { verbs: ['get'], apiGroups: ['apps'], resources: ['*'] },
    ['get apps/deployments/scale'],
    ['get batch/jobs', 'get /pods'],
  ],
  [
    { verbs: ['update'], apiGroups: ['*'], resources: ['*/scale'] },
    ['update apps/deployments/scale:web', 'update /replicationcontrollers/scale'],
    ['update apps/deployments:web', 'update apps/deployments/status', 'update apps/deployments/downscale'],
  ],
  [
    { verbs: ['get'], apiGroups: [''], resources: ['pods/log'] },
    ['get /pods/log:web'],
    ['get /pods:web', 'get /pods/exec:web'],
  ],
  // Not a pattern: upstream knows `*` alone and `*/name` only.
  [{ verbs: ['get'], apiGroups: [''], resources: ['pods/*'] }, [], ['get /pods/log', 'get /pods']],
  [
    { verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['a', 'b'] },
    ['get /configmaps:a', 'get /configmaps:b'],
    ['get /configmaps:c', 'list /configmaps'],
  ],
  [{ verbs: ['get'], apiGroups: [], resources: ['pods'] }, [], ['get /pods']],
  [{ verbs: null, apiGroups: [''], resources: ['pods'] }, [], ['get /pods']],
];

test.each(RESOURCES)('%j', async (rule, allowed, denied) => {
  const authorizer = await authorizerFor([rule]);
  // Twice, because the second answer is remembered.
  for (let round = 0; round < 2; round++) {
    for (const text of allowed)
      expect([text, authorizer.authorize(resourceQuestion(text)).allowed]).toEqual([text, true]);
    for (const text of denied)
      expect([text, authorizer.authorize(resourceQuestion(text)).allowed]).toEqual([text, false]);
  }
});

const PATHS: [urls: string[], allowed: string[], denied: string[]][] = [
  [
    ['/healthz', '/version/'],
    ['/healthz', '/version/'],
    ['/healthz/etcd', '/version', '/'],
  ],
  [['/healthz/*'], ['/healthz/', '/healthz/etcd', '/healthz/a/b'], ['/healthz']],
  [['/api*'], ['/api', '/apis/apps'], ['/ap']],
  [['*'], ['/', '/anything/at/all'], []],
];

test.each(PATHS)('paths %j', async (nonResourceURLs, allowed, denied) => {
  const authorizer = await authorizerFor([{ verbs: ['get'], nonResourceURLs }]);
  for (const path of allowed)
    expect([path, authorizer.authorize({ user, verb: 'get', path }).allowed]).toEqual([path, true]);
  for (const path of denied)
    expect([path, authorizer.authorize({ user, verb: 'get', path }).allowed]).toEqual([path, false]);
  expect(authorizer.authorize({ user, verb: 'post', path: allowed[0] ?? '' }).allowed).toBe(false);
});

test('what a client chooses freely cannot make one question look like another', async () => {
  const authorizer = await authorizerFor([{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]);
  const question = resourceQuestion('get /pods');
  expect(authorizer.authorize(question).allowed).toBe(true);
  const shifted = {
    ...question,
    verb: 'ge',
    resource: { group: '', version: 'v1', resource: 'pods', subresource: '', namespace: 'tdefault', name: '' },
  };
  expect(authorizer.authorize(shifted).allowed).toBe(false);
});
