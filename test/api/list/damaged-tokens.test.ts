import { expect, test } from 'vitest';
import { at, securedCluster } from '../../support/secured-cluster.ts';

const NAMESPACES = '/api/v1/namespaces';

const token = (fields: string): string => Buffer.from(fields).toString('base64url');

test('a token that begins at the root of the list shows it from its beginning', async () => {
  await using cluster = await securedCluster();
  const whole = await cluster.ask('GET', NAMESPACES);
  const page = await cluster.ask(
    'GET',
    `${NAMESPACES}?continue=${token('{"v":"meta.k8s.io/v1","rv":-1,"start":"/"}')}`,
  );
  expect(page.status).toBe(200);
  expect(at(page.body, 'items')).toEqual(at(whole.body, 'items'));
});

test.each([
  ['10000000000000000000', 'json: cannot unmarshal number 10000000000000000000 into Go struct field continueToken.rv'],
  ['1.5', 'json: cannot unmarshal number 1.5 into Go struct field continueToken.rv of type int64'],
])('a token of the revision %s is refused: no integer of 64 bits is', async (revision, message) => {
  await using cluster = await securedCluster();
  const damaged = token(`{"v":"meta.k8s.io/v1","rv":${revision},"start":"a"}`);
  const page = await cluster.ask('GET', `${NAMESPACES}?continue=${damaged}`);
  expect(page.status).toBe(400);
  expect(at(page.body, 'message')).toContain(message);
});

test.each(['a//b', '../a', 'a/../b', '//'])('a token that begins at %s is refused', async (start) => {
  await using cluster = await securedCluster();
  const damaged = token(JSON.stringify({ v: 'meta.k8s.io/v1', rv: -1, start }));
  expect((await cluster.ask('GET', `${NAMESPACES}?continue=${damaged}`)).status).toBe(400);
});
