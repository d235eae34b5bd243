import { constants } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultWatch } from '../../server/index.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { type Frame, openStream, type Stream } from './streams.ts';
import { CONFIG_MAPS, configMap, type FaultyCluster, faultyCluster } from './support.ts';

let clock: SimulatedClock;
let shop: FaultyCluster;
beforeEach(async () => {
  clock = new SimulatedClock();
  shop = await faultyCluster({ clock, nodes: 0 });
});
afterEach(() => shop[Symbol.asyncDispose]());

const match = { resource: 'configmaps' };
const named = ({ type, object }: Frame): string => `${type} ${object.metadata?.name ?? object.code ?? ''}`;
const told = (stream: Stream): string[] => stream.frames.map(named);
const rule = (watch: FaultWatch): Promise<unknown> => shop.fault({ name: 'rule', match, watch, times: 1 });
const apply = (...names: string[]): Promise<void> => shop.cluster.apply(...names.map((name) => configMap(name)));

describe.each(['http1', 'http2', 'websocket'] as const)('a watch that runs, over %s', (protocol) => {
  let stream: Stream;
  beforeEach(async () => {
    const { metadata } = (await shop.read(CONFIG_MAPS)).body as { metadata: { resourceVersion: string } };
    stream = await openStream(protocol, shop, `${CONFIG_MAPS}?watch=1&resourceVersion=${metadata.resourceVersion}`);
  });
  afterEach(() => stream[Symbol.dispose]());

  it('misses an event', async () => {
    await rule({ drop: true, name: 'b' });
    await apply('a', 'b', 'c');
    await stream.until(2);
    expect(told(stream)).toEqual(['ADDED a', 'ADDED c']);
  });

  it('is told an event twice', async () => {
    await rule({ duplicate: true, types: ['ADDED'] });
    await apply('a', 'b');
    await stream.until(3);
    expect(told(stream)).toEqual(['ADDED a', 'ADDED a', 'ADDED b']);
  });

  it('waits until the rule is removed, and what follows waits too', async () => {
    await rule({ hold: true, name: 'b' });
    await apply('a', 'b', 'c');
    await stream.until(1);
    expect((await shop.reports())[0]).toMatchObject({ fired: 1, state: 'spent' });
    await shop.admin('DELETE', '/-/faults/rule');
    await stream.until(3);
    expect(told(stream)).toEqual(['ADDED a', 'ADDED b', 'ADDED c']);
  });

  it("waits for a time of the cluster's clock", async () => {
    await rule({ hold: '5s', name: 'a' });
    await apply('a', 'b');
    await clock.advance(4_999);
    expect(told(stream)).toEqual([]);
    await clock.advance(1);
    await stream.until(2);
    expect(told(stream)).toEqual(['ADDED a', 'ADDED b']);
  });

  it('breaks in the middle of an event', async () => {
    await rule({ cut: true, name: 'b' });
    await apply('a', 'b');
    const { rest, isProper, reset } = await stream.ended;
    expect(told(stream)).toEqual(['ADDED a']);
    expect(rest).toMatch(/^\{"type":"ADDED","object":\{.*"kind":"ConfigMap"/);
    expect([isProper, reset]).toEqual([false, protocol === 'http2' ? constants.NGHTTP2_INTERNAL_ERROR : 0]);
  });

  it('ends, as if its time were over', async () => {
    await apply('a');
    await stream.until(1);
    await rule({ close: true });
    expect(await stream.ended).toMatchObject({ rest: '', isProper: true });
    expect(told(stream)).toEqual(['ADDED a']);
  });

  it('ends with 410 in the words of upstream', async () => {
    await apply('a');
    const [{ object }] = (await stream.until(1)) as [Frame];
    await rule({ expire: 'event' });
    expect(await stream.ended).toMatchObject({ rest: '', isProper: true });
    const seen = String(object.metadata?.resourceVersion);
    expect(stream.frames.at(-1)).toEqual({
      type: 'ERROR',
      object: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: `too old resource version: ${seen} (${seen})`,
        reason: 'Expired',
        code: 410,
      },
    });
  });
});
