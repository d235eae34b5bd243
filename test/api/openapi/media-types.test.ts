import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { plainServer } from '../../support/plain-server.ts';

const V2 = '/openapi/v2';
const V3 = '/openapi/v3/apis/policy/v1';
const protobuf = (version: string, separator: string): string =>
  `application/com.github.proto-openapi.spec.${version}${separator}v1.0+protobuf`;

test.each([
  [V2, '', 'application/json'],
  [V2, '*/*', 'application/json'],
  [V2, 'application/*', 'application/json'],
  [V2, 'text/html, application/json;q=0.1', 'application/json'],
  [V2, protobuf('v2', '@'), protobuf('v2', '.')],
  [V2, protobuf('v2', '.'), protobuf('v2', '.')],
  [V3, '', 'application/json'],
  [V3, protobuf('v3', '@'), protobuf('v3', '.')],
  [V3, `${protobuf('v3', '.')};q=0.5, application/json`, 'application/json'],
])('%s for a client that accepts "%s" is %s', async (path, accept, type) => {
  await using server = await plainServer();
  const { status, headers, body } = await server.ask('GET', path, accept === '' ? {} : { accept });
  expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type });
  expect(body.subarray(0, 1).toString() === '{').toBe(type === 'application/json');
});

test.each([
  [V2, 'text/html'],
  [V2, protobuf('v3', '.')],
  [V3, 'application/yaml'],
])('%s for a client that accepts only %s is 406 without a body', async (path, accept) => {
  await using server = await plainServer();
  const { status, headers, body } = await server.ask('GET', path, { accept });
  expect({ status, type: headers['content-type'], bytes: body.length }).toEqual({
    status: 406,
    type: undefined,
    bytes: 0,
  });
});

test('only the document of v2 is compressed', async () => {
  await using server = await plainServer();
  const plain = await server.ask('GET', V2);
  const packed = await server.ask('GET', V2, { 'accept-encoding': 'gzip' });
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(packed.headers.etag).toBe(plain.headers.etag);
  expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
  expect(plain.headers.vary).toBe('Accept-Encoding, Accept');
  const refused = await server.ask('GET', V2, { 'accept-encoding': 'gzip;q=0' });
  expect(refused.headers['content-encoding']).toBeUndefined();
  const other = await server.ask('GET', V3, { 'accept-encoding': 'gzip' });
  expect(other.headers['content-encoding']).toBeUndefined();
});
