import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const TEMPLATES = '/apis/resource.k8s.io/v1/namespaces/default/resourceclaimtemplates';

test('a template of claims says nothing of its claims but labels and annotations', async () => {
  await using cluster = await securedCluster();
  const metadata = { name: 'a', deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a.example.com/b'] };
  const body = { metadata: { name: 'a' }, spec: { metadata, spec: {} } };
  const answer = await cluster.ask('POST', TEMPLATES, { body });
  expect(answer.status).toBe(422);
  expect(at(answer.body, 'message')).toBe(
    'ResourceClaimTemplate.resource.k8s.io "a" is invalid: [spec.metadata.name: Forbidden: cannot be set, ' +
      'spec.metadata.deletionTimestamp: Forbidden: cannot be set, spec.metadata.finalizers: Forbidden: cannot be set]',
  );
});

test('a template of claims that is changed is told what is wrong with it, and that it cannot be', async () => {
  await using cluster = await securedCluster();
  await create(cluster, TEMPLATES, { metadata: { name: 'a' }, spec: { spec: {} } });
  const body = { metadata: { name: 'a' }, spec: { metadata: { name: 'b' }, spec: {} } };
  const answer = await cluster.ask('PUT', `${TEMPLATES}/a`, { body });
  expect(answer.status).toBe(422);
  expect(at(answer.body, 'details.causes.0.field')).toBe('spec.metadata.name');
  expect(at(answer.body, 'details.causes.1.message')).toContain('field is immutable');
  expect(at(answer.body, 'details.causes.2')).toBeUndefined();
});
