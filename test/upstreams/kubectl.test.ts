import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/ask.ts';
import { everyKubectl, openShop, type Shop } from '../support/kubectl.ts';
import { type LoopbackServer, listenOnLoopback } from '../support/loopback-server.ts';
import { throughProxy } from '../support/proxied.ts';
import { type Outside, outside } from './support.ts';

let web: Outside;
let last: LoopbackServer;
beforeAll(async () => {
  web = await outside();
  // Says in the end how much it has heard.
  const counts = createServer({ allowHalfOpen: true }, (socket) => {
    let bytes = 0;
    socket.on('data', (data: Buffer) => {
      bytes += data.length;
    });
    socket.once('end', () => socket.end(`${bytes} bytes`));
  });
  last = await listenOnLoopback(counts);
});
afterAll(async () => {
  await web.close();
  await last.close();
});

/** The manifest that says where the pods of the article's deployment lead. */
const patch = (): string => {
  const upstreams = `80=http://${web.address},9000=tcp://127.0.0.1:${last.port}`;
  return JSON.stringify({ spec: { template: { metadata: { annotations: { 'fauxkube.dev/upstreams': upstreams } } } } });
};

/** Opens a port to a port of the service, for as long as it is used. */
async function forwarded<T>(shop: Shop, target: string, use: (port: number) => Promise<T>): Promise<T> {
  const following = shop.follow('port-forward', '--address=127.0.0.1', 'deployment/nginx-deployment', `:${target}`);
  try {
    return await use(Number(/127\.0\.0\.1:(\d+)/.exec(await following.next())?.[1]));
  } finally {
    following.end();
  }
}

// The oldest speaks SPDY, the newest WebSocket.
const [oldest = '', ...others] = everyKubectl();
const chosen = others.length === 0 ? [oldest] : [oldest, ...others.slice(-2)];

describe.each(chosen)('%s', (command) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ upstreams: ['127.0.0.1:*'], ingressPort: 0 }, command);
    await shop.kubectl('apply', '-f', 'fixtures/manifests/deployment.yaml', '-f', 'fixtures/manifests/service.yaml');
    await shop.kubectl('patch', 'deployment', 'nginx-deployment', '-p', patch());
    await shop.kubectl('create', 'ingress', 'shop', '--rule=shop.example.com/*=my-service:80');
    await shop.cluster.settle();
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  it('curl my-service reaches the real server: by the proxy, an Ingress, a pod, port-forward', async () => {
    expect((await throughProxy(shop.cluster.proxyUrl, 'http://my-service/a')).text).toBe(
      'real GET /a for my-service\n',
    );
    const headers = { host: 'shop.example.com' };
    expect((await ask(`${shop.cluster.ingressUrl}/b`, { headers })).text).toBe('real GET /b for shop.example.com\n');
    const run = ['run', `c-${basename(command).replaceAll('.', '-')}`, '-i', '--rm', '--restart=Never', '--quiet'];
    expect(await shop.kubectl(...run, '--image=curlimages/curl', '--', 'curl', '-s', 'http://my-service/c')).toBe(
      'real GET /c for my-service\n',
    );
    const page = await forwarded(shop, '80', async (port) => ask(`http://127.0.0.1:${port}/d`));
    expect(page.text).toMatch(/^real GET \/d for /);
  });

  it('port-forward carries what is no HTTP, and each side ends its own half', async () => {
    const said = await forwarded(shop, '9000', async (port) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      socket.end(Buffer.alloc(300_000));
      await once(socket, 'end');
      return text;
    });
    expect(said).toBe('300000 bytes');
  });
});
