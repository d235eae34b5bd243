import { AuthenticationV1Api, KubeConfig } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { startCluster } from '../../server/index.ts';

test('kubeconfig() is the administrator, and with a user and groups it is that user', async () => {
  await using cluster = await startCluster({ nodes: 0 });
  const whoIs = async (text: string): Promise<unknown> => {
    const config = new KubeConfig();
    config.loadFromString(text);
    const { status } = await config.makeApiClient(AuthenticationV1Api).createSelfSubjectReview({ body: {} });
    return [status?.userInfo?.username, status?.userInfo?.groups];
  };
  expect(await whoIs(cluster.kubeconfig())).toEqual(['kubernetes-admin', ['system:masters', 'system:authenticated']]);
  expect(await whoIs(cluster.kubeconfig({ user: 'jane', groups: ['dev'] }))).toEqual([
    'jane',
    ['dev', 'system:authenticated'],
  ]);
  expect(await whoIs(cluster.kubeconfig({ user: 'yes' }))).toEqual(['yes', ['system:authenticated']]);
});
