import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { Gate } from '../../controllers/kubelet/runtime/machine/gate.ts';
import { startCluster } from '../../server/index.ts';
import { upstreamMatcher } from '../../server/kube/upstream-patterns.ts';
import { client, PodShells, service } from '../pods-network/pod-shells.ts';
import { temporaryDirectory } from '../support/data-directory.ts';
import { listenOnLoopback } from '../support/loopback-server.ts';
import { throughProxy } from '../support/proxied.ts';
import { bound, type Outside, outside } from './support.ts';

const WEB = service('web', 'web', 'ports: [{port: 80}]');

let real: Outside;
beforeAll(async () => {
  real = await outside();
});
afterAll(() => real.close());

/** What Events say is wrong with the behaviour of pods. */
async function complaints(shells: PodShells): Promise<string[]> {
  const { items } = await shells.cluster.transport().list({ resource: 'v1/events', namespace: '' });
  return (items as unknown as { reason: string; message: string; involvedObject: { name: string } }[])
    .filter(({ reason }) => reason === 'InvalidBehaviour')
    .map(({ message, involvedObject }) => `${involvedObject.name}: ${message}`)
    .sort();
}

test('a pod leads nowhere unless whoever started the cluster lets it', async () => {
  const manifests = [bound('web', `http://${real.address}`), client('client')];
  await using shells = await PodShells.open(manifests);
  const ip = await shells.podIP('web');
  expect((await shells.run('client', `curl -s http://${ip}/`)).code).toBe(7);
  const why = `upstream ${real.address} is not allowed: start fauxkube with --upstreams ${real.address}`;
  expect(await complaints(shells)).toEqual([`web: ${why}`]);
  expect(real.connections()).toBe(0);
});

test('one server that is allowed lets in no other', async () => {
  await using other = await outside();
  const manifests = [bound('web', `80=http://${real.address}, 81=http://${other.address}`), client('client')];
  await using shells = await PodShells.open(manifests, { upstreams: [other.address] });
  const ip = await shells.podIP('web');
  expect((await shells.run('client', `curl -s http://${ip}:80/`)).code).toBe(7);
  expect((await shells.run('client', `curl -s http://${ip}:81/x`)).stdout).toBe(`real GET /x for ${ip}:81\n`);
  expect(real.connections()).toBe(0);
});

test('programs in pods reach what is allowed only through a port of a pod', async () => {
  await using shells = await PodShells.open([client('client')], { upstreams: ['*:*'] });
  expect((await shells.run('client', `curl -s http://${real.address}/`)).code).toBe(7);
  expect(real.connections()).toBe(0);
});

test('whatever cannot be understood is told in an Event', async () => {
  const texts = {
    a: 'http//x',
    b: 'https://x:1',
    c: 'tcp://x',
    d: 'http://x:99999',
    e: 'http://x/path',
    f: '0=http://x',
    g: 'http://user@x',
  };
  const manifests = Object.entries(texts).map(([name, text]) => bound(name, text));
  await using shells = await PodShells.open(manifests, { upstreams: ['*:*'] });
  expect(await complaints(shells)).toEqual([
    'a: "http//x" is no upstream such as 8080=http://api:3000 or tcp://db:5432',
    'b: "https://x:1": upstreams are reached by http and tcp, not by https',
    'c: "tcp://x": the port is missing',
    'd: "http://x:99999": ports go from 1 to 65535',
    'e: "http://x/path": x/path is no server such as api:3000; paths are passed on as they come',
    'f: "0=http://x": ports go from 1 to 65535',
    'g: "http://user@x": user@x is no server such as api:3000; paths are passed on as they come',
  ]);
});

describe('a file about an image', () => {
  const file = async (upstreams: string): Promise<string> => {
    const folder = await temporaryDirectory();
    await writeFile(join(folder, 'shop.yaml'), `images: [shop]\nports: [8080]\nupstreams: ['${upstreams}']\n`);
    return folder;
  };
  const shop = '{apiVersion: v1, kind: Pod, metadata: {name: shop}, spec: {containers: [{name: c, image: shop}]}}';

  it('binds ports of every pod that has it', async () => {
    const podBehaviours = [await file(`tcp://${real.address}`)];
    await using shells = await PodShells.open([shop, client('client')], { podBehaviours, upstreams: ['127.0.0.1:*'] });
    const ip = await shells.podIP('shop');
    expect((await shells.run('client', `curl -s http://${ip}:8080/`)).stdout).toBe(`real GET / for ${ip}:8080\n`);
    expect((await shells.run('client', `curl -s http://${ip}:8081/`)).code).toBe(7);
  });

  it('that names what is not allowed stops the start', async () => {
    const podBehaviours = [await file('http://api:3000')];
    await expect(startCluster({ podBehaviours })).rejects.toThrow(
      'shop.yaml: upstreams: upstream api:3000 is not allow',
    );
  });
});

describe('patterns', () => {
  it.each([
    ['api:8080', 'API', 8080, true],
    ['api:8080', 'api', 80, false],
    ['*.internal:443', 'a.b.internal', 443, true],
    ['*.internal:443', 'internal', 443, false],
    ['*.internal:443', 'eviler-internal', 443, false],
    ['127.0.0.1:*', '127.0.0.1', 1, true],
    ['127.0.0.1:*', '127.0.0.1.example.com', 1, false],
    ['[::1]:80', '::1', 80, true],
    ['*:80', 'any', 80, true],
  ])('%s, %s:%i is %s', (pattern, host, port, expected) => {
    expect(upstreamMatcher([pattern])({ host, port })).toBe(expected);
  });

  it.each(['api', 'api:x', 'api:0', '10.0.*:80', 'a.*:80', ':80', '', 'http://api:80'])(
    '%j is none',
    async (pattern) => {
      await expect(startCluster({ upstreams: [pattern] })).rejects.toThrow(
        `upstreams: ${JSON.stringify(pattern)} is no server such as`,
      );
    },
  );
});

test('a cluster that is stopped ends its connections', async () => {
  const [begun, ended] = [new Gate(), new Gate()];
  const isBegun = begun.wait();
  const isEnded = ended.wait();
  const silent = await listenOnLoopback(
    createServer((socket) => {
      begun.open();
      socket.on('error', () => undefined).once('close', () => ended.open());
    }),
  );
  const options = { upstreams: ['127.0.0.1:*'], proxyPort: 0 };
  const { cluster } = await PodShells.open([bound('web', `tcp://127.0.0.1:${silent.port}`), WEB], options);
  const asked = throughProxy(cluster.proxyUrl, 'http://web/');
  await isBegun;
  await cluster.stop();
  await expect(asked).rejects.toThrow();
  await isEnded;
  await silent.close();
});
