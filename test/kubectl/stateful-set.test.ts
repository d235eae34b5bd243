import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, rows, type Shop } from '../support/kubectl.ts';

const MANIFEST = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: {
    serviceName: 'db',
    replicas: 2,
    selector: { matchLabels: { app: 'db' } },
    template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'pg:1' }] } },
  },
};

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await writeFile(shop.file('db.json'), JSON.stringify(MANIFEST));
  await shop.kubectl('apply', '-f', shop.file('db.json'));
});
afterAll(() => shop[Symbol.asyncDispose]());

const image = (): Promise<string> =>
  shop.kubectl('get', 'sts', 'db', '-ojsonpath={.spec.template.spec.containers[0].image}');

describe('kubectl and a stateful set', () => {
  it('waits until its pods are there', async () => {
    expect(await shop.kubectl('rollout', 'status', 'sts/db')).toContain('partitioned roll out complete: 2 new pods');
    expect(rows(await shop.kubectl('get', 'pods')).map(({ NAME }) => NAME)).toEqual(['db-0', 'db-1']);
    expect(rows(await shop.kubectl('get', 'sts'))).toMatchObject([{ NAME: 'db', READY: '2/2' }]);
  });

  it('describes it with what happened', async () => {
    await shop.cluster.settle();
    const text = await shop.kubectl('describe', 'sts', 'db');
    expect(text).toMatch(/^Pods Status: +2 Running \/ 0 Waiting/m);
    expect(text).toMatch(/SuccessfulCreate .* statefulset-controller +Create Pod db-1 in StatefulSet db successful/);
  });

  it('scales it', async () => {
    await shop.kubectl('scale', 'sts/db', '--replicas=3');
    await shop.kubectl('wait', 'sts/db', '--for=jsonpath={.status.readyReplicas}=3');
    await shop.kubectl('scale', 'sts/db', '--replicas=1');
    await shop.kubectl('wait', 'pod/db-1', 'pod/db-2', '--for=delete');
    expect(rows(await shop.kubectl('get', 'sts'))).toMatchObject([{ READY: '1/1' }]);
  });

  it('updates it, lists revisions and goes back', async () => {
    await shop.kubectl('set', 'image', 'sts/db', 'c=pg:2');
    await shop.kubectl('rollout', 'status', 'sts/db');
    expect(await shop.kubectl('rollout', 'history', 'sts/db')).toMatch(/^1 +<none>\n2 +<none>$/m);
    expect(await shop.kubectl('rollout', 'history', 'sts/db', '--revision=1')).toMatch(/Image:\s+pg:1$/m);
    expect(await shop.kubectl('rollout', 'undo', 'sts/db')).toBe('statefulset.apps/db rolled back\n');
    await shop.kubectl('rollout', 'status', 'sts/db');
    expect(await image()).toBe('pg:1');
    await shop.cluster.settle();
    expect(await shop.kubectl('rollout', 'history', 'sts/db')).toMatch(/^2 +<none>\n3 +<none>$/m);
    await shop.kubectl('rollout', 'undo', 'sts/db', '--to-revision=2');
    expect(await image()).toBe('pg:2');
  });

  it('restarts it', async () => {
    const uid = (): Promise<string> => shop.kubectl('get', 'pod', 'db-0', '-ojsonpath={.metadata.uid}');
    await shop.kubectl('rollout', 'status', 'sts/db');
    const before = await uid();
    expect(await shop.kubectl('rollout', 'restart', 'sts/db')).toBe('statefulset.apps/db restarted\n');
    await shop.kubectl('rollout', 'status', 'sts/db');
    expect(await uid()).not.toBe(before);
  });

  it('deletes it, and leaves its pods when told so', async () => {
    await shop.kubectl('delete', 'sts', 'db', '--cascade=orphan');
    await shop.cluster.settle();
    expect(await shop.kubectl('get', 'pod', 'db-0', '-ojsonpath={.metadata.ownerReferences}')).toBe('');
    await shop.kubectl('apply', '-f', shop.file('db.json'));
    await shop.kubectl('rollout', 'status', 'sts/db');
    await shop.kubectl('delete', 'sts', 'db', '--cascade=foreground');
    expect(rows(await shop.kubectl('get', 'pods'))).toEqual([]);
  });
});
