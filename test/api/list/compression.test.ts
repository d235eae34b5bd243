import { get } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

let cluster: SecuredCluster;
beforeAll(async () => {
  cluster = await securedCluster();
  await create(cluster, MAPS, { metadata: { name: 'small' }, data: { text: 'a'.repeat(120_000) } });
  await create(cluster, MAPS, { metadata: { name: 'large' }, data: { text: 'b'.repeat(140_000) } });
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface Answer {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

/** Unlike fetch, this client leaves the bytes as they are. */
function ask(path: string, encoding: string | undefined, accept = JSON_TYPE): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer admin-token', accept, ...(encoding && { 'accept-encoding': encoding }) };
    get({ host: '127.0.0.1', port: cluster.port, path, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ headers: response.headers, bytes: Buffer.concat(parts) }));
    }).on('error', reject);
  });
}

it.each([
  [`${MAPS}/large`, JSON_TYPE],
  [MAPS, JSON_TYPE],
  [MAPS, PROTOBUF],
  [`${MAPS}?pretty=1`, JSON_TYPE],
])('%s as %s is compressed for whoever accepts gzip', async (path, accept) => {
  const plain = await ask(path, undefined, accept);
  expect(plain.headers['content-encoding']).toBeUndefined();
  for (const encoding of ['gzip', 'deflate, gzip', 'br , gzip ,x']) {
    const { headers, bytes } = await ask(path, encoding, accept);
    expect([headers['content-encoding'], headers.vary]).toEqual(['gzip', 'Accept-Encoding']);
    expect(headers['content-length']).not.toBe(String(plain.bytes.length));
    expect(gunzipSync(bytes).equals(plain.bytes)).toBe(true);
  }
});

it.each([
  ['a small object', `${MAPS}/small`, 'gzip'],
  ['a small list', `${MAPS}?labelSelector=none`, 'gzip'],
  ['another encoding', `${MAPS}/large`, 'deflate, br'],
  ['a quality, which upstream does not read', `${MAPS}/large`, 'gzip;q=1'],
])('nothing is compressed for %s', async (_what, path, encoding) => {
  expect((await ask(path, encoding)).headers['content-encoding']).toBeUndefined();
});

it.each(['/metrics', '/metrics/slis'])('%s is compressed for whoever accepts gzip, however short', async (path) => {
  const { headers, bytes } = await ask(path, 'gzip');
  expect([headers['content-encoding'], headers['content-length']]).toEqual(['gzip', String(bytes.length)]);
  expect(gunzipSync(bytes).toString()).toMatch(/^(# HELP|$)/);
  expect((await ask(path, 'gzip;q=0')).headers['content-encoding']).toBeUndefined();
});

it.each(['/api/v1', '/apis', '/openapi/v3', '/openapi/v3/apis/apps/v1'])('%s is not compressed', async (path) => {
  expect((await ask(path, 'gzip')).headers['content-encoding']).toBeUndefined();
});
