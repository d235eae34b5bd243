import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { Gate } from '../../controllers/kubelet/runtime/machine/gate.ts';
import { backend, ingress, path, rule } from '../ingress/support.ts';
import { client, PodShells, server, service } from '../pods-network/pod-shells.ts';
import { ask, readKubeconfig } from '../support/ask.ts';
import { PodStory } from '../support/pod-story.ts';
import { type Page, throughProxy } from '../support/proxied.ts';

let shells: PodShells;
beforeAll(async () => {
  const ports = '{name: http, containerPort: 80}, {name: ops, containerPort: 9090}';
  shells = await PodShells.open(
    [
      server('api', { ports }),
      server('other', { ports }),
      service('api', 'api', 'ports: [{name: http, port: 80}, {name: ops, port: 9090}]'),
      service('other', 'other', 'ports: [{port: 80}]'),
      client('client'),
      ingress('api', `rules: [${rule('api.example.com', path('/', backend('api')))}]`),
    ],
    { proxyPort: 0, ingressPort: 0 },
  );
});
afterAll(() => shells[Symbol.asyncDispose]());

const get = (url: string, asked?: Parameters<typeof throughProxy>[2]): Promise<Page> =>
  throughProxy(shells.cluster.proxyUrl, url, asked);

describe('a function answers for the pods that a selector chooses', () => {
  it('to services, Ingresses, the proxy of the API and other pods, and for no others', async () => {
    using _api = shells.cluster.pods.handle('app=api', (request, { pod, port }) => {
      const { pathname, host } = new URL(request.url);
      return new Response(`${pod.namespace}/${pod.name}:${port} ${pathname} for ${host}`);
    });
    expect((await get('http://api/a')).text).toBe('default/api:80 /a for api');
    const headers = { host: 'api.example.com' };
    expect((await ask(`${shells.cluster.ingressUrl}/b`, { headers })).text).toBe(
      'default/api:80 /b for api.example.com',
    );
    const credentials = readKubeconfig(shells.cluster.kubeconfig());
    const url = `${shells.cluster.url}/api/v1/namespaces/default/pods/api:9090/proxy/c`;
    expect((await ask(url, { credentials })).text).toMatch(/^default\/api:9090 \/c for /);
    expect((await shells.run('client', 'curl -s http://api/d')).stdout).toBe('default/api:80 /d for api');
    expect((await get('http://other/')).text).toContain('"name": "other"');
  });

  it('until it is told not to', async () => {
    const api = shells.cluster.pods.handle('app=api', () => new Response('mine'));
    expect((await get('http://api/')).text).toBe('mine');
    api.stop();
    api.stop();
    expect((await get('http://api/')).text).toContain('"name": "api"');
  });

  it('at one port, in one namespace, the newest of several', async () => {
    using _all = shells.cluster.pods.handle('app in (api,other)', () => new Response('all'));
    using _ops = shells.cluster.pods.handle('app=api', () => new Response('ops'), { port: 9090 });
    using _elsewhere = shells.cluster.pods.handle('app=api', () => new Response('shop'), { namespace: 'shop' });
    expect((await get('http://api/')).text).toBe('all');
    expect((await get('http://api:9090/')).text).toBe('ops');
    expect((await get('http://other/')).text).toBe('all');
  });
});

test('requests and responses are those of fetch', async () => {
  using _api = shells.cluster.pods.handle('app=api', async (request) => {
    const headers = new Headers({ 'x-method': request.method, 'x-mine': request.headers.get('x-mine') ?? '' });
    headers.append('set-cookie', 'a=1');
    headers.append('set-cookie', 'b=2');
    return new Response(`got ${await request.text()}`, { status: 201, headers });
  });
  const { status, headers, text } = await get('http://api/x', {
    method: 'PUT',
    headers: { 'x-mine': 'y' },
    body: 'hi',
  });
  expect({ status, text }).toEqual({ status: 201, text: 'got hi' });
  expect(headers).toMatchObject({ 'x-method': 'PUT', 'x-mine': 'y', 'set-cookie': ['a=1', 'b=2'] });
  expect((await get('http://api/x', { method: 'HEAD' })).status).toBe(201);
});

test('a function that fails, or returns something else, is told about with 500', async () => {
  const answers = [() => Promise.reject(new Error('no luck')), () => 'a text' as unknown as Response];
  const texts: string[] = [];
  for (const answer of answers) {
    using _api = shells.cluster.pods.handle('app=api', answer);
    const { status, text } = await get('http://api/');
    expect(status).toBe(500);
    texts.push(text);
  }
  expect(texts).toEqual([
    'fauxkube: the function that answers for this pod has failed: no luck\n',
    'fauxkube: the function that answers for this pod has failed: it has to return a Response\n',
  ]);
});

test('a function may say its answer bit by bit, and hears when nobody listens any more', async () => {
  const gone = new Gate();
  const isGone = gone.wait();
  using _api = shells.cluster.pods.handle('app=api', (request) => {
    request.signal.addEventListener('abort', () => gone.open());
    return new Response(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('one')) }));
  });
  expect((await shells.run('client', 'curl -s -m 1 http://api/')).stdout).toBe('one');
  await isGone;
});

test('what is no selector and no port is refused', () => {
  const answer = (): Response => new Response();
  expect(() => shells.cluster.pods.handle('app in api', answer)).toThrow('unable to parse requirement');
  expect(() => shells.cluster.pods.handle('app=api', answer, { port: 0 })).toThrow(
    'port has to be a whole number from 1 to 65535, and is 0',
  );
});

const READY =
  '{containers: [{name: c, image: example/app, ports: [{containerPort: 80}], ' +
  'readinessProbe: {httpGet: {port: 80}, periodSeconds: 1, failureThreshold: 1}}]}';
const UNREADY = (): Response => new Response(null, { status: 503 });

test('probes are asked of it, also of a pod that has been ready before', async () => {
  await using story = await PodStory.begin();
  await story.create(READY);
  expect(await story.shown()).toBe('1/1 Running');
  const handling = story.cluster.pods.handle('', UNREADY);
  await story.pass(1);
  expect(await story.shown()).toBe('0/1 Running');
  handling.stop();
  await story.pass(1);
  expect(await story.shown()).toBe('1/1 Running');
});

test('a pod that gets the labels later is answered for from then on', async () => {
  await using story = await PodStory.begin();
  story.cluster.pods.handle('app=late', UNREADY);
  await story.create(READY);
  await story.pass(5);
  expect(await story.shown()).toBe('1/1 Running');
  const labels = { app: 'late' };
  await story.client.patch('v1/pods', { namespace: 'default', name: 'p' }, 'merge', { metadata: { labels } });
  await story.cluster.settle();
  await story.pass(1);
  expect(await story.shown()).toBe('0/1 Running');
});
