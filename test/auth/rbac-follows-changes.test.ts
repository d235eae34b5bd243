import { expect, test } from 'vitest';
import { RbacAuthorizer } from '../../server/auth/rbac.ts';
import { MemoryStorage } from '../../server/storage/memory.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const GROUP = 'rbac.authorization.k8s.io';
const ROLE = `roles.${GROUP}/default/r`;
const BINDING = `rolebindings.${GROUP}/default/b`;
const metadata = (name: string): object => ({ name, namespace: 'default' });

test('a decision that is remembered ends with the next change of a role or binding', async () => {
  const storage = new MemoryStorage({ clock: new SimulatedClock() });
  const authorizer = new RbacAuthorizer(storage);
  const user = { name: 'jane', groups: [] };
  const resource = { group: '', version: 'v1', resource: 'pods', subresource: '', namespace: 'default', name: '' };
  const allowed = (verb: string): boolean => authorizer.authorize({ user, verb, resource }).allowed;
  expect(allowed('get')).toBe(false);

  const roleRef = { apiGroup: GROUP, kind: 'Role', name: 'r' };
  await storage.create(BINDING, { metadata: metadata('b'), roleRef, subjects: [{ kind: 'User', name: 'jane' }] });
  expect(allowed('get')).toBe(false);
  const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
  await storage.create(ROLE, { metadata: metadata('r'), rules: [rule] });
  expect([allowed('get'), allowed('list')]).toEqual([true, false]);

  await storage.guaranteedUpdate(ROLE, {}, async () => ({
    metadata: metadata('r'),
    rules: [{ ...rule, verbs: ['list'] }],
  }));
  expect([allowed('get'), allowed('list')]).toEqual([false, true]);

  await storage.guaranteedUpdate(BINDING, {}, async () => ({
    metadata: metadata('b'),
    roleRef,
    subjects: [{ kind: 'User', name: 'bob' }],
  }));
  expect(allowed('list')).toBe(false);
  const bob = { name: 'bob', groups: [] };
  expect(authorizer.authorize({ user: bob, verb: 'list', resource }).allowed).toBe(true);

  await storage.guaranteedUpdate(BINDING, {}, async () => 'delete');
  expect(authorizer.authorize({ user: bob, verb: 'list', resource }).allowed).toBe(false);
});
