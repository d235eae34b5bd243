import { expect, test } from 'vitest';
import { client, DROPPED, PodShells, refused, server, service } from './pod-shells.ts';

test('a pod is reached by its address, at the ports where it listens', async () => {
  await using shells = await PodShells.open([client('me'), server('web')]);
  const address = await shells.podIP('web');
  expect(await shells.answers('me', `${address}:8080`)).toBe('web');
  expect(await shells.answers('me', `${address}:81`)).toBe(refused(address, 81));
});

test('the containers of a pod share localhost, and nobody else is there', async () => {
  await using shells = await PodShells.open([server('web')]);
  for (const host of ['localhost', '127.0.0.1', 'web', await shells.podIP('web')])
    expect(await shells.answers('web', `${host}:8080`)).toBe('web');
  expect(await shells.answers('web', 'localhost:81')).toBe(refused('localhost', 81));
});

test('every node leads to the pods of a node port', async () => {
  const ports = 'type: NodePort, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]';
  await using shells = await PodShells.open([client('me'), server('web'), service('web', 'web', ports)]);
  for (const host of ['172.18.0.11', '172.18.0.12']) {
    expect(await shells.answers('me', `${host}:30080`)).toBe('web');
    expect(await shells.answers('me', `${host}:30081`)).toBe(refused(host, 30_081));
  }
});

test('a load balancer passes on to its service, for those that it lets in', async () => {
  const spec = 'type: LoadBalancer, ports: [{port: 80, targetPort: 8080}]';
  const ranges = 'loadBalancerSourceRanges: [192.0.2.0/24], ';
  await using shells = await PodShells.open(
    [client('me'), server('web'), service('open', 'web', spec), service('closed', 'web', ranges + spec)],
    { loadBalancerCidr: '198.51.100.0/24' },
  );
  const address = async (name: string): Promise<string> =>
    shells.field('v1/services', name, 'status.loadBalancer.ingress.0.ip');
  expect(await shells.answers('me', await address('open'))).toBe('web');
  expect(await shells.answers('me', await address('closed'), 0.2)).toBe(DROPPED);
});

test('an external IP of a service leads to its pods', async () => {
  const spec = 'externalIPs: [203.0.113.9], ports: [{port: 80, targetPort: 8080}]';
  await using shells = await PodShells.open([client('me'), server('web'), service('web', 'web', spec)]);
  expect(await shells.answers('me', '203.0.113.9')).toBe('web');
});

test('a port of a node leads to the pod that has it as its host port, or shares the network', async () => {
  await using shells = await PodShells.open([
    client('me'),
    server('mapped', { ports: '{containerPort: 8080, hostPort: 8000}' }),
    server('host', { spec: 'hostNetwork: true', ports: '{containerPort: 8081, hostPort: 8081}' }),
  ]);
  const node = await shells.field('v1/pods', 'mapped', 'status.hostIP');
  expect(await shells.answers('me', `${node}:8000`)).toBe('mapped');
  expect(await shells.answers('me', `${await shells.podIP('host')}:8081`)).toBe('host');
});

test('nothing is behind addresses outside of the cluster, nor behind those that no service has', async () => {
  await using shells = await PodShells.open([client('me')]);
  const { stderr } = await shells.run('me', 'nc -z -v 198.51.100.1 80; nc -z -v 10.244.1.200 80');
  expect(stderr).toBe(
    "nc: can't connect to remote host (198.51.100.1): No route to host\n" +
      "nc: can't connect to remote host (10.244.1.200): No route to host\n",
  );
  expect(await shells.answers('me', '10.96.200.200', 0.2)).toBe(DROPPED);
});

test('a host alias is another name of an address', async () => {
  await using shells = await PodShells.open([server('web')]);
  const alias = `hostAliases: [{ip: ${await shells.podIP('web')}, hostnames: [api.example.com]}]`;
  await shells.apply(client('me', { spec: alias }));
  expect(await shells.answers('me', 'api.example.com:8080')).toBe('web');
});
