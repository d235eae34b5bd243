import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ADMIN_TOKEN, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { exchangeBytes, requestBytes, sendBytes, type WireAnswer } from '../../support/wire.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const TEN_MIB = 10 * 1024 * 1024;

const endpointOf = ({ port }: SecuredCluster): { host: string; port: number } => ({ host: '127.0.0.1', port });

function headers(type: string): Record<string, string> {
  return { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': type };
}

function statusOf({ status, body }: WireAnswer): unknown[] {
  const { reason, message } = JSON.parse(body.toString()) as { reason?: string; message?: string };
  return [status, reason, message];
}

const TOO_LARGE = [413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728'];

const WRITES = [
  ['POST', MAPS, 'application/json'],
  ['POST', MAPS, 'application/yaml'],
  ['PUT', `${MAPS}/a`, 'application/json'],
  ['PATCH', `${MAPS}/a`, 'application/merge-patch+json'],
  ['PATCH', `${MAPS}/a`, 'application/json-patch+json'],
  ['DELETE', `${MAPS}/a`, 'application/json'],
  ['DELETE', MAPS, 'application/json'],
] as const;

test('bodies of 10 MiB are refused, whatever they are for, and the server goes on', async () => {
  await using cluster = await securedCluster();
  await cluster.ask('POST', MAPS, { body: { metadata: { name: 'a' } } });
  const body = Buffer.alloc(TEN_MIB, 'a');
  for (const [method, path, type] of WRITES) {
    const answer = await exchangeBytes(endpointOf(cluster), { method, path, headers: headers(type), body });
    expect(statusOf(answer), `${method} ${path} ${type}`).toEqual(TOO_LARGE);
  }
  expect((await cluster.ask('GET', `${MAPS}/a`)).status).toBe(200);
});

test('a body that does not say how long it is is refused as soon as it is too long', async () => {
  await using cluster = await securedCluster();
  const request = {
    method: 'POST',
    path: MAPS,
    headers: { ...headers('application/json'), 'transfer-encoding': 'chunked' },
  };
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), randomBytes(1 << 20), Buffer.from('\r\n')]);
  const head = requestBytes(request);
  const bytes = await sendBytes(endpointOf(cluster), Buffer.concat([head, ...Array<Buffer>(10).fill(chunk)]));
  expect(bytes.toString()).toContain('Request entity too large: limit is 3145728');
  expect((await cluster.ask('GET', '/version')).status).toBe(200);
});

test('an object as large as a body may be is taken, unless its kind says otherwise', async () => {
  await using cluster = await securedCluster();
  const text = 'x'.repeat(1_000_000);
  const answer = await cluster.ask('POST', MAPS, { body: { metadata: { name: 'a' }, data: { text } } });
  expect(answer.status).toBe(201);
});
