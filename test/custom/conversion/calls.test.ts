import { expect, test } from 'vitest';
import { noOutbound, type Outbound, OutboundError } from '../../../server/kube/outbound.ts';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';
import { convertedGizmos } from '../../support/webhooks/play-conversion.ts';
import { converted, DEFINITIONS, gizmo, V1, V2 } from './support.ts';

test('a list is converted by one call, and only what is new by the next', async () => {
  await using gizmos = await converted();
  const { cluster, counts } = gizmos;
  for (const name of ['a', 'b', 'c']) await create(cluster, V1, gizmo('v1', name, { size: 1 }));
  const { body } = await cluster.ask('GET', V2);
  expect((at(body, 'items') as object[]).map((item) => at(item, 'spec.length'))).toEqual([1, 1, 1]);
  expect(counts()).toEqual([3]);
  await create(cluster, V1, gizmo('v1', 'd', { size: 2 }));
  await cluster.ask('GET', V2);
  expect(counts()).toEqual([3, 1]);
});

test('of many objects at most two hundred are sent at once', async () => {
  await using gizmos = await converted();
  const { cluster, counts } = gizmos;
  for (let i = 0; i < 250; i++) await create(cluster, V1, gizmo('v1', `a${i}`, { size: i }));
  const { body } = await cluster.ask('GET', V2);
  expect(at(body, 'items')).toHaveLength(250);
  expect(counts()).toEqual([200, 50]);
});

test('a get asks each time, and the stored version asks nobody', async () => {
  await using gizmos = await converted();
  const { cluster, counts } = gizmos;
  await create(cluster, V1, gizmo('v1', 'a', { size: 1 }));
  await cluster.ask('GET', `${V2}/a`);
  await cluster.ask('GET', `${V2}/a`);
  await cluster.ask('GET', `${V1}/a`);
  await cluster.ask('GET', V1);
  expect(counts()).toEqual([1, 1]);
});

test('one object that cannot be converted fails the list, and is told', async () => {
  await using gizmos = await converted();
  const { cluster, webhook } = gizmos;
  for (const name of ['a', 'b', 'c']) await create(cluster, V1, gizmo('v1', name, { size: 1 }));
  webhook.behaviour = {
    twist: (object) => (at(object, 'metadata.name') === 'a' ? object : { ...object, kind: 'Widget' }),
  };
  const { status, body } = await cluster.ask('GET', V2);
  expect([status, at(body, 'reason')]).toEqual([500, 'StorageReadError']);
  expect(at(body, 'message')).toMatch(
    /^failed to read one or more gizmos\.example\.com from the storage: .*Key: \/example\.com\/gizmos\/default\/b, /,
  );
  expect(at(body, 'message')).toMatch(/invalid kind \(expected Gizmo, received Widget\) \(and 1 more\)$/);
  expect(at(body, 'details.causes')).toHaveLength(2);
});

test('a webhook has thirty seconds', async () => {
  const call: Outbound['call'] = ({ timeoutMs }) => Promise.reject(new OutboundError(`${timeoutMs} ms`));
  const outbound: Outbound = { ...noOutbound, call };
  await using cluster = await securedCluster(undefined, { outbound });
  await create(cluster, DEFINITIONS, convertedGizmos('example.com', {}, { url: 'https://127.0.0.1/convert' }));
  const { body } = await cluster.ask('POST', V2, { body: gizmo('v2', 'a', {}) });
  expect(at(body, 'message')).toBe('conversion webhook for example.com/v2, Kind=Gizmo failed: 30000 ms');
});

test('warnings are told once, however often a request is begun', async () => {
  await using gizmos = await converted();
  const { cluster } = gizmos;
  await create(cluster, V1, gizmo('v1', 'a', { size: 1 }));
  const answer = await cluster.ask('PATCH', `${V2}/a`, {
    body: { spec: { unknown: 1 } },
    headers: [['content-type', 'application/merge-patch+json']],
  });
  expect(answer.headers.warning).toEqual('299 - "unknown field \\"spec.unknown\\""');
});
