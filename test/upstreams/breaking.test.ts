import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AnsweredConnections } from '../../controllers/kubelet/runtime/outside/answered-connections.ts';
import { duplexPair } from '../../server/base/duplex-pair.ts';
import { LIMITS } from '../../server/kube/limits.ts';
import { backend, ingress, path, rule } from '../ingress/support.ts';
import { client, PodShells, service } from '../pods-network/pod-shells.ts';
import { ask, readKubeconfig } from '../support/ask.ts';
import { throughProxy } from '../support/proxied.ts';
import { bound, type Outside, outside } from './support.ts';

/** Breaks off where the path says. */
function breaksOff({ url = '', socket }: IncomingMessage, response: ServerResponse): void {
  if (url === '/whole') {
    response.end('whole');
    return;
  }
  if (url === '/half') response.writeHead(200, { 'content-length': '10' }).write('half');
  setImmediate(() => socket.resetAndDestroy());
}

let real: Outside;
let shells: PodShells;
beforeAll(async () => {
  real = await outside(breaksOff);
  shells = await PodShells.open(
    [
      bound('web', `http://${real.address}`),
      service('web', 'web', 'ports: [{port: 80}]'),
      client('client'),
      ingress('web', `rules: [${rule('web.example.com', path('/', backend('web')))}]`),
    ],
    { proxyPort: 0, ingressPort: 0, upstreams: [real.address] },
  );
});
afterAll(async () => {
  await shells[Symbol.asyncDispose]();
  await real.close();
});

const byIngress = (url: string): ReturnType<typeof ask> =>
  ask(`${shells.cluster.ingressUrl}${url}`, { headers: { host: 'web.example.com' } });

test('a server that breaks off before its answer is told of in the words of each way', async () => {
  expect((await byIngress('/none')).status).toBe(502);
  expect((await throughProxy(shells.cluster.proxyUrl, 'http://web/none')).status).toBe(503);
  const credentials = readKubeconfig(shells.cluster.kubeconfig());
  const url = `${shells.cluster.url}/api/v1/namespaces/default/services/web/proxy/none`;
  expect((await ask(url, { credentials })).status).toBe(503);
  expect((await shells.run('client', 'curl -s http://web/none')).code).toBe(52);
});

test('one that breaks off in the middle does no harm, and nobody takes that for all', async () => {
  expect(await byIngress('/half')).toMatchObject({ status: 200, complete: false });
  await expect(throughProxy(shells.cluster.proxyUrl, 'http://web/half')).rejects.toThrow('aborted');
  expect(await shells.run('client', 'curl -sS http://web/half')).toEqual({
    code: 18,
    stdout: 'half',
    stderr: 'curl: (18) transfer closed with 6 bytes remaining to read\n',
  });
  expect(await byIngress('/whole')).toMatchObject({ status: 200, text: 'whole' });
});

test('the connections of a pod to what answers for it are counted, and end with the pod', async () => {
  const connections = new AnsweredConnections();
  const open = (): Promise<unknown> => connections.open(async () => duplexPair()[0], undefined);
  const first = await connections.open(async () => duplexPair()[0], undefined);
  for (let count = 1; count < LIMITS.answeredConnections; count++) await open();
  await expect(open()).rejects.toThrow(`the pod has ${LIMITS.answeredConnections} connections`);
  const closed = new Promise((resolve) => first.once('close', resolve));
  first.destroy();
  await closed;
  const last = await connections.open(async () => duplexPair()[0], undefined);
  connections.close();
  expect(last.destroyed).toBe(true);
});
