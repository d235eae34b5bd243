import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminCluster, adminCluster } from '../../admin/support.ts';
import { deployment, objectsOf } from './support.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster();
  for (const name of ['on', 'off'])
    await shop.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
});
afterAll(() => shop[Symbol.asyncDispose]());

const put = async (name: string, body: object): Promise<unknown> =>
  JSON.parse((await shop.admin('PUT', `/-/controllers/${name}`, body)).text);
const state = async (name: string): Promise<unknown> => {
  const { text } = await shop.admin('GET', '/-/controllers');
  return (JSON.parse(text) as { controllers: { name: string }[] }).controllers.find((each) => each.name === name);
};
const pods = (namespace: string, app: string): Promise<number> => objectsOf(shop.cluster, 'v1/pods', namespace, app);

describe('PUT /-/controllers/NAME with a namespace', () => {
  it('switches a controller off there and nowhere else, and works off what happened when it is on again', async () => {
    const off = await put('replicaset', { enabled: false, namespace: 'off' });
    expect(off).toEqual({ name: 'replicaset-controller', enabled: true, namespaces: { off: false } });
    await shop.cluster.apply(deployment('web', 'on'), deployment('web', 'off'));
    expect([await pods('on', 'web'), await pods('off', 'web')]).toEqual([1, 0]);
    expect(await objectsOf(shop.cluster, 'apps/v1/replicasets', 'off', 'web')).toBe(1);
    await put('replicaset', { enabled: true, namespace: 'off' });
    expect(await pods('off', 'web')).toBe(1);
  });

  it('switches a controller on there that is off everywhere else', async () => {
    await put('deployment', { enabled: false });
    await put('deployment-controller', { enabled: true, namespace: 'on' });
    expect(await state('deployment-controller')).toEqual({
      name: 'deployment-controller',
      enabled: false,
      namespaces: { on: true },
    });
    await shop.cluster.apply(deployment('api', 'on'), deployment('api', 'off'));
    expect([await pods('on', 'api'), await pods('off', 'api')]).toEqual([1, 0]);
    await put('deployment', { enabled: true });
    expect(await pods('off', 'api')).toBe(1);
    await shop.admin('DELETE', '/-/controllers/deployment?namespace=on');
  });

  it('also means the controllers of the namespace itself', async () => {
    await put('serviceaccount', { enabled: false, namespace: 'late' });
    await shop.cluster.apply('{apiVersion: v1, kind: Namespace, metadata: {name: late}}');
    expect(await objectsOf(shop.cluster, 'v1/serviceaccounts', 'late')).toBe(0);
    await put('serviceaccount', { enabled: true, namespace: 'late' });
    expect(await objectsOf(shop.cluster, 'v1/serviceaccounts', 'late')).toBe(1);
  });

  it('is about objects of the namespace for the garbage collector too', async () => {
    await put('garbage-collector', { enabled: false, namespace: 'off' });
    await shop.cluster.apply(deployment('gc', 'on'), deployment('gc', 'off'));
    await shop.cluster.settle();
    for (const namespace of ['on', 'off']) {
      const key = { namespace, name: 'gc' };
      const body = { propagationPolicy: 'Background' };
      await shop.cluster.transport().send({ verb: 'delete', resource: 'apps/v1/deployments', key, body });
    }
    expect([await pods('on', 'gc'), await pods('off', 'gc')]).toEqual([0, 1]);
    await put('garbage-collector', { enabled: true, namespace: 'off' });
    expect(await pods('off', 'gc')).toBe(0);
  });
});

describe('DELETE /-/controllers/NAME?namespace=', () => {
  it('takes the switch of a namespace away', async () => {
    await put('job', { enabled: false, namespace: 'off' });
    const { status, text } = await shop.admin('DELETE', '/-/controllers/job?namespace=off');
    expect([status, JSON.parse(text)]).toEqual([200, { name: 'job-controller', enabled: true }]);
    const again = await shop.admin('DELETE', '/-/controllers/job?namespace=off');
    expect([again.status, again.text]).toEqual([404, expect.stringContaining('has no switch for namespace')]);
  });

  it('does not take a controller away', async () => {
    expect((await shop.admin('DELETE', '/-/controllers/job')).status).toBe(405);
  });
});

it('says what the body has to be, and which name was meant', async () => {
  for (const body of [
    { enabled: true, namespace: 7 },
    { enabled: true, namespace: '' },
    { enabled: true, ns: 'a' },
  ])
    expect((await shop.admin('PUT', '/-/controllers/job', body)).status).toBe(400);
  const { status, text } = await shop.admin('PUT', '/-/controllers/deploymnet', { enabled: true });
  expect([status, text]).toEqual([404, expect.stringContaining('did you mean deployment-controller?')]);
});

it('ends with a reset', async () => {
  await put('job', { enabled: false });
  await put('cronjob', { enabled: false, namespace: 'off' });
  await shop.admin('POST', '/-/reset');
  expect(await state('job-controller')).toEqual({ name: 'job-controller', enabled: true });
  expect(await state('cronjob-controller')).toEqual({ name: 'cronjob-controller', enabled: true });
});
