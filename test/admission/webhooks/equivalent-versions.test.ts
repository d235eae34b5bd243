import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';
import { webhookServer } from '../../support/webhooks/webhook-server.ts';
import { hook, register } from './support.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const V1 = '/apis/example.com/v1/namespaces/default/gizmos';

const version = (name: string, field: string): object => ({
  name,
  served: true,
  storage: name === 'v1',
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: { size: { type: 'integer' }, [field]: { type: 'string', default: field } },
    },
  },
});

const gizmos = {
  metadata: { name: 'gizmos.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gizmos', kind: 'Gizmo' },
    versions: [version('v1', 'one'), version('v2', 'two')],
  },
};

const V2_ONLY = { operations: ['CREATE'], apiGroups: ['example.com'], apiVersions: ['v2'], resources: ['gizmos'] };
const body = { apiVersion: 'example.com/v1', kind: 'Gizmo', metadata: { name: 'a' }, size: 1 };

test('versions that differ in their name only are shown and changed by another one', async () => {
  const patch = [{ op: 'replace', path: '/size', value: 2 }];
  await using server = await webhookServer([{ response: { patch } }]);
  await using cluster = await securedCluster();
  await create(cluster, DEFINITIONS, gizmos);
  await register(cluster, 'mutating', 'changes', [hook(server, 0, { rules: [V2_ONLY] })]);
  const { body: made } = await cluster.ask('POST', V1, { body });
  expect(server.received.map(({ body: review }) => at(review, 'request.object.apiVersion'))).toEqual([
    'example.com/v2',
  ]);
  expect([at(made, 'apiVersion'), at(made, 'size'), at(made, 'one'), at(made, 'two')]).toEqual([
    'example.com/v1',
    2,
    'one',
    undefined,
  ]);
});
