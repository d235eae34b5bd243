import { constants } from 'node:http2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CONFIG_MAPS, configMap, type FaultyCluster, faultyCluster } from './support.ts';

let shop: FaultyCluster;
beforeAll(async () => {
  shop = await faultyCluster();
});
afterEach(() => shop.cluster.faults.clear());
afterAll(() => shop[Symbol.asyncDispose]());

const exists = async (name: string): Promise<boolean> => (await shop.read(`${CONFIG_MAPS}/${name}`)).status === 200;
const match = { verbs: ['create'], resource: 'configmaps' };

describe('a reset', () => {
  it('before: the connection is gone and nothing has been done', async () => {
    await shop.fault({ match, reset: 'before' });
    await expect(shop.admin('POST', CONFIG_MAPS, configMap('one'))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await exists('one')).toBe(false);
  });

  it('after: the write is done, and nobody is told', async () => {
    await shop.fault({ match, reset: 'after' });
    await expect(shop.admin('POST', CONFIG_MAPS, configMap('two'))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await exists('two')).toBe(true);
  });

  it('after: refusals are lost as well', async () => {
    await shop.fault({ match: { verbs: ['get'], resource: 'configmaps' }, reset: 'after', times: 1 });
    await expect(shop.admin('GET', `${CONFIG_MAPS}/none`)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await shop.admin('GET', `${CONFIG_MAPS}/none`)).status).toBe(404);
  });

  it('of a stream of HTTP/2 leaves the others alone', async () => {
    await shop.fault({ match, reset: 'after' });
    using client = shop.http2();
    const lost = await client.ask('POST', CONFIG_MAPS, configMap('three'));
    expect(lost).toMatchObject({ status: 0, reset: constants.NGHTTP2_INTERNAL_ERROR, isGone: false });
    expect(await client.ask('GET', `${CONFIG_MAPS}/three`)).toMatchObject({ status: 200, reset: 0 });
  });

  it('of the connection takes every stream of it', async () => {
    await shop.fault({ match, reset: 'before', scope: 'connection' });
    using client = shop.http2();
    const watching = client.ask('GET', `${CONFIG_MAPS}?watch=1`);
    const lost = await client.ask('POST', CONFIG_MAPS, configMap('four'));
    expect(lost).toMatchObject({ status: 0, isGone: true });
    expect(await watching).toMatchObject({ isGone: true });
    expect(await exists('four')).toBe(false);
  });
});

describe('a truncated body', () => {
  beforeAll(() => shop.cluster.apply(configMap('long', { text: 'x'.repeat(10_000) })));
  const path = `${CONFIG_MAPS}/long`;
  const whole = async (): Promise<string> => (await shop.admin('GET', path)).text;

  it('has its head and half of it over HTTP/1.1', async () => {
    const text = await whole();
    await shop.fault({ match: { resource: 'configmaps' }, truncate: true });
    const answered = await shop.admin('GET', path);
    expect(answered).toMatchObject({ status: 200, complete: false });
    expect(answered.text).toBe(text.slice(0, text.length >> 1));
  });

  it('has as many bytes as are wanted, and never all, over HTTP/2', async () => {
    const text = await whole();
    using client = shop.http2();
    for (const [truncate, length] of [
      [10, 10],
      [0, 0],
      [1_000_000, text.length - 1],
    ] as const) {
      await shop.fault({ name: 'cut', match: { resource: 'configmaps' }, truncate });
      const answered = await client.ask('GET', path);
      expect(answered).toMatchObject({ status: 200, reset: constants.NGHTTP2_INTERNAL_ERROR, isGone: false });
      expect([answered.text, answered.headers['content-length']]).toEqual([text.slice(0, length), String(text.length)]);
      await shop.admin('DELETE', '/-/faults/cut');
    }
  });

  it('is what lists have too, whoever makes them piece by piece', async () => {
    const text = (await shop.admin('GET', CONFIG_MAPS)).text;
    await shop.fault({ match: { verbs: ['list'] }, truncate: true, scope: 'connection' });
    expect(await shop.admin('GET', CONFIG_MAPS)).toEqual({
      status: 200,
      complete: false,
      text: text.slice(0, text.length >> 1),
    });
    using client = shop.http2();
    expect(await client.ask('GET', CONFIG_MAPS)).toMatchObject({ status: 200, isGone: true });
    shop.cluster.faults.clear();
    await shop.fault({ match: { verbs: ['list'] }, truncate: true });
    using another = shop.http2();
    const lost = await another.ask('GET', CONFIG_MAPS);
    expect(lost).toMatchObject({ status: 200, reset: constants.NGHTTP2_INTERNAL_ERROR, isGone: false });
    expect([lost.headers['content-length'], lost.text]).toEqual([undefined, text.slice(0, text.length >> 1)]);
  });
});
