import { expect, test } from 'vitest';
import { client, DROPPED, PodShells, refused, server, service } from './pod-shells.ts';

const on = (node: string): string => `nodeName: ${node}`;
const LOCAL = 'internalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080}]';
const ports = 'ports: [{port: 80, targetPort: 8080}]';

async function nodes(shells: PodShells): Promise<[string, string]> {
  const { items } = await shells.cluster.transport().list({ resource: 'v1/nodes', namespace: '' });
  const [first = '', second = ''] = items.map(({ metadata }) => metadata.name ?? '');
  return [first, second];
}

test('a service for local traffic leads to pods of the own node, or nowhere', async () => {
  await using shells = await PodShells.open([]);
  const [first, second] = await nodes(shells);
  await shells.apply(
    client('near', { spec: on(first) }),
    client('far', { spec: on(second) }),
    server('web', { spec: on(first) }),
    service('local', 'web', LOCAL),
    service('none', 'nobody', LOCAL),
  );
  expect(await shells.answers('near', 'local')).toBe('web');
  expect(await shells.answers('far', 'local', 0.2)).toBe(DROPPED);
  expect(await shells.answers('far', 'none')).toBe(refused('none'));
});

test('a service that prefers the same node leads there while it can', async () => {
  await using shells = await PodShells.open([]);
  const [first, second] = await nodes(shells);
  await shells.apply(
    client('me', { spec: on(first) }),
    server('here', { spec: on(first), labels: 'set: web' }),
    server('there', { spec: on(second), labels: 'set: web' }),
    service('web', 'x', `trafficDistribution: PreferSameNode, ${ports}`).replace('{app: x}', '{set: web}'),
  );
  for (let i = 0; i < 8; i++) expect(await shells.answers('me', 'web')).toBe('here');
  await shells.delete('v1/pods', 'here');
  expect(await shells.answers('me', 'web')).toBe('there');
});

const NETEXEC = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';
const netexec = (name: string, node: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: ${name}}}, ` +
  `spec: {nodeName: ${node}, containers: [{name: c, image: "${NETEXEC}", args: [netexec]}]}}`;

test('a node port for local traffic leads to pods of its own node, which see who asks', async () => {
  await using shells = await PodShells.open([]);
  const outside = 'externalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]';
  await shells.apply(
    client('near', { spec: on('node01') }),
    client('far', { spec: on('node02') }),
    netexec('web', 'node01'),
    service('web', 'web', `type: LoadBalancer, healthCheckNodePort: 30090, ${outside}`),
  );
  const [first, second] = ['172.18.0.11', '172.18.0.12'];
  const curl = (pod: string, url: string): Promise<{ code: number; stdout: string }> =>
    shells.run(pod, `curl -s -m 0.2 -w ' %{http_code}' ${url}`);
  expect((await curl('far', `${first}:30080/clientip`)).stdout).toContain(`${await shells.podIP('far')}:`);
  expect((await curl('near', `${second}:30080/clientip`)).code).toBe(28);
  expect((await curl('far', `${second}:30080/hostname`)).stdout).toBe('web 200');

  const health = async (node: string): Promise<unknown> => {
    const [text = '', status] = (await curl('far', `${node}:30090`)).stdout.split(/ (?=\d+$)/);
    return [status, JSON.parse(text)];
  };
  const told = { service: { namespace: 'default', name: 'web' }, serviceProxyHealthy: true };
  expect(await health(first)).toEqual(['200', { ...told, localEndpoints: 1 }]);
  expect(await health(second)).toEqual(['503', { ...told, localEndpoints: 0 }]);
});

test('services that others than kube-proxy care for lead nowhere', async () => {
  await using shells = await PodShells.open([client('me'), server('web'), service('web', 'web', ports)]);
  expect(await shells.answers('me', 'web')).toBe('web');
  const label = 'labels: {service.kubernetes.io/service-proxy-name: mine}';
  await shells.apply(service('web', 'web', ports).replace('name: web,', `name: web, ${label},`));
  expect(await shells.answers('me', 'web', 0.2)).toBe(DROPPED);
});
