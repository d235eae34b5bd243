import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminCluster, adminCluster } from '../admin/support.ts';
import { ask, readKubeconfig } from '../support/ask.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster();
});
afterAll(() => shop[Symbol.asyncDispose]());

const MAPS = '/api/v1/namespaces/default/configmaps';
const TAPE = '/-/requests/tape';

async function send(method: string, path: string, body: string, headers: Record<string, string> = {}): Promise<string> {
  const credentials = readKubeconfig(shop.cluster.kubeconfig());
  return (await ask(shop.cluster.url + path, { method, body, headers, credentials })).text;
}

it('needs bodies, and says how to have them', async () => {
  await shop.admin('POST', MAPS, { metadata: { name: 'bare' } });
  const { status, text } = await shop.admin('GET', TAPE);
  expect([status, (JSON.parse(text) as { message: string }).message]).toEqual([
    400,
    'a tape needs bodies, which the journal has not kept of 1 write: PUT /-/requests/level with ' +
      '{"level": "request"}, or start with --journal-level request',
  ]);
});

it('sends writes again, as their users, and tells what differs', async () => {
  await shop.admin('PUT', '/-/requests/level', { level: 'request' });
  const since = shop.cluster.requests.mark();
  const json = { 'content-type': 'application/json' };
  await send('POST', MAPS, '{"metadata":{"name":"a"}}', json);
  await send('POST', MAPS, '{"metadata":{"name":"b"}}', { ...json, 'impersonate-user': 'jane' });
  await send('PATCH', `${MAPS}/a?fieldManager=me`, 'apiVersion: v1\nkind: ConfigMap\ndata: {k: v}\n', {
    'content-type': 'application/apply-patch+yaml',
  });
  const current = JSON.parse(await send('GET', `${MAPS}/a`, '')) as { data: Record<string, string> };
  await send('PUT', `${MAPS}/a`, JSON.stringify({ ...current, data: { k: 'w' } }), json);
  const [created, , applied] = shop.cluster.requests.since(since, { code: '2xx,403', verb: 'create,patch' });
  expect(created?.requestObject).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'a' } });
  expect(applied?.requestObject).toMatchObject({ data: { k: 'v' } });
  const tape = (await shop.admin('GET', `${TAPE}?since=${since}`)).text;
  expect(tape.trimEnd().split('\n')).toHaveLength(4);
  const replay = async (): Promise<unknown> => JSON.parse(await send('POST', '/-/requests/replay', tape));
  const exists = { request: `POST ${MAPS}`, expected: 201, code: 409 };
  // By now another manager has the field that is applied.
  const conflict = { request: `PATCH ${MAPS}/a?fieldManager=me`, expected: 200, code: 409 };
  expect(await replay()).toMatchObject({ replayed: 4, differences: [exists, conflict] });
  await shop.cluster.reset();
  expect(await replay()).toEqual({ replayed: 4, differences: [] });
  const { data } = JSON.parse(await send('GET', `${MAPS}/a`, '')) as { data: unknown };
  expect(data).toEqual({ k: 'w' });
});

it('refuses what is no tape', async () => {
  const answer = await send('POST', '/-/requests/replay', '\n{"sequence": 1}\n');
  expect(answer).toContain('line 2 of the tape is none that GET /-/requests/tape has given');
});

it('sends an update again of what was read, in a cluster where the object is another one', async () => {
  await shop.admin('PUT', '/-/requests/level', { level: 'request' });
  const since = shop.cluster.requests.mark();
  const json = { 'content-type': 'application/json' };
  await send('POST', MAPS, '{"metadata":{"name":"read"},"data":{"k":"v"}}', json);
  const read = JSON.parse(await send('GET', `${MAPS}/read`, '')) as { data: object };
  await send('PUT', `${MAPS}/read`, JSON.stringify({ ...read, data: { k: 'w' } }), json);
  const tape = (await shop.admin('GET', `${TAPE}?since=${since}`)).text;
  await shop.cluster.reset();
  await shop.admin('POST', '/-/clock', { advance: '1h' });
  expect(JSON.parse(await send('POST', '/-/requests/replay', tape))).toEqual({ replayed: 2, differences: [] });
  expect(JSON.parse(await send('GET', `${MAPS}/read`, ''))).toMatchObject({ data: { k: 'w' } });
});
