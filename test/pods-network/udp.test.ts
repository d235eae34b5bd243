import { afterAll, beforeAll, expect, test } from 'vitest';
import { client, PodShells, policy, service } from './pod-shells.ts';

const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';

function agnhost(name: string, args: string, { labels = '', spec = '' } = {}): string {
  const metadata = `{name: ${name}, labels: {app: ${name}${labels && `, ${labels}`}}}`;
  const containers = `[{name: c, image: "${AGNHOST}", args: [${args}]}]`;
  return `{apiVersion: v1, kind: Pod, metadata: ${metadata}, spec: {${spec && `${spec}, `}containers: ${containers}}}`;
}

const BOTH = '[{name: tcp, port: 80, targetPort: 8080}, {name: udp, protocol: UDP, port: 80, targetPort: 8081}]';

let shells: PodShells;
beforeAll(async () => {
  shells = await PodShells.open([
    agnhost('me', 'pause'),
    client('you'),
    ...['a', 'b', 'c'].map((name) => agnhost(name, 'netexec', { labels: 'set: web' })),
    service('web', 'x', `ports: ${BOTH}`).replace('{app: x}', '{set: web}'),
    service('sticky', 'x', `sessionAffinity: ClientIP, ports: ${BOTH}`).replace('{app: x}', '{set: web}'),
    service('node', 'a', 'type: NodePort, ports: [{protocol: UDP, port: 80, targetPort: 8081, nodePort: 30081}]'),
    service('empty', 'nobody', 'ports: [{protocol: UDP, port: 80}]'),
    agnhost('host', 'pause', { spec: 'hostNetwork: true, nodeName: node01' }),
  ]);
});
afterAll(() => shells[Symbol.asyncDispose]());

/** What the first datagram says that comes back. */
const ask = (pod: string, text: string, to: string, options = ''): Promise<string> =>
  shells.run(pod, `echo ${text} | nc -u -W 1 ${options} ${to}`).then(({ stdout }) => stdout);

const answersOf = (service: string): Promise<string> =>
  shells
    .run('me', `for i in $(seq 24); do echo hostname | nc -u -W 1 ${service} 80; echo; done`)
    .then(({ stdout }) => stdout);

test('datagrams reach a pod, which sees who sends them, and its answer comes back', async () => {
  const a = await shells.podIP('a');
  expect(await ask('me', 'hostname', `${a} 8081`)).toBe('a');
  expect(await ask('me', 'clientip', `${a} 8081`, '-p 5000')).toBe(`${await shells.podIP('me')}:5000`);
  expect(await ask('me', 'echo Hello', `${a} 8081`)).toBe('hello');
});

test('a service has a TCP port and a UDP port of the same number', async () => {
  expect((await shells.run('me', 'curl -s web/serverport')).stdout).toBe('8080');
  expect(await ask('me', 'serverport', 'web 80')).toBe('8081');
});

test('a service spreads datagrams over its pods, unless its clients shall stay with theirs', async () => {
  expect(new Set((await answersOf('web')).trim().split('\n'))).toEqual(new Set(['a', 'b', 'c']));
  expect(new Set((await answersOf('sticky')).trim().split('\n')).size).toBe(1);
});

test('datagrams from one port to another go to the same pod, as long as it is there', async () => {
  const port = '-p 5001';
  const first = await ask('me', 'hostname', 'web 80', port);
  for (let i = 0; i < 8; i++) expect(await ask('me', 'hostname', 'web 80', port)).toBe(first);
  await shells.delete('v1/pods', first);
  const next = await ask('me', 'hostname', 'web 80', port);
  expect(['a', 'b', 'c'].filter((name) => name !== first)).toContain(next);
  await shells.apply(agnhost(first, 'netexec', { labels: 'set: web' }));
});

test('a pod that reaches itself through its service gets its answers, and sees its node', async () => {
  await shells.apply(service('own', 'a', `ports: ${BOTH}`));
  expect(await ask('a', 'hostname', 'own 80')).toBe('a');
  const bridge = (await shells.podIP('a')).replace(/\d+$/, '1');
  expect(await ask('a', 'clientip', 'own 80')).toContain(`${bridge}:`);
  expect((await shells.run('a', 'curl -s own/clientip')).stdout).toContain(`${bridge}:`);
});

test('a node port leads to the pods of its service, which see the node', async () => {
  expect(await ask('me', 'clientip', '172.18.0.12 30081')).toMatch(/^172\.18\.0\.12:\d+$/);
  expect(await ask('host', 'hostname', '127.0.0.1 30081')).toBe('a');
});

test('where nobody has a socket, senders are told', async () => {
  const connect = (to: string): Promise<{ code: number; stderr: string }> =>
    shells.run('me', `/agnhost connect --protocol=udp --timeout=10s ${to}`);
  const a = await shells.podIP('a');
  for (const to of [`${a}:9`, 'empty:80', '127.0.0.1:9']) {
    const { code, stderr } = await connect(to);
    expect([to, code, stderr]).toEqual([to, 1, expect.stringContaining('REFUSED: read udp')]);
  }
  expect(await connect('192.0.2.1:53')).toMatchObject({ code: 1, stderr: expect.stringContaining('no route to host') });
  expect(await connect(`${a}:8081`)).toMatchObject({ code: 0, stderr: '' });
  const zero = (to: string): Promise<{ code: number }> => shells.run('me', `nc -zu ${to}`);
  expect([(await zero(`${a} 8081`)).code, (await zero(`${a} 9`)).code]).toEqual([0, 1]);
});

test('what a policy does not allow is lost, and what it allows is by protocol', async () => {
  await shells.apply(
    policy('only', 'podSelector: {matchLabels: {app: b}}, ingress: [{ports: [{protocol: UDP, port: 8081}]}]'),
  );
  const b = await shells.podIP('b');
  expect(await ask('me', 'hostname', `${b} 8081`)).toBe('b');
  expect((await shells.run('me', `curl -sS -m 1 ${b}:8080/hostname`)).code).toBe(28);
  await shells.apply(policy('only', 'podSelector: {matchLabels: {app: b}}, ingress: [{ports: [{port: 8080}]}]'));
  const { code, stderr } = await shells.run('me', `/agnhost connect --protocol=udp --timeout=200ms ${b}:8081`);
  expect([code, stderr]).toEqual([1, expect.stringContaining('TIMEOUT')]);
  expect((await shells.run('me', `curl -s ${b}:8080/hostname`)).stdout).toBe('b');
  await shells.delete('networking.k8s.io/v1/networkpolicies', 'only');
});

test('programs of a pod send each other datagrams', async () => {
  const script =
    'nc -u -l -p 7000 -w 1 > /run/got & until [ -s /run/got ]; do echo hi | nc -u -w 0.1 127.0.0.1 7000; done; ' +
    'sort -u /run/got';
  expect((await shells.run('you', script)).stdout).toBe('hi\n');
});

test('netexec asks others by UDP, and says what came of it', async () => {
  const [a, me] = [await shells.podIP('a'), await shells.podIP('b')];
  const dial = async (query: string): Promise<unknown> =>
    JSON.parse((await shells.run('me', `curl -s "${me}:8080/dial?protocol=udp&request=hostname&${query}"`)).stdout);
  expect(await dial(`host=${a}&port=8081&tries=2`)).toEqual({ responses: ['a', 'a'] });
  expect(await dial(`host=${a}&port=9`)).toEqual({
    errors: [expect.stringMatching(/^reading from udp connection failed\. err:'read udp .*: connection refused'$/)],
  });
});

test('other programs of the image answer datagrams too', async () => {
  const variables = 'env: [{name: SERVE_UDP_PORT_81, value: eighty-one}]';
  await shells.apply(
    agnhost('names', 'serve-hostname, --udp, --http=false, --port=9'),
    agnhost('porter', 'porter').replace('args: [porter]', `args: [porter], ${variables}`),
  );
  expect(await ask('me', 'x', `${await shells.podIP('names')} 9`)).toBe('names');
  expect(await ask('me', 'x', `${await shells.podIP('porter')} 81`)).toBe('eighty-one');
});
