import { expect, test } from 'vitest';
import { at, type SecuredCluster } from '../../support/secured-cluster.ts';
import { configuration, configured } from './support.ts';

const limited = (...limits: object[]): object =>
  configuration({
    name: 'EventRateLimit',
    configuration: { apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1', kind: 'Configuration', limits },
  });

const ENABLED = { enable: ['EventRateLimit'] };

async function send(cluster: SecuredCluster, name: string, component = 'x', query = ''): Promise<unknown> {
  const involvedObject = { kind: 'Pod', namespace: 'default', name: 'p' };
  const body = { metadata: { name }, involvedObject, source: { component } };
  const answer = await cluster.ask('POST', `/api/v1/namespaces/default/events${query}`, { body });
  return answer.status === 201 ? 201 : [answer.status, at(answer.body, 'reason'), at(answer.body, 'message')];
}

const tooMany = (why: string): unknown => [429, 'TooManyRequests', `Too many requests: ${why}`];

test('events are refused beyond a burst, and pass again with time', async () => {
  await using cluster = await configured(limited({ type: 'Namespace', qps: 1, burst: 2 }), ENABLED);
  expect([await send(cluster, 'a'), await send(cluster, 'b')]).toEqual([201, 201]);
  const refusal = tooMany('limit reached on type Namespace for key default');
  expect(await send(cluster, 'c')).toEqual(refusal);
  expect(await send(cluster, 'c', 'x', '?dryRun=All')).toBe(201);
  await cluster.clock.advance(1000);
  expect(await send(cluster, 'c')).toBe(201);
  expect(await send(cluster, 'd')).toEqual(refusal);
});

test('sources have a limit each, and all limits that are reached are told', async () => {
  const both = limited({ type: 'SourceAndObject', qps: 1, burst: 1 }, { type: 'Server', qps: 1, burst: 2 });
  await using cluster = await configured(both, ENABLED);
  expect([await send(cluster, 'a', 'x'), await send(cluster, 'b', 'y')]).toEqual([201, 201]);
  expect(await send(cluster, 'c', 'x')).toEqual(
    tooMany('[limit reached on type SourceAndObject for key xPoddefaultp, limit reached on type Server for key ]'),
  );
});
