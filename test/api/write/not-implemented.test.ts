import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const PODS = '/api/v1/namespaces/default/pods';

test('what is missing answers 501 and says what it is', async () => {
  await using cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  await create(cluster, PODS, { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
  const missing: readonly (readonly [method: string, path: string, feature: string, question?: object])[] = [
    ['GET', `${PODS}/p/log`, 'pods/log'],
    ['GET', `${PODS}/p/exec?command=ls`, 'pods/exec'],
    ['POST', `${PODS}/p/attach`, 'pods/attach'],
    ['GET', `${PODS}/p/portforward`, 'pods/portforward'],
  ];
  for (const [method, path, feature, question] of missing) {
    const { status, body } = await cluster.ask(method, path, question);
    expect([status, at(body, 'reason'), at(body, 'message')], `${method} ${path}`).toEqual([
      501,
      'NotImplemented',
      `fauxkube does not implement ${feature} yet: see docs/fidelity.md`,
    ]);
  }
});
