import { Agent, request } from 'node:https';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startCluster } from '../../../server/index.ts';
import type { Frame } from '../../support/watch-stream.ts';
import { told } from '../../support/watch-stream.ts';

const SECRETS = '/api/v1/namespaces/default/secrets';

/** The certificate that the cluster's kubeconfig signs in with. */
function credentialsOf(kubeconfig: string): { cert: Buffer; key: Buffer; ca: Buffer } {
  const field = (name: string): Buffer =>
    Buffer.from(new RegExp(`"?${name}"?: "?([A-Za-z0-9+/=]+)`).exec(kubeconfig)?.[1] ?? '', 'base64');
  return {
    cert: field('client-certificate-data'),
    key: field('client-key-data'),
    ca: field('certificate-authority-data'),
  };
}

test('watches come over WebSocket on the TLS port, a message for each event, through both kinds of path', async () => {
  await using cluster = await startCluster({ controllers: [] });
  const credentials = credentialsOf(cluster.kubeconfig());
  const send = (method: string, path: string, body?: object): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const agent = new Agent({ ...credentials, keepAlive: false });
      const outgoing = request(new URL(path, cluster.url), { method, headers, agent }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      });
      outgoing.once('error', reject).end(body && JSON.stringify(body));
    });
  expect(await send('POST', SECRETS, { metadata: { name: 'first' } })).toBe(201);
  const paths = [`${SECRETS}?watch=true`, '/api/v1/watch/namespaces/default/secrets'];
  for (const path of paths) {
    const frames: Frame[] = [];
    const socket = new WebSocket(new URL(path, cluster.url.replace('https:', 'wss:')), credentials);
    let auditId: unknown;
    socket.once('upgrade', ({ headers }) => {
      auditId = headers['audit-id'];
    });
    const enough = new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (data: Buffer) => {
        frames.push(JSON.parse(data.toString()) as Frame);
        if (frames.length === 1) void send('POST', SECRETS, { metadata: { name: 'second' } });
        if (frames.length === 2) void send('DELETE', `${SECRETS}/second`);
        if (frames.length === 3) resolve();
      });
    });
    await enough;
    expect(told(frames)).toEqual(['ADDED first', 'ADDED second', 'DELETED second']);
    expect(auditId).toMatch(/^[0-9a-f-]{36}$/);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close();
    await closed;
  }
});
