import { expect, it } from 'vitest';
import { type Answered, ask, readKubeconfig } from '../support/ask.ts';
import { CONFIG_MAPS, faultyCluster } from './support.ts';

it('holds in the cluster that it was added to, and in no other', async () => {
  await using shop = await faultyCluster();
  const made = await shop.admin('POST', '/-/clusters', { name: 'a' });
  const credentials = readKubeconfig((JSON.parse(made.text) as { kubeconfig: string }).kubeconfig);
  const inside = (method: string, path: string, body?: object): Promise<Answered> =>
    ask(credentials.server + path, { method, credentials, ...(body && { body: JSON.stringify(body) }) });
  const statuses = async (): Promise<number[]> => [
    (await inside('GET', CONFIG_MAPS)).status,
    (await shop.read(CONFIG_MAPS)).status,
  ];
  const rule = { match: { resource: 'configmaps' }, code: 503 };
  expect((await inside('POST', '/-/faults', rule)).status).toBe(200);
  expect(await statuses()).toEqual([503, 200]);
  expect(await shop.reports()).toEqual([]);
  expect((await inside('DELETE', '/-/faults')).status).toBe(200);
  await shop.fault(rule);
  expect(await statuses()).toEqual([200, 503]);
  expect(await inside('POST', '/-/faults', { certificate: 'expired' })).toMatchObject({
    status: 400,
    text: expect.stringContaining('this cluster has no port of its own'),
  });
});
