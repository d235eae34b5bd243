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
