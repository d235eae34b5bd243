import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openStream } from './streams.ts';
import { CONFIG_MAPS, type FaultyCluster, faultyCluster } from './support.ts';

let shop: FaultyCluster;
beforeAll(async () => {
  shop = await faultyCluster({ nodes: 0 });
});
afterEach(() => shop.cluster.faults.clear());
afterAll(() => shop[Symbol.asyncDispose]());

const PATH = `${CONFIG_MAPS}?watch=1&resourceVersion=`;
const match = { resource: 'configmaps' };

async function version(): Promise<string> {
  const { metadata } = (await shop.read(CONFIG_MAPS)).body as { metadata: { resourceVersion: string } };
  return metadata.resourceVersion;
}

it('is refused with 410', async () => {
  const at = await version();
  await shop.fault({ match, watch: { expire: 'status' }, times: 1 });
  const { status, body } = await shop.read(PATH + at);
  expect([status, body.reason, body.message]).toEqual([410, 'Expired', `too old resource version: ${at} (${at})`]);
  using _stream = await openStream('http2', shop, PATH + at);
  expect(await shop.reports()).toMatchObject([{ matched: 1, fired: 1, state: 'spent' }]);
});

it('ends at once with 410 as an event, instead of the state', async () => {
  await shop.fault({ match, watch: { expire: 'event' }, times: 1 });
  using stream = await openStream('http1', shop, PATH);
  await stream.ended;
  expect(stream.frames).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
});

it.each(['http1', 'websocket'] as const)('loses its connection instead of an answer: %s', async (protocol) => {
  await shop.fault({ match: { ...match, verbs: ['watch'] }, reset: 'before' });
  await expect(openStream(protocol, shop, PATH)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect((await shop.read(CONFIG_MAPS)).status).toBe(200);
});

it('is told no bookmark, where bookmarks are named', async () => {
  await shop.fault({ match, watch: { drop: true, types: ['BOOKMARK'] } });
  await shop.fault({ match, watch: { close: true }, after: 1 });
  using stream = await openStream(
    'http1',
    shop,
    `${CONFIG_MAPS}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
  );
  await expect.poll(async () => (await shop.reports())[0]?.fired).toBe(1);
  await shop.fault({ match, watch: { close: true } });
  await stream.ended;
  expect(stream.frames.map(({ type }) => type)).toEqual(stream.frames.map(() => 'ADDED'));
});
