import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningCluster, startCluster } from '../../../server/index.ts';
import { readKubeconfig } from '../../support/ask.ts';

let cluster: RunningCluster;

beforeAll(async () => {
  cluster = await startCluster({ logLevel: 'error', nodes: 1 });
  const command = '[sh, -c, "echo alive; read x; echo over"]';
  const containers = `[{name: c, image: busybox, stdin: true, command: ${command}}]`;
  await cluster.apply(`{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: ${containers}}}`);
  await cluster.settle();
});

afterAll(() => cluster.stop());

/** The messages of a log until the server closes, and the protocol that they have. */
async function messages(query: string, protocols: readonly string[]) {
  const { ca, cert, key } = readKubeconfig(cluster.kubeconfig());
  const url = `${cluster.url.replace('https:', 'wss:')}/api/v1/namespaces/default/pods/p/log?${query}`;
  const socket = new WebSocket(url, [...protocols], { ca, cert, key });
  const found: string[] = [];
  return new Promise<{ protocol: string; found: string[]; code: number }>((resolve, reject) => {
    socket.on('message', (data: Buffer, isBinary) => found.push(`${isBinary ? 'bytes' : 'text'} ${data.toString()}`));
    socket.on('close', (code) => resolve({ protocol: socket.protocol, found, code }));
    socket.on('error', reject);
    socket.on('unexpected-response', (_, { statusCode = 0 }) => reject(new Error(`status ${statusCode}`)));
  });
}

test.each([
  [[], '', ['bytes ', 'bytes alive\n']],
  [['binary.k8s.io'], 'binary.k8s.io', ['bytes ', 'bytes alive\n']],
  [['other', 'base64.binary.k8s.io'], 'base64.binary.k8s.io', ['text ', 'text YWxpdmUK']],
])('a log comes in messages, an empty one first: %j', async (protocols, protocol, found) => {
  expect(await messages('', protocols)).toEqual({ protocol, found, code: 1000 });
});

test('who wants another protocol, or a log that is not there, gets an ordinary answer', async () => {
  await expect(messages('', ['v4.channel.k8s.io'])).rejects.toThrow('status 403');
  await expect(messages('container=other', [])).rejects.toThrow('status 400');
});
