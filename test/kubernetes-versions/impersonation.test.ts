import { expect, test } from 'vitest';
import { at, grant, JANE_TOKEN, securedCluster } from '../support/secured-cluster.ts';

const PATH = '/api/v1/namespaces/default/configmaps';
const AS_BOB: [string, string][] = [['Impersonate-User', 'bob']];

test.each(['1.30', '1.35'])('%s asks for the verb impersonate and no other', async (kubernetesVersion) => {
  await using cluster = await securedCluster(undefined, { kubernetesVersion });
  const refused = await cluster.ask('GET', PATH, { token: JANE_TOKEN, headers: AS_BOB });
  expect(at(refused.body, 'message')).toBe(
    'users "bob" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
});

test('1.30 knows no narrower verbs in roles', async () => {
  await using cluster = await securedCluster(undefined, { kubernetesVersion: '1.30' });
  await grant(cluster, '', 'constrained', { kind: 'User', name: 'jane' }, [
    { verbs: ['impersonate:user-info'], apiGroups: ['authentication.k8s.io'], resources: ['users'] },
    { verbs: ['impersonate-on:user-info:list'], apiGroups: [''], resources: ['configmaps'] },
  ]);
  const { status } = await cluster.ask('GET', PATH, { token: JANE_TOKEN, headers: AS_BOB });
  expect(status).toBe(403);
});
