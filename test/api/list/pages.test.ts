import { expect, test } from 'vitest';
import { seededRandom } from '../../../server/base/random.ts';
import { create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

interface List {
  readonly metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  readonly items: readonly { metadata: { name: string; namespace: string } }[];
  readonly [field: string]: unknown;
}

async function list(cluster: SecuredCluster, path: string): Promise<List> {
  const { status, body } = await cluster.ask('GET', path);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body as List;
}

const namesOf = ({ items }: List): string[] => items.map(({ metadata }) => metadata.name);

async function fill(cluster: SecuredCluster, count: number, labels: object = {}): Promise<string[]> {
  const names = Array.from({ length: count }, (_, i) => `m${String(i).padStart(3, '0')}`);
  for (const name of names) await create(cluster, MAPS, { metadata: { name, labels } });
  return names;
}

test('pages show one and the same state, whatever is written between them', async () => {
  await using cluster = await securedCluster();
  const names = await fill(cluster, 40);
  const random = seededRandom(3);
  const seen: string[] = [];
  const versions = new Set<string>();
  let query = 'limit=7';
  for (let page = 1; ; page++) {
    const part = await list(cluster, `${MAPS}?${query}`);
    seen.push(...namesOf(part));
    versions.add(part.metadata.resourceVersion);
    const left = names.length - seen.length;
    expect(part.metadata.remainingItemCount).toBe(left === 0 ? undefined : left);
    if (part.metadata.continue === undefined) break;
    query = `limit=7&continue=${part.metadata.continue}`;
    await create(cluster, MAPS, { metadata: { name: `new-${page}` } });
    await create(cluster, MAPS, { metadata: { name: `a-${page}` } });
    const victim = names[Math.floor(random.fraction() * names.length)] ?? '';
    await cluster.ask('DELETE', `${MAPS}/${victim}`);
  }
  expect(seen).toEqual(names);
  expect(versions.size).toBe(1);
});

test('pages of a selection do not say how many objects follow', async () => {
  await using cluster = await securedCluster();
  await fill(cluster, 10, { l: 'x' });
  const first = await list(cluster, `${MAPS}?limit=4&labelSelector=l%3Dx`);
  expect(first.metadata).toEqual({ resourceVersion: expect.any(String), continue: expect.any(String) });
  const rest = await list(cluster, `${MAPS}?limit=100&labelSelector=l%3Dx&continue=${first.metadata.continue}`);
  expect([...namesOf(first), ...namesOf(rest)].length).toBe(10);
});

test('pages of all namespaces go on across them', async () => {
  await using cluster = await securedCluster();
  for (const namespace of ['default', 'kube-public', 'kube-system'])
    for (const name of ['b', 'a'])
      await create(cluster, `/api/v1/namespaces/${namespace}/secrets`, { metadata: { name } });
  const seen: string[] = [];
  let token = '';
  do {
    const part = await list(cluster, `/api/v1/secrets?limit=1${token && `&continue=${token}`}`);
    for (const { metadata } of part.items) seen.push(`${metadata.namespace}/${metadata.name}`);
    token = part.metadata.continue ?? '';
  } while (token !== '');
  expect(seen).toEqual(['default/a', 'default/b', 'kube-public/a', 'kube-public/b', 'kube-system/a', 'kube-system/b']);
});

test('a token whose version is forgotten is expired, and comes with one that goes on from there', async () => {
  await using cluster = await securedCluster();
  const names = await fill(cluster, 6);
  const first = await list(cluster, `${MAPS}?limit=2`);
  await create(cluster, MAPS, { metadata: { name: 'z' } });
  const { storage } = cluster.cluster;
  storage.compact(storage.revision());
  const expired = await cluster.ask('GET', `${MAPS}?limit=2&continue=${first.metadata.continue}`);
  expect(expired).toMatchObject({ status: 410, body: { reason: 'Expired', code: 410 } });
  const { message, metadata } = expired.body as { message: string; metadata: { continue: string } };
  expect(message).toMatch(/^The provided continue parameter is too old to display a consistent list result\./);
  const rest = await list(cluster, `${MAPS}?continue=${metadata.continue}`);
  expect(namesOf(rest)).toEqual([...names.slice(2), 'z']);
});

test('a token leads nowhere but into its own list', async () => {
  await using cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces/kube-system/secrets', { metadata: { name: 'hidden' } });
  for (const start of ['../kube-system/', '../../secrets/kube-system/', '/../kube-system/a', 'a/../../kube-system/a']) {
    const token = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: -1, start })).toString('base64url');
    const { status, body } = await cluster.ask('GET', `/api/v1/namespaces/default/secrets?continue=${token}`);
    expect([status, JSON.stringify(body)]).toEqual([400, expect.not.stringContaining('hidden')]);
  }
});
