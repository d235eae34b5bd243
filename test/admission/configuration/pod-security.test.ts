import { expect, test } from 'vitest';
import { at, create, grant, JANE_TOKEN } from '../../support/secured-cluster.ts';
import { configuration, configured, PODS, pod } from './support.ts';

const podSecurity = (fields: object): object =>
  configuration({
    name: 'PodSecurity',
    configuration: {
      apiVersion: 'pod-security.admission.config.k8s.io/v1',
      kind: 'PodSecurityConfiguration',
      ...fields,
    },
  });

const BASELINE = { enforce: 'baseline', 'enforce-version': 'v1.30', warn: 'restricted' };
const hostile = (name: string): object => pod(name, { hostNetwork: true });

test('what holds where no label says anything, and labels that say something else', async () => {
  await using cluster = await configured(podSecurity({ defaults: BASELINE }));
  const refused = await cluster.ask('POST', PODS, { body: hostile('a') });
  expect(at(refused.body, 'message')).toBe(
    'pods "a" is forbidden: violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true)',
  );
  const warned = await cluster.ask('POST', PODS, { body: pod('b') });
  expect([warned.status, String(warned.headers.warning)]).toEqual([
    201,
    expect.stringContaining('would violate PodSecurity \\"restricted:latest\\"'),
  ]);
  const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' };
  await cluster.ask('PATCH', '/api/v1/namespaces/default', {
    body: { metadata: { labels } },
    headers: [['content-type', 'application/merge-patch+json']],
  });
  expect((await cluster.ask('POST', PODS, { body: hostile('c') })).status).toBe(201);
});

test('users, namespaces and runtime classes that nobody checks', async () => {
  const exemptions = { usernames: ['jane'], namespaces: ['free'], runtimeClasses: ['sandbox'] };
  await using cluster = await configured(podSecurity({ defaults: BASELINE, exemptions }));
  await grant(cluster, '', 'jane', { kind: 'User', name: 'jane' }, [
    { apiGroups: [''], resources: ['pods'], verbs: ['create'] },
  ]);
  const answer = await cluster.ask('POST', PODS, { body: hostile('a'), token: JANE_TOKEN });
  expect([answer.status, answer.headers.warning]).toEqual([201, undefined]);
  await create(cluster, '/apis/node.k8s.io/v1/runtimeclasses', { metadata: { name: 'sandbox' }, handler: 'h' });
  await create(cluster, PODS, pod('b', { hostNetwork: true, runtimeClassName: 'sandbox' }));
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/audit': 'baseline' };
  const made = await cluster.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'free', labels } } });
  expect(made.headers.warning).toBe(
    '299 - "namespace \\"free\\" is exempt from Pod Security, and the policy (enforce=restricted:v1.30, ' +
      'audit=baseline:latest) will be ignored"',
  );
  await create(cluster, '/api/v1/namespaces/free/serviceaccounts', { metadata: { name: 'default' } });
  await create(cluster, '/api/v1/namespaces/free/pods', hostile('c'));
});
