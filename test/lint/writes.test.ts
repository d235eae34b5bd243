import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type LintedCluster, lintedCluster, MAPS, MERGE } from './support.ts';

let shop: LintedCluster;
beforeAll(async () => {
  shop = await lintedCluster();
});
beforeEach(() => shop.cluster.requests.clear());
afterAll(() => shop[Symbol.asyncDispose]());

const map = (name: string): object => ({ metadata: { name } });
const label = (value: string): object => ({ metadata: { labels: { value } } });
const WHO = { userAgent: 'operator/v1.0', user: 'kubernetes-admin' };

it('finds nothing where there is nothing', async () => {
  await shop.operator('POST', MAPS, map('calm'));
  await shop.operator('PATCH', `${MAPS}/calm`, label('a'), MERGE);
  expect(await shop.findings()).toEqual([]);
});

it('finds an object that is written again and again', async () => {
  await shop.operator('POST', MAPS, map('hot'));
  const values = Array.from({ length: 12 }, (_, i) => String(i));
  await Promise.all(values.map((value) => shop.operator('PATCH', `${MAPS}/hot`, label(value), MERGE)));
  expect(await shop.findings()).toMatchObject([
    {
      rule: 'hot-loop',
      severity: 'warning',
      ...WHO,
      resource: 'configmaps',
      namespace: 'default',
      name: 'hot',
      count: 12,
      message: expect.stringMatching(/^wrote it ([6-9]|1[0-2]) times within a second$/),
      times: [expect.any(String), expect.any(String), expect.any(String)],
      advice: expect.stringContaining('Write only what differs'),
    },
  ]);
});

it('finds writes that change nothing', async () => {
  await shop.operator('POST', MAPS, map('same'));
  for (let i = 0; i < 4; i++) await shop.operator('PATCH', `${MAPS}/same`, label('same'), MERGE);
  await shop.operator('PATCH', `${MAPS}/same?dryRun=All`, label('other'), MERGE);
  expect(await shop.findings()).toMatchObject([
    { rule: 'no-op-write', ...WHO, name: 'same', count: 3, message: 'wrote it 3 times without changing anything' },
  ]);
});

it('finds conflicts', async () => {
  await shop.operator('POST', MAPS, map('disputed'));
  const stale = { metadata: { name: 'disputed', resourceVersion: '1' } };
  for (let i = 0; i < 3; i++) expect(await shop.operator('PUT', `${MAPS}/disputed`, stale)).toBe(409);
  expect(await shop.operator('POST', MAPS, map('disputed'))).toBe(409);
  expect(await shop.findings()).toMatchObject([
    { rule: 'conflict', ...WHO, name: 'disputed', count: 3, message: 'met 3 conflicts with other writers' },
  ]);
});

it('finds writers that nobody can tell apart', async () => {
  await shop.operator('POST', MAPS, map('x'), { 'user-agent': 'Go-http-client/2.0' });
  await shop.operator('POST', `${MAPS}?fieldManager=mine`, map('y'), { 'user-agent': 'Go-http-client/2.0' });
  const apply = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'z' } };
  const type = { 'content-type': 'application/apply-patch+yaml' };
  await shop.operator('PATCH', `${MAPS}/z?fieldManager=default`, apply, type);
  await shop.operator('PATCH', `${MAPS}/z?fieldManager=operator`, apply, type);
  const found = await shop.findings();
  expect(
    found.map(({ rule, severity, userAgent, count, message }) => [rule, severity, userAgent, count, message]),
  ).toEqual([
    ['field-manager', 'info', 'Go-http-client/2.0', 1, 'wrote without a fieldManager'],
    ['field-manager', 'info', 'operator/v1.0', 1, 'wrote as "default", as anybody might'],
  ]);
});

it('looks at what came after a mark', async () => {
  await shop.operator('POST', MAPS, map('late'));
  for (let i = 0; i < 4; i++) await shop.operator('PATCH', `${MAPS}/late`, label('late'), MERGE);
  expect(await shop.findings()).toHaveLength(1);
  expect(await shop.findings(`?since=${shop.cluster.requests.mark()}`)).toEqual([]);
  const { text } = await shop.admin('GET', '/-/lint?format=text');
  expect(text).toMatch(
    /^warning no-op-write: configmaps default\/late\n {2}operator\/v1.0 \(kubernetes-admin\) wrote it 3 /,
  );
});
