import { expect, test } from 'vitest';
import { securedCluster } from '../support/secured-cluster.ts';

const PATH = '/apis/flowcontrol.apiserver.k8s.io';
const PRESERVE_ZERO = 'flowcontrol.k8s.io/preserve-zero-concurrency-shares';
const level = (name: string, annotations: object): object => ({
  metadata: { name, annotations },
  spec: { type: 'Limited', limited: { nominalConcurrencyShares: 0, limitResponse: { type: 'Reject' } } },
});

const sharesOf = (body: unknown): unknown =>
  (body as { spec: { limited: { nominalConcurrencyShares: unknown } } }).spec.limited.nominalConcurrencyShares;

test('zero shares are the default in v1beta3, unless an annotation says that they are meant', async () => {
  await using cluster = await securedCluster(undefined, { kubernetesVersion: '1.31' });
  const levels = `${PATH}/v1beta3/prioritylevelconfigurations`;
  const plain = await cluster.ask('POST', levels, { body: level('plain', {}) });
  expect(plain.headers.warning).toBe(
    '299 - "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration is deprecated in v1.29+, unavailable in ' +
      'v1.32+; use flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration"',
  );
  expect(sharesOf(plain.body)).toBe(30);
  const zero = await cluster.ask('POST', levels, { body: level('zero', { [PRESERVE_ZERO]: '' }) });
  expect(zero.body).toMatchObject({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3',
    metadata: { annotations: { [PRESERVE_ZERO]: '' } },
  });
  const stored = await cluster.ask('GET', `${PATH}/v1/prioritylevelconfigurations/zero`);
  expect(sharesOf(stored.body)).toBe(0);
  expect(stored.body).not.toHaveProperty('metadata.annotations');
  expect((await cluster.ask('GET', `${PATH}/v1beta3/flowschemas/exempt`)).body).toMatchObject({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3',
  });
});

test('v1beta3 is gone in 1.32', async () => {
  await using cluster = await securedCluster(undefined, { kubernetesVersion: '1.32' });
  expect((await cluster.ask('GET', `${PATH}/v1beta3`)).status).toBe(404);
});
