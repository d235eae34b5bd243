import { afterAll, beforeAll, expect, test } from 'vitest';
import { client, externalName, namespace, PodShells, server, service } from './pod-shells.ts';

let shells: PodShells;
beforeAll(async () => {
  shells = await PodShells.open([
    namespace('other'),
    client('me'),
    server('web-a', { spec: 'hostname: a, subdomain: heads', labels: 'set: heads' }),
    server('web-b', { labels: 'set: heads' }),
    service(
      'web',
      'web-a',
      'ports: [{name: http, port: 80, targetPort: 8080}, {name: ops, port: 81, targetPort: 8080}]',
    ),
    service('heads', 'x', 'clusterIP: None, ports: [{name: http, port: 80, targetPort: 8080}]').replace(
      '{app: x}',
      '{set: heads}',
    ),
    service('there', 'web-a', 'ports: [{port: 80}]', 'other'),
    externalName('near', 'there.other.svc.cluster.local'),
    externalName('far', 'api.example.com'),
  ]);
});
afterAll(() => shells[Symbol.asyncDispose]());

const SERVER = 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n';

async function nslookup(args: string): Promise<string> {
  const { stdout } = await shells.run('me', `nslookup ${args}`);
  expect(stdout.startsWith(SERVER)).toBe(true);
  return stdout.slice(SERVER.length).trim();
}

const dig = async (args: string): Promise<string[]> =>
  (await shells.run('me', `dig +noall +answer ${args}`)).stdout
    .replace(/\t30\tIN\t(\w+)\t/g, ' $1 ')
    .split('\n')
    .filter(Boolean)
    .sort();

test('services have an address under their name, in the domains that are searched', async () => {
  const mine = `Name:\tweb.default.svc.cluster.local\nAddress: ${await shells.clusterIP('web')}`;
  for (const name of ['web', 'web.default', 'web.default.svc', 'web.default.svc.cluster.local', 'WEB'])
    expect((await nslookup(name)).toLowerCase()).toBe(mine.toLowerCase());
  const theirs = await shells.clusterIP('there', 'other');
  expect(await nslookup('there.other')).toBe(`Name:\tthere.other.svc.cluster.local\nAddress: ${theirs}`);
});

test('what is unknown is said to be so', async () => {
  for (const name of ['nope', 'web.nope', 'www.example.com', 'a.b.c.web.default.svc.cluster.local']) {
    const { code, stdout } = await shells.run('me', `nslookup ${name}`);
    expect([code, stdout]).toEqual([1, `${SERVER}** server can't find ${name}: NXDOMAIN\n\n`]);
  }
});

test('the name of a headless service stands for the addresses of its ready pods', async () => {
  const addresses = [await shells.podIP('web-a'), await shells.podIP('web-b')].sort();
  expect(await dig('heads.default.svc.cluster.local')).toEqual(
    addresses.map((address) => `heads.default.svc.cluster.local. A ${address}`),
  );
  expect(['web-a', 'web-b']).toContain(await shells.answers('me', 'heads:8080'));
});

test('a pod with a hostname and a subdomain has a name of its own, others one by their address', async () => {
  const [a, b] = [await shells.podIP('web-a'), await shells.podIP('web-b')];
  expect(await nslookup('a.heads')).toBe(`Name:\ta.heads.default.svc.cluster.local\nAddress: ${a}`);
  expect(await shells.answers('me', `${b.replaceAll('.', '-')}.heads:8080`)).toBe('web-b');
  expect(await nslookup('b.heads')).toContain('NXDOMAIN');
});

test('SRV records tell the ports of a service, and where its pods listen', async () => {
  expect(await dig('_ops._tcp.web.default.svc.cluster.local SRV')).toEqual([
    '_ops._tcp.web.default.svc.cluster.local. SRV 0 100 81 web.default.svc.cluster.local.',
  ]);
  const b = (await shells.podIP('web-b')).replaceAll('.', '-');
  expect(await dig('+search _http._tcp.heads SRV')).toEqual(
    [`${b}.heads`, 'a.heads']
      .sort()
      .map((name) => `_http._tcp.heads.default.svc.cluster.local. SRV 0 50 8080 ${name}.default.svc.cluster.local.`),
  );
  expect(await nslookup('-type=srv _nope._tcp.web')).toContain('NXDOMAIN');
});

test('an address has the name of its service, or that of a pod in its service', async () => {
  const web = await shells.clusterIP('web');
  const reversed = (address: string): string => `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  expect(await nslookup(web)).toBe(`${reversed(web)}\tname = web.default.svc.cluster.local`);
  const a = await shells.podIP('web-a');
  expect((await shells.run('me', `host ${a}`)).stdout).toContain(
    `${reversed(a)} domain name pointer a.heads.default.svc.cluster.local.\n`,
  );
});

test('a pod has a name by its address', async () => {
  const a = await shells.podIP('web-a');
  expect(await shells.answers('me', `${a.replaceAll('.', '-')}.default.pod:8080`)).toBe('web-a');
});

test('an external name is an alias: within the cluster it is followed, elsewhere nobody knows it', async () => {
  const theirs = await shells.clusterIP('there', 'other');
  expect(await nslookup('near')).toBe(
    'near.default.svc.cluster.local\tcanonical name = there.other.svc.cluster.local\n' +
      `Name:\tthere.other.svc.cluster.local\nAddress: ${theirs}`,
  );
  expect(await nslookup('far')).toBe('far.default.svc.cluster.local\tcanonical name = api.example.com');
  expect(await shells.answers('me', 'far')).toBe('curl: (6) Could not resolve host: far');
});

test('there is nothing of another type', async () => {
  const { code, stdout } = await shells.run('me', 'nslookup -type=aaaa web');
  expect([code, stdout]).toEqual([0, `${SERVER}*** Can't find web: No answer\n\n`]);
});

test('getent tells the full name, and hostname the own address', async () => {
  const { stdout } = await shells.run('me', 'getent hosts web; hostname -i; getent hosts nope; echo $?');
  const address = await shells.clusterIP('web');
  expect(stdout).toBe(`${address.padEnd(15)} web.default.svc.cluster.local\n${await shells.podIP('me')}\n2\n`);
});

test('a pod with a subdomain knows its full name and its domain, others only their name', async () => {
  const [a, me] = [await shells.podIP('web-a'), await shells.podIP('me')];
  const command = 'hostname; for o in -f -d -s -i -a -A -I; do hostname $o; done; dnsdomainname';
  const domain = 'heads.default.svc.cluster.local';
  expect((await shells.run('web-a', command)).stdout).toBe(
    `a\na.${domain}\n${domain}\na\n${a}\na\na.${domain} \n${a} \n${domain}\n`,
  );
  // Of an empty domain there is no line.
  expect((await shells.run('me', command)).stdout.split('\n')).toEqual(['me', 'me', 'me', me, '', 'me ', `${me} `, '']);
  expect(await shells.run('me', 'hostname you')).toMatchObject({
    code: 1,
    stderr: 'hostname: sethostname: Operation not permitted\n',
  });
});

test('getent tells of hosts what /etc/hosts and the DNS say, also of an address', async () => {
  const [a, web] = [await shells.podIP('web-a'), await shells.clusterIP('web')];
  const line = `${a.padEnd(15)} a.heads.default.svc.cluster.local a\n`;
  expect((await shells.run('web-a', `getent hosts a ${a}`)).stdout).toBe(line + line);
  expect((await shells.run('web-a', 'getent hosts')).stdout).toContain(`\n${line}`);
  const service = 'web.default.svc.cluster.local';
  expect((await shells.run('me', `getent hosts ${web}`)).stdout).toBe(`${web.padEnd(15)} ${service}\n`);
  expect(await shells.run('me', 'getent hosts 10.244.200.200')).toMatchObject({ code: 2, stdout: '' });
  const at = web.padEnd(15);
  expect((await shells.run('me', 'getent ahosts web')).stdout).toBe(
    `${at} STREAM ${service}\n${at} DGRAM  \n${at} RAW    \n`,
  );
});

test('a name that ends with a dot is searched nowhere', async () => {
  expect(await nslookup('web.default.')).toContain('NXDOMAIN');
  expect(await shells.answers('me', 'web.default.svc.cluster.local.')).toBe('web-a');
});
