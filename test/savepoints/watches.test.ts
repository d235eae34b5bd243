import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { openWatch } from '../support/watch-stream.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const map = (name: string, x: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { x } });

describe('watches of a cluster that is brought back', () => {
  let cluster: RunningCluster;
  let port: number;

  beforeAll(async () => {
    cluster = await startCluster({ httpPort: 0, tokenFile: 'test/support/tokens.csv' });
    port = Number(new URL(cluster.httpUrl ?? '').port);
    await cluster.apply(map('a', '1'));
    await cluster.savepoints.save({ name: 'one' });
  });
  afterAll(() => cluster.stop());

  it('end, and cannot be resumed', async () => {
    await cluster.apply(map('a', '2'), map('b', '1'));
    const seen = Number(cluster.savepoints.list()[0]?.revision);
    using watch = await openWatch(port, `${MAPS}?watch=true&resourceVersion=${seen}`);
    await watch.until(2);
    const { resourceVersion } = watch.frames[1]?.object.metadata ?? {};
    await cluster.savepoints.restore('one');
    expect(await watch.ended).toHaveLength(2);
    using resumed = await openWatch(port, `${MAPS}?watch=true&resourceVersion=${resourceVersion}`);
    const [frame] = await resumed.until(1);
    expect(frame).toMatchObject({ type: 'ERROR', object: { kind: 'Status', reason: 'Expired', code: 410 } });
    expect(frame?.object.message).toMatch(/^too old resource version: \d+ \(\d+\)$/);
  });

  it('see ordinary events where that is asked for', async () => {
    await cluster.apply(map('a', '2'), map('b', '1'));
    await cluster.settle();
    using watch = await openWatch(port, `${MAPS}?watch=true`);
    await watch.until(3);
    await cluster.savepoints.restore('one', { watches: 'events' });
    const frames = (await watch.until(5)).slice(3);
    expect(frames.map(({ type, object }) => `${type} ${object.metadata.name}`).sort()).toEqual([
      'DELETED b',
      'MODIFIED a',
    ]);
  });
});
