import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Answered, ask } from '../support/ask.ts';
import { type Host, host, MAPS, map, namesIn, type Virtual } from './support.ts';

let main: Host;
let virtual: Virtual;
beforeAll(async () => {
  main = await host();
  virtual = await main.make();
  await virtual.ask('POST', MAPS, map('inside'));
});
afterAll(() => main[Symbol.asyncDispose]());

test('a client certificate leads to its cluster without the prefix, too', async () => {
  const answer = await ask(main.cluster.url + MAPS, { credentials: virtual.credentials });
  expect(namesIn(answer)).toContain('inside');
});

test('a token of a service account leads to its cluster, and is good nowhere else', async () => {
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const { text } = await virtual.ask('POST', path, { spec: {} });
  const { token } = (JSON.parse(text) as { status: { token: string } }).status;
  const review = (url: string): Promise<Answered> =>
    ask(`${url}/apis/authentication.k8s.io/v1/selfsubjectreviews`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
  const userOf = (answer: Answered): string =>
    (JSON.parse(answer.text) as { status: { userInfo: { username: string } } }).status.userInfo.username;
  expect(userOf(await review(virtual.url))).toBe('system:serviceaccount:default:default');
  expect(userOf(await review(main.cluster.url))).toBe('system:serviceaccount:default:default');
  const other = await main.make();
  expect((await review(other.url)).status).toBe(401);
});

test('so does one that a browser offers as a protocol of a WebSocket', async () => {
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const { text } = await virtual.ask('POST', path, { spec: {} });
  const { token } = (JSON.parse(text) as { status: { token: string } }).status;
  const offered = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;
  const statusOf = (url: string): Promise<number | undefined> => {
    const watch = `${url.replace('https:', 'wss:')}${MAPS}?watch=true`;
    const socket = new WebSocket(watch, ['chat', offered], { rejectUnauthorized: false });
    socket.on('error', () => undefined);
    return new Promise((resolve) => {
      socket.once('unexpected-response', (_request, response) => resolve(response.resume().statusCode));
    });
  };
  // Known, and allowed nothing: where it is not known, the answer is 401.
  expect(await statusOf(virtual.url)).toBe(403);
  expect(await statusOf(main.cluster.url)).toBe(403);
  expect(await statusOf((await main.make()).url)).toBe(401);
});
