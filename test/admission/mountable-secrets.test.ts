import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../support/secured-cluster.ts';

const reference = { secretKeyRef: { name: 'no', key: 'k' } };
const allowed = 'is not allowed because service account strict does not reference that';

const REFUSALS: [spec: object, why: string][] = [
  [{ volumes: [{ name: 'v', secret: { secretName: 'no' } }] }, `volume with secret.secretName="no" ${allowed} secret`],
  [
    { containers: [{ name: 'c', image: 'i', env: [{ name: 'E', valueFrom: reference }] }] },
    `container c with envVar E referencing secret.secretName="no" ${allowed} secret`,
  ],
  [
    { initContainers: [{ name: 'ic', image: 'i', envFrom: [{ secretRef: { name: 'no' } }] }] },
    `init container ic with envFrom referencing secret.secretName="no" ${allowed} secret`,
  ],
  [{ imagePullSecrets: [{ name: 'no' }] }, `imagePullSecrets[0].name="no" ${allowed} imagePullSecret`],
];

test('an account with the old annotation limits pods to its secrets', async () => {
  await using cluster = await securedCluster();
  const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' };
  const account = { metadata: { name: 'strict', annotations }, secrets: [{ name: 'ok' }] };
  await create(cluster, '/api/v1/namespaces/default/serviceaccounts', account);
  const post = async (spec: object): Promise<unknown> => {
    const full = { serviceAccountName: 'strict', containers: [{ name: 'c', image: 'i' }], ...spec };
    const answer = await cluster.ask('POST', '/api/v1/namespaces/default/pods', {
      body: { metadata: { name: 'p' }, spec: full },
    });
    return answer.status === 201 ? 'created' : at(answer.body, 'message');
  };
  for (const [spec, why] of REFUSALS) expect(await post(spec)).toBe(`pods "p" is forbidden: ${why}`);
  expect(await post({ volumes: [{ name: 'v', secret: { secretName: 'ok' } }] })).toBe('created');
});
