/** Who wrote the objects that a cluster begins with, and when. */
import { expect, test } from 'vitest';
import { golden } from '../support/golden.ts';
import { at, securedCluster } from '../support/secured-cluster.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

interface Case {
  readonly path: string;
  readonly managedFields: readonly object[];
}

test('the objects of a new cluster have the managers that those of a real one have', async () => {
  await using cluster = await securedCluster();
  for (const { path, managedFields } of golden<Case>('cluster/bootstrap-managers.json')) {
    const { body } = await cluster.ask('GET', path);
    const entries = at(body, 'metadata.managedFields') as { time?: string }[] | undefined;
    expect(
      entries?.map(({ time: _time, ...entry }) => entry),
      path,
    ).toEqual(managedFields);
  }
});

test('these managers wrote when the cluster began', async () => {
  const clock = new SimulatedClock();
  await using cluster = await securedCluster(clock);
  const { body } = await cluster.ask('GET', '/api/v1/namespaces/default');
  const [entry] = at(body, 'metadata.managedFields') as { time?: string }[];
  expect(entry?.time).toBe(at(body, 'metadata.creationTimestamp'));
});

test('a change of such an object takes fields from its first manager', async () => {
  await using cluster = await securedCluster();
  const path = '/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical?fieldManager=me';
  const { status, body } = await cluster.ask('PATCH', path, {
    headers: [['content-type', 'application/merge-patch+json']],
    body: { description: 'mine' },
  });
  expect(status).toBe(200);
  const entries = at(body, 'metadata.managedFields') as { manager: string; fieldsV1: Record<string, unknown> }[];
  expect(entries.map(({ manager, fieldsV1 }) => [manager, Object.keys(fieldsV1)])).toEqual([
    ['kube-apiserver', ['f:preemptionPolicy', 'f:value']],
    ['me', ['f:description']],
  ]);
});
