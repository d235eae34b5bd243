import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningCluster, startCluster } from '../../server/index.ts';

const PATH = '/api/v1/namespaces/default/configmaps?watch=true';
const OTHER = 'binary.example.com';

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await startCluster({ controllers: [], tokenFile: 'test/support/tokens.csv' });
});
afterAll(() => cluster[Symbol.asyncDispose]());

const bearer = (token: string): string =>
  `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;

/** What a watch of that user is answered: the protocol that is spoken, or the status of the refusal. */
function answerTo(protocols: readonly string[], authorization?: string): Promise<string | number | undefined> {
  const headers = {
    origin: 'https://dashboard.example.com',
    'sec-websocket-protocol': protocols.join(', '),
    ...(authorization !== undefined && { authorization }),
  };
  const socket = new WebSocket(cluster.url.replace('https:', 'wss:') + PATH, { headers, rejectUnauthorized: false });
  return new Promise((resolve) => {
    // The library refuses a protocol that only its header names; the answer has come by then.
    socket.on('error', () => undefined);
    socket.once('unexpected-response', (_request, response) => resolve(response.resume().statusCode));
    socket.once('upgrade', (response) => {
      resolve(response.headers['sec-websocket-protocol']);
      socket.terminate();
    });
  });
}

it.each([
  ['before', [OTHER, bearer('admin-token')]],
  ['behind', [bearer('admin-token'), OTHER]],
])('a token is found %s a protocol, which alone is answered', async (_where, protocols) => {
  expect(await answerTo(protocols)).toBe(OTHER);
});

it.each([
  ['is unknown', [OTHER, bearer('nobody')]],
  ['is the only protocol', [bearer('admin-token')]],
  ['is one of two', [OTHER, bearer('admin-token'), bearer('admin-token')]],
  ['is padded', [OTHER, `${bearer('admin-token')}=`]],
  ['is cut off', [OTHER, `${bearer('')}a`]],
  ['is no text', [OTHER, `${bearer('')}_w`]],
])('a token that %s is none', async (_why, protocols) => {
  expect(await answerTo(protocols)).toBe(401);
});

test('an empty one makes nobody of the client', async () => {
  expect(await answerTo([OTHER, bearer('')])).toBe(403);
});

test('a good one is asked for where the header has none, and the other way round', async () => {
  expect(await answerTo([OTHER, bearer('admin-token')], 'Bearer nobody')).toBe(OTHER);
  expect(await answerTo([bearer('nobody')], 'Bearer admin-token')).toBe(bearer('nobody'));
});
