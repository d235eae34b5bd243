import { expect, test } from 'vitest';
import { inFieldOrder } from '../../../server/schema/field-order.ts';
import { builtInTypes } from '../../../server/schema/type-table.ts';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const POD = builtInTypes().type('io.k8s.api.core.v1.Pod');

test('fields that defaults and allocation add stand where Go prints them', async () => {
  await using cluster = await securedCluster();
  const services = '/api/v1/namespaces/default/services';
  const made = await create(cluster, services, {
    metadata: { name: 's' },
    spec: { selector: { a: 'b' }, ports: [{ port: 1 }] },
  });
  expect(Object.keys(made as object)).toEqual(['kind', 'apiVersion', 'metadata', 'spec', 'status']);
  expect(Object.keys(at(made, 'spec') as object)).toEqual([
    'ports',
    'selector',
    'clusterIP',
    'clusterIPs',
    'type',
    'sessionAffinity',
    'ipFamilies',
    'ipFamilyPolicy',
    'internalTrafficPolicy',
  ]);
});

test('what is in order stays the same object', () => {
  const pod = { metadata: { name: 'p' }, spec: { volumes: [], containers: [{ name: 'c', image: 'i' }] } };
  expect(inFieldOrder(pod, POD)).toBe(pod);
});

test('order reaches into lists and maps, and unknown fields come last', () => {
  const pod = Object.freeze({
    status: {},
    spec: { nope: 1, containers: [{ image: 'i', name: 'c' }], volumes: [] },
    metadata: {},
  });
  const ordered = inFieldOrder(pod, POD) as typeof pod;
  expect(JSON.stringify(ordered)).toBe(
    '{"metadata":{},"spec":{"volumes":[],"containers":[{"name":"c","image":"i"}],"nope":1},"status":{}}',
  );
});
