import { expect, test } from 'vitest';
import { at, securedCluster } from '../support/secured-cluster.ts';

const metadata = { name: 'p', annotations: { 'kubernetes.io/config.mirror': 'x' } };
const token = { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } };

const REFUSALS: [spec: object, why: string][] = [
  [{ serviceAccountName: 'default' }, 'a mirror pod may not reference service accounts'],
  [{ volumes: [{ name: 'v', secret: { secretName: 's' } }] }, 'a mirror pod may not reference secrets'],
  [{ imagePullSecrets: [{ name: 's' }] }, 'a mirror pod may not reference secrets'],
  [{ volumes: [{ name: 'v', ...token }] }, 'a mirror pod may not use ServiceAccountToken volume projections'],
];

test.each(REFUSALS)('a mirror pod with %j is refused', async (spec, why) => {
  await using cluster = await securedCluster();
  const body = { metadata, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } };
  const answer = await cluster.ask('POST', '/api/v1/namespaces/default/pods', { body });
  expect(at(answer.body, 'message')).toBe(`pods "p" is forbidden: ${why}`);
});

test('a mirror pod is left as it is', async () => {
  await using cluster = await securedCluster();
  const body = { metadata, spec: { nodeName: 'node01', containers: [{ name: 'c', image: 'i' }] } };
  const answer = await cluster.ask('POST', '/api/v1/namespaces/default/pods', { body });
  expect([at(answer.body, 'spec.serviceAccountName'), at(answer.body, 'spec.volumes')]).toEqual([undefined, undefined]);
});
