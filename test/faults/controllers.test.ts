import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { type FaultyCluster, faultyCluster } from './support.ts';

const clock = new SimulatedClock();
let shop: FaultyCluster;
beforeAll(async () => {
  shop = await faultyCluster({ clock });
});
afterEach(() => shop.cluster.reset());
afterAll(() => shop[Symbol.asyncDispose]());

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`;

async function pods(): Promise<number> {
  const { body } = await shop.read('/api/v1/namespaces/default/pods');
  return (body.items as object[]).length;
}

const create = { verbs: ['create'], resource: 'pods' };

it('leaves controllers alone unless a rule is about them', async () => {
  await shop.fault({ match: create, code: 500 });
  await shop.cluster.apply(WEB);
  await shop.cluster.settle();
  expect([await pods(), (await shop.reports())[0]?.matched]).toEqual([1, 0]);
});

it.each([
  { ...create, controllers: true },
  { ...create, user: 'system:serviceaccount:kube-system:replicaset-controller' },
  { ...create, userAgent: 'kube-controller-manager*' },
])('has them try again until it works: %j', async (match) => {
  await shop.fault({ match, code: 500, times: 3 });
  await shop.cluster.apply(WEB);
  await expect
    .poll(async () => {
      await clock.advance(1000);
      await shop.cluster.settle();
      return await pods();
    })
    .toBe(1);
  expect(await shop.reports()).toMatchObject([{ fired: 3, state: 'spent' }]);
});

it('loses a write of theirs that was done, and they find it', async () => {
  await shop.fault({ match: { ...create, controllers: true }, reset: 'after', times: 1 });
  await shop.cluster.apply(WEB);
  await shop.cluster.settle();
  await clock.advance(1000);
  await shop.cluster.settle();
  expect([await pods(), (await shop.reports())[0]?.fired]).toEqual([1, 1]);
});

it('ends their watches, and they begin anew', async () => {
  await shop.fault({ match: { resource: 'deployments', controllers: true }, watch: { expire: 'event' }, times: 1 });
  await shop.cluster.apply(WEB);
  await shop.cluster.settle();
  expect([await pods(), (await shop.reports())[0]?.fired]).toEqual([1, 1]);
});

it('does not have them ask in a loop where every watch is too old', async () => {
  await shop.fault({ match: { resource: 'deployments', controllers: true }, watch: { expire: 'event' } });
  await shop.cluster.apply(WEB);
  await shop.cluster.settle();
  const { fired = 0 } = (await shop.reports())[0] ?? {};
  await clock.advance(1000);
  await shop.cluster.settle();
  expect((await shop.reports())[0]?.fired).toBe(fired + 1);
  // The list tells what no watch does.
  expect(await pods()).toBe(1);
});
