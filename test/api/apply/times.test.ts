import { expect, test } from 'vitest';
import { at, securedCluster } from '../../support/secured-cluster.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const PATH = '/api/v1/namespaces/default/pods/p?fieldManager=';
const HEADERS = [['content-type', 'application/apply-patch+yaml']] as const;
const pod = (cpu: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: {
    automountServiceAccountToken: false,
    containers: [{ name: 'c', image: 'i', resources: { limits: { cpu } } }],
  },
});

test('an apply that changes nothing writes nothing, whichever way amounts are spelled', async () => {
  const clock = new SimulatedClock();
  await using cluster = await securedCluster(clock);
  await cluster.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
  const first = await cluster.ask('PATCH', `${PATH}m`, { headers: HEADERS, body: pod('1') });
  expect(first.status).toBe(201);
  const version = at(first.body, 'metadata.resourceVersion');
  for (const cpu of ['1', '1000m', '1']) {
    await clock.advance(5000);
    const again = await cluster.ask('PATCH', `${PATH}m`, { headers: HEADERS, body: pod(cpu) });
    expect([again.status, at(again.body, 'metadata.resourceVersion')], cpu).toEqual([200, version]);
    expect(at(again.body, 'metadata.managedFields')).toEqual(at(first.body, 'metadata.managedFields'));
  }
});

test('a manager that only joins another has no time of its own', async () => {
  await using cluster = await securedCluster();
  await cluster.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
  await cluster.ask('PATCH', `${PATH}m`, { headers: HEADERS, body: pod('1') });
  const { body } = await cluster.ask('PATCH', `${PATH}n`, { headers: HEADERS, body: pod('1') });
  const entries = at(body, 'metadata.managedFields') as { manager: string; time?: string }[];
  expect(entries.map(({ manager, time }) => [manager, time !== undefined])).toEqual([
    ['n', false],
    ['m', true],
  ]);
});
