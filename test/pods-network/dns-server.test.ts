import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PodShells, server, service } from './pod-shells.ts';

const MANY = Array.from({ length: 200 }, (_, i) => `198.51.100.${i + 1}`);
const manySlice =
  '{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: many, namespace: default, labels: ' +
  '{kubernetes.io/service-name: many}}, addressType: IPv4, ports: [{port: 80}], endpoints: ' +
  `[${MANY.map((address) => `{addresses: [${address}]}`).join(', ')}]}`;

let shells: PodShells;
let resolver: Resolver;
beforeAll(async () => {
  shells = await PodShells.open(
    [
      server('web', { spec: 'hostname: a, subdomain: heads' }),
      service('web', 'web', 'ports: [{name: http, port: 80, targetPort: 8080}]'),
      service('heads', 'web', 'clusterIP: None, ports: [{name: http, port: 80, targetPort: 8080}]'),
      '{apiVersion: v1, kind: Service, metadata: {name: far}, spec: {type: ExternalName, externalName: api.example.com}}',
      '{apiVersion: v1, kind: Service, metadata: {name: many}, spec: {clusterIP: None, ports: [{port: 80}]}}',
      manySlice,
    ],
    { dnsPort: 0 },
  );
  resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${shells.cluster.dnsPort}`]);
});
afterAll(() => shells[Symbol.asyncDispose]());

const full = (name: string): string => `${name}.default.svc.cluster.local`;

test('it knows services, pods behind them, and aliases', async () => {
  expect(await resolver.resolve4(full('web'))).toEqual([await shells.clusterIP('web')]);
  expect(await resolver.resolve4(full('a.heads'))).toEqual([await shells.podIP('web')]);
  expect(await resolver.resolveCname(full('far'))).toEqual(['api.example.com']);
});

test('it knows ports, and names by addresses', async () => {
  expect(await resolver.resolveSrv(`_http._tcp.${full('heads')}`)).toEqual([
    { name: full('a.heads'), port: 8080, priority: 0, weight: 100 },
  ]);
  expect(await resolver.reverse(await shells.clusterIP('web'))).toEqual([full('web')]);
});

test('it says that there is no such name, or nothing of this type, and refuses what is not its own', async () => {
  await expect(resolver.resolve4(full('nope'))).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(resolver.resolve6(full('web'))).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(resolver.resolveTxt(full('web'))).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(resolver.resolve4('www.example.com')).rejects.toMatchObject({ code: 'EREFUSED' });
});

test('what is too large for a datagram is asked for again over TCP', async () => {
  expect((await resolver.resolve4(full('many'))).sort()).toEqual(MANY.toSorted());
});

test('nonsense is not answered, and harms nobody', async () => {
  const { dnsPort = 0 } = shells.cluster;
  const datagrams = createSocket('udp4');
  for (const bytes of ['', 'x', 'a'.repeat(600), '\0'.repeat(12)])
    datagrams.send(Buffer.from(bytes), dnsPort, '127.0.0.1');
  const socket = connect(dnsPort, '127.0.0.1');
  socket.write(Buffer.from([0, 3, 1, 2, 3]));
  socket.resume();
  await once(socket, 'close');
  datagrams.close();
  expect(await resolver.resolve4(full('web'))).toHaveLength(1);
});

test('a cluster has none unless it is asked for', async () => {
  await using other = await PodShells.open([]);
  expect(other.cluster.dnsPort).toBeUndefined();
});
