import { expect, test } from 'vitest';
import { client, PodShells, service } from './pod-shells.ts';

const NETEXEC =
  '{apiVersion: v1, kind: Pod, metadata: {name: netexec, labels: {app: netexec}}, spec: {containers: [{name: c, ' +
  'image: registry.k8s.io/e2e-test-images/agnhost:2.63.0, args: [netexec], ports: [{containerPort: 8080}]}]}}';

test('a server sees who asks: the pod itself, the node for a node port, or itself', async () => {
  const ports = 'type: NodePort, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]';
  await using shells = await PodShells.open([client('me'), NETEXEC, service('netexec', 'netexec', ports)]);
  const seen = async (pod: string, host: string): Promise<string> =>
    (await shells.run(pod, `curl -s ${host}/clientip`)).stdout.replace(/:\d+$/, '');
  const me = await shells.podIP('me');
  expect(await seen('me', 'netexec.default')).toBe(me);
  expect(await seen('me', `${await shells.podIP('netexec')}:8080`)).toBe(me);
  expect(await seen('me', '172.18.0.11:30080')).toBe('172.18.0.11');
  expect(await seen('netexec', 'localhost:8080')).toBe('127.0.0.1');
});

test('a program that listens is reached by the name of its service, and nobody at its other ports', async () => {
  await using shells = await PodShells.open([
    client('me'),
    NETEXEC,
    service('netexec', 'netexec', 'ports: [{port: 8080}]'),
  ]);
  expect((await shells.run('me', 'curl -s netexec.default:8080/hostname')).stdout).toBe('netexec');
  const other = `${await shells.podIP('netexec')}:9999`;
  expect((await shells.run('me', `nc -z ${other.replace(':', ' ')} || echo closed`)).stdout).toBe('closed\n');
});
