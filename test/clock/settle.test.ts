import { expect, it } from 'vitest';
import { self } from '../../controllers/lib/controller.ts';
import { adminCluster } from '../admin/support.ts';

const stuck = {
  name: 'stuck-controller',
  account: 'stuck',
  watches: [self('v1/configmaps')],
  reconcile: ({ name }: { readonly name: string }) =>
    name === 'x' ? new Promise<undefined>(() => undefined) : Promise.resolve(undefined),
};

it('POST /-/settle waits until nobody has anything to do, and names who has', async () => {
  await using shop = await adminCluster({ extraControllers: [stuck] });
  const settle = (body?: object): ReturnType<typeof shop.admin> => shop.admin('POST', '/-/settle', body);
  expect(JSON.parse((await settle()).text)).toMatchObject({ kind: 'Status', status: 'Success' });
  expect((await settle({ timeoutSeconds: 5 })).status).toBe(200);
  for (const body of [{ timeoutSeconds: 0 }, { timeoutSeconds: '5' }, { seconds: 5 }, { timeoutSeconds: 1e9 }])
    expect(JSON.parse((await settle(body)).text)).toMatchObject({
      code: 400,
      message: 'the body may be {"timeoutSeconds": N}, with a number up to 3600, or nothing',
    });
  await shop.cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}');
  const { status, text } = await settle({ timeoutSeconds: 0.2 });
  expect([status, JSON.parse(text)]).toEqual([
    504,
    expect.objectContaining({
      reason: 'Timeout',
      message: 'the cluster did not settle within 0.2 s; still busy: stuck-controller default/x',
    }),
  ]);
});

it('whoever sleeps is not waited for', async () => {
  await using shop = await adminCluster();
  await shop.cluster.apply(
    '{apiVersion: v1, kind: Pod, metadata: {name: p}, ' +
      'spec: {containers: [{name: c, image: busybox, command: [sleep, "900"]}]}}',
  );
  expect((await shop.admin('POST', '/-/settle', { timeoutSeconds: 20 })).status).toBe(200);
});

it('nobody is waited for who needs time that stands still', async () => {
  await using shop = await adminCluster();
  await shop.cluster.apply(
    '{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}',
  );
  await shop.cluster.settle();
  const ended = async (): Promise<boolean> => (await shop.cluster.list('pods')).length === 0;
  // It has some hundred milliseconds to end, which begin before time is stopped, or after.
  await shop.admin('DELETE', '/api/v1/namespaces/default/pods/p');
  await shop.admin('POST', '/-/clock', { freeze: true });
  expect((await shop.admin('POST', '/-/settle', { timeoutSeconds: 5 })).status).toBe(200);
  expect(await ended()).toBe(false);
  await shop.admin('POST', '/-/clock', { advance: '1s' });
  expect((await shop.admin('POST', '/-/settle', { timeoutSeconds: 5 })).status).toBe(200);
  expect(await ended()).toBe(true);
});
