import { expect, test } from 'vitest';
import { plainServer } from '../../support/plain-server.ts';

const ACCEPT = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

test.each(['/api', '/apis'])('%s in its aggregated form is not sent again to a client that has it', async (path) => {
  await using server = await plainServer();
  const first = await server.ask('GET', path, { accept: ACCEPT });
  expect(first.headers.etag).toMatch(/^"[0-9A-F]{128}"$/);
  const again = await server.ask('GET', path, { accept: ACCEPT, 'if-none-match': String(first.headers.etag) });
  expect(again.status).toBe(304);
  expect(again.body.length).toBe(0);
  expect(again.headers['content-type']).toBeUndefined();
});

test('the plain form has no ETag', async () => {
  await using server = await plainServer();
  expect((await server.ask('GET', '/apis')).headers.etag).toBeUndefined();
});

test('a client that accepts only protobuf is told that it is missing', async () => {
  await using server = await plainServer();
  const { status } = await server.ask('GET', '/apis', { accept: ACCEPT.replace('json', 'vnd.kubernetes.protobuf') });
  expect(status).toBe(501);
});
