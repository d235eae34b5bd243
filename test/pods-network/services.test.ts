import { afterAll, beforeAll, expect, test } from 'vitest';
import { client, namespace, PodShells, refused, server, service } from './pod-shells.ts';

let shells: PodShells;
beforeAll(async () => {
  shells = await PodShells.open([
    namespace('other'),
    client('me'),
    client('me', { namespace: 'other' }),
    server('web', { ports: '{name: http, containerPort: 8080}, {name: ops, containerPort: 9090}' }),
    service('named', 'web', 'ports: [{port: 80, targetPort: http}]'),
    service('two', 'web', 'ports: [{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: ops}]'),
    service('empty', 'nobody', 'ports: [{port: 80}]'),
    service('wrong', 'web', 'ports: [{port: 80, targetPort: 1234}]'),
    server('unready', { spec: 'readinessGates: [{conditionType: example.com/ok}]' }),
    service('unready', 'unready', 'ports: [{port: 80, targetPort: 8080}]'),
    service('early', 'unready', 'publishNotReadyAddresses: true, ports: [{port: 80, targetPort: 8080}]'),
  ]);
});
afterAll(() => shells[Symbol.asyncDispose]());

async function port(url: string): Promise<number> {
  return (JSON.parse((await shells.run('me', `curl -s ${url}`)).stdout) as { port: number }).port;
}

test('a service leads to a named port of its pods', async () => {
  expect(await port('named')).toBe(8080);
  expect(await port(`${await shells.clusterIP('named')}:80`)).toBe(8080);
});

test('each port of a service leads to its own target', async () => {
  expect(await port('two')).toBe(8080);
  expect(await port('two:81')).toBe(9090);
});

test('wget gets what a service answers', async () => {
  const { code, stdout, stderr } = await shells.run('me', 'wget -O- http://named/path');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ host: 'named', request: { url: '/path' } });
  expect(stderr).toContain(`Connecting to named (${await shells.clusterIP('named')}:80)\n`);
});

test('a service of another namespace is found by its longer names only', async () => {
  for (const host of ['named.default', 'named.default.svc', 'named.default.svc.cluster.local'])
    expect(await shells.answers('other/me', host)).toBe('web');
  expect(await shells.answers('other/me', 'named')).toBe('curl: (6) Could not resolve host: named');
});

test('a service without ready endpoints refuses, and so does a port that it does not have', async () => {
  for (const name of ['empty', 'unready']) expect(await shells.answers('me', name)).toBe(refused(name));
  expect(await shells.answers('me', 'named:81')).toBe(refused('named', 81));
});

test('a target port that nobody listens at refuses', async () => {
  const { code, stderr } = await shells.run('me', 'wget -q -O- http://wrong');
  expect(code).toBe(1);
  const address = await shells.clusterIP('wrong');
  expect(stderr).toBe(`wget: can't connect to remote host (${address}): Connection refused\n`);
});

test('pods that are not ready get traffic where the service wants them published', async () => {
  expect(await shells.answers('me', 'early')).toBe('unready');
});

test('nc tells whether a service has a port', async () => {
  const { code, stderr } = await shells.run('me', 'nc -zv named 80 && nc -zv empty 80');
  expect(code).toBe(1);
  const empty = await shells.clusterIP('empty');
  expect(stderr).toBe(
    `named (${await shells.clusterIP('named')}:80) open\n` +
      `nc: can't connect to remote host (${empty}): Connection refused\n`,
  );
});
