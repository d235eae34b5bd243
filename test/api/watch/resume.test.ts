import { expect, test } from 'vitest';
import { seededRandom } from '../../../server/base/random.ts';
import { at, create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { openWatch, told } from '../../support/watch-stream.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

interface Change {
  readonly revision: number;
  readonly what: string;
}

/** Creates, changes and deletes objects at random; every change with the revision that it made. */
async function changes(cluster: SecuredCluster, count: number): Promise<Change[]> {
  const random = seededRandom(7);
  const alive: string[] = [];
  const done: Change[] = [];
  const revisionOf = (body: unknown): number => Number(at(body, 'metadata.resourceVersion'));
  for (let i = 0; i < count; i++) {
    const pick = Math.floor(random.fraction() * 3);
    const name = alive[Math.floor(random.fraction() * alive.length)];
    if (pick === 0 || name === undefined) {
      const body = await create(cluster, MAPS, { metadata: { name: `m${i}` } });
      alive.push(`m${i}`);
      done.push({ revision: revisionOf(body), what: `ADDED m${i}` });
    } else if (pick === 1) {
      const { body } = await cluster.ask('PUT', `${MAPS}/${name}`, {
        body: { metadata: { name }, data: { i: `${i}` } },
      });
      done.push({ revision: revisionOf(body), what: `MODIFIED ${name}` });
    } else {
      await cluster.ask('DELETE', `${MAPS}/${name}`);
      alive.splice(alive.indexOf(name), 1);
      done.push({ revision: cluster.cluster.storage.revision(), what: `DELETED ${name}` });
    }
  }
  return done;
}

test('a watch goes on after any version, without a gap and without a repetition', async () => {
  await using cluster = await securedCluster();
  const done = await changes(cluster, 40);
  for (let i = 0; i < done.length; i += 3) {
    const rest = done.slice(i + 1);
    using watch = await openWatch(cluster.port, `${MAPS}?watch=true&resourceVersion=${done[i]?.revision}`);
    const frames = await watch.until(rest.length);
    expect(told(frames)).toEqual(rest.map(({ what }) => what));
    expect(frames.map(({ object }) => Number(object.metadata.resourceVersion))).toEqual(
      rest.map(({ revision }) => revision),
    );
  }
});

test('what changes while a watch begins is part of it once', async () => {
  await using cluster = await securedCluster();
  const before = cluster.cluster.storage.revision();
  const writing = changes(cluster, 30);
  using watch = await openWatch(cluster.port, `${MAPS}?watch=true&resourceVersion=${before}`);
  const done = await writing;
  expect(told(await watch.until(done.length))).toEqual(done.map(({ what }) => what));
});

test('a watch after a version that is forgotten brings one error, 410, and ends', async () => {
  await using cluster = await securedCluster();
  const [first] = await changes(cluster, 10);
  const { storage } = cluster.cluster;
  storage.compact(storage.revision());
  using watch = await openWatch(cluster.port, `${MAPS}?watch=true&resourceVersion=${first?.revision}`);
  const frames = await watch.ended;
  expect([watch.status, frames.length]).toEqual([200, 1]);
  expect(frames[0]).toMatchObject({
    type: 'ERROR',
    object: {
      kind: 'Status',
      status: 'Failure',
      message: `too old resource version: ${first?.revision} (${storage.revision()})`,
      reason: 'Expired',
      code: 410,
    },
  });
});

test('a watch that wants the state of a version that is still to come is told so', async () => {
  await using cluster = await securedCluster();
  const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=999999';
  using watch = await openWatch(cluster.port, `${MAPS}?${query}`);
  expect(await watch.ended).toMatchObject([{ type: 'ERROR', object: { reason: 'Timeout', code: 504 } }]);
});
