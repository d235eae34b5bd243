import { afterAll, beforeAll, expect, test } from 'vitest';
import { PodShells, policy, service } from './pod-shells.ts';

const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';
const agnhost = (name: string, args: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: ${name}}}, ` +
  `spec: {containers: [{name: c, image: "${AGNHOST}", args: [${args}]}]}}`;

const PORTS =
  'ports: [{name: tcp, port: 80, targetPort: 8080}, {name: udp, protocol: UDP, port: 80, targetPort: 8081}]';

let shells: PodShells;
beforeAll(async () => {
  const ranges = { clusterCidr: '10.50.0.0/16,fd00:50::/56', serviceClusterIpRange: '10.96.0.0/16,fd00:96::/112' };
  shells = await PodShells.open(
    [
      agnhost('me', 'pause'),
      agnhost('web', 'netexec'),
      service('web', 'web', `ipFamilyPolicy: RequireDualStack, ${PORTS}`),
      service('six', 'web', `ipFamilies: [IPv6], ${PORTS}`),
      service('headless', 'web', `clusterIP: None, ipFamilies: [IPv6], ${PORTS}`),
    ],
    ranges,
  );
});
afterAll(() => shells[Symbol.asyncDispose]());

const addressesOf = async (pod: string): Promise<readonly string[]> =>
  (await shells.run(pod, "grep -v -e '^#' -e 127 /etc/hosts | grep '\\s'$(hostname) | cut -f 1")).stdout.split('\n');

const output = async (script: string): Promise<string> => (await shells.run('me', script)).stdout;

test('a pod is reached at each of its addresses, and sees its client at one of the same family', async () => {
  const [v4 = '', v6 = ''] = await addressesOf('web');
  const [mine = '', mineV6 = ''] = await addressesOf('me');
  expect([v4, v6, mineV6]).toEqual([
    expect.stringMatching(/^10\.50\./),
    expect.stringMatching(/^fd00:50:/),
    expect.stringMatching(/^fd00:50:/),
  ]);
  expect(await output(`curl -s ${v4}:8080/clientip`)).toMatch(new RegExp(`^${mine}:\\d+$`));
  expect(await output(`curl -g -s 'http://[${v6}]:8080/clientip'`)).toMatch(new RegExp(`^\\[${mineV6}\\]:\\d+$`));
  expect(await output(`echo clientip | nc -u -p 5000 -W 1 ${v6} 8081`)).toBe(`[${mineV6}]:5000`);
  expect((await shells.run('web', `curl -g -s 'http://[::1]:8080/clientip'`)).stdout).toMatch(/^\[::1\]:\d+$/);
});

test('a service leads to addresses of the family that it is asked at', async () => {
  const [, v6 = ''] = await addressesOf('me');
  const clusterIPs = (await output('dig +short web.default.svc.cluster.local AAAA')).trim();
  expect(await output(`curl -g -s 'http://[${clusterIPs}]/clientip'`)).toMatch(new RegExp(`^\\[${v6}\\]`));
  expect(await output('curl -s web/clientip')).toMatch(/^10\.50\./);
});

test('names with addresses of the newer family only lead there', async () => {
  const [, v6 = ''] = await addressesOf('me');
  expect(await output('curl -s six/clientip')).toMatch(new RegExp(`^\\[${v6}\\]`));
  expect(await output('getent hosts headless')).toContain((await addressesOf('web'))[1]);
});

test('an address of the newer family has a name', async () => {
  const [, v6 = ''] = await addressesOf('web');
  const name = `${v6.replaceAll(':', '-')}.headless.default.svc.cluster.local`;
  expect(await output(`nslookup ${v6}`)).toContain(name);
  expect(await output(`dig +short -x ${v6}`)).toContain(`${name}.\n`);
});

test('policies see addresses of the family that is used', async () => {
  const [v4 = '', v6 = ''] = await addressesOf('web');
  await shells.apply(
    policy('six', 'podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: "fd00:50::/56"}}]}]'),
  );
  expect(await output(`curl -g -s 'http://[${v6}]:8080/hostname'`)).toBe('web');
  expect((await shells.run('me', `curl -s -m 0.2 ${v4}:8080`)).code).toBe(28);
});
