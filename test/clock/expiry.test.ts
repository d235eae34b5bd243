import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask } from '../support/ask.ts';
import { type FrozenCluster, frozenCluster } from './support.ts';

let shop: FrozenCluster;
beforeAll(async () => {
  shop = await frozenCluster();
});
afterAll(() => shop[Symbol.asyncDispose]());

it('Events are there for an hour', async () => {
  await shop.apply('{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: c, image: nginx}]}}');
  const events = async (): Promise<number> => (await shop.list('v1/events')).length;
  expect(await events()).toBeGreaterThan(0);
  await shop.move({ advance: '59m' });
  expect(await events()).toBeGreaterThan(0);
  await shop.move({ advance: '61s' });
  expect(await events()).toBe(0);
});

it('a token is good until its time is over', async () => {
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
  const { status } = JSON.parse((await shop.admin('POST', path, body)).text) as { status: { token: string } };
  const whoAmI = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${status.token}` };
    return (await ask(`${shop.cluster.url}/api/v1/namespaces/default/pods`, { headers })).status;
  };
  expect(await whoAmI()).toBe(403);
  await shop.move({ advance: '9m' });
  expect(await whoAmI()).toBe(403);
  await shop.move({ advance: '3m' });
  expect(await whoAmI()).toBe(401);
});

it('a finished Job goes when its time to live is over', async () => {
  await shop.apply(`
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  ttlSecondsAfterFinished: 100
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sleep, '20']}]}}
`);
  await shop.move({ advance: '1m' });
  expect(await shop.get('batch/v1/jobs', 'once')).toMatchObject({ status: { succeeded: 1 } });
  await shop.move({ advance: '55s' });
  expect(await shop.get('batch/v1/jobs', 'once')).toBeDefined();
  await shop.move({ advance: '10s' });
  expect(await shop.get('batch/v1/jobs', 'once')).toBeUndefined();
});
