import { expect, test } from 'vitest';
import { type PlainServer, plainServer } from '../../support/plain-server.ts';

const PATH = '/openapi/v3/apis/policy/v1';

async function hashOf(server: PlainServer): Promise<string> {
  const { headers } = await server.ask('GET', PATH);
  return String(headers.etag).replaceAll('"', '');
}

test('a document that is asked for by its hash may be kept for a year', async () => {
  await using server = await plainServer();
  const { status, headers } = await server.ask('GET', `${PATH}?hash=${await hashOf(server)}`);
  expect(status).toBe(200);
  expect(headers['cache-control']).toBe('public, immutable');
  expect(headers.vary).toBe('Accept');
  const years =
    new Date(String(headers.expires)).getUTCFullYear() - new Date(server.cluster.clock.now()).getUTCFullYear();
  expect(years).toBe(1);
});

test('without a hash it has to be asked for again', async () => {
  await using server = await plainServer();
  const { headers } = await server.ask('GET', PATH);
  expect(headers['cache-control']).toBe('no-cache, private');
  expect(headers.expires).toBeUndefined();
});

test('a wrong hash is redirected to the right one', async () => {
  await using server = await plainServer();
  const { status, headers, body } = await server.ask('GET', `${PATH}?hash=ABC`);
  expect(status).toBe(301);
  expect(headers.location).toBe(`${PATH}?hash=${await hashOf(server)}`);
  expect(body.length).toBe(0);
});

test.each([PATH, '/openapi/v2'])('%s is not sent again to a client that has it', async (path) => {
  await using server = await plainServer();
  const { headers } = await server.ask('GET', path);
  for (const known of [String(headers.etag), `"other", W/${String(headers.etag)}`, '*']) {
    const again = await server.ask('GET', path, { 'if-none-match': known });
    expect(again.status).toBe(304);
    expect(again.headers['content-type']).toBeUndefined();
    expect(again.headers.etag).toBe(headers.etag);
  }
  expect((await server.ask('GET', path, { 'if-none-match': '"other"' })).status).toBe(200);
  const since = await server.ask('GET', path, { 'if-modified-since': String(headers['last-modified']) });
  expect(since.status).toBe(304);
});
