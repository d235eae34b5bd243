import { expect, test } from 'vitest';
import { Surroundings } from './simulated-pod.ts';

const LOCAL =
  '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n' +
  'fe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n';
const fileOf = (path: string, spec = '', objects = new Surroundings()): Promise<string> =>
  objects.pod(`{nodeName: n, ${spec} containers: [{name: c}]}`).run(`cat ${path}`);

test('a pod knows its own address', async () => {
  expect(await fileOf('/etc/hosts')).toBe(`# Kubernetes-managed hosts file.\n${LOCAL}10.244.0.5\tp\n`);
});

test('with a subdomain it has a name in the cluster, too', async () => {
  expect(await fileOf('/etc/hosts', 'hostname: web, subdomain: peers,')).toContain(
    '10.244.0.5\tweb.peers.ns.svc.cluster.local\tweb\n',
  );
});

test('aliases stand below', async () => {
  const aliases = 'hostAliases: [{ip: 1.2.3.4, hostnames: [a, b.c]}, {ip: "::5", hostnames: [d]}],';
  expect(await fileOf('/etc/hosts', aliases)).toBe(
    `# Kubernetes-managed hosts file.\n${LOCAL}10.244.0.5\tp\n\n# Entries added by HostAliases.\n` +
      '1.2.3.4\ta\tb.c\n::5\td\n',
  );
});

test('on the network of its node a pod has the names of the node', async () => {
  expect(await fileOf('/etc/hosts', 'hostNetwork: true,')).toBe(
    `# Kubernetes-managed hosts file (host network).\n${LOCAL}172.18.0.11\tn\n`,
  );
  expect(await fileOf('/etc/hostname', 'hostNetwork: true,')).toBe('n\n');
});

test.each([
  ['', 'p'],
  ['hostname: web,', 'web'],
  ['hostname: web, subdomain: peers,', 'web'],
  ['hostname: web, subdomain: peers, setHostnameAsFQDN: true,', 'web.peers.ns.svc.cluster.local'],
  ['setHostnameAsFQDN: true,', 'p'],
  ['hostnameOverride: an.other.name, subdomain: peers,', 'an.other.name'],
])('the hostname of a pod with {%s} is %s', async (spec, name) => {
  expect(await fileOf('/etc/hostname; hostname', spec)).toBe(`${name}\n${name}\n`);
});

test('a hostname has 63 characters at most', async () => {
  const pod = new Surroundings().pod(`{containers: [{name: c}], hostname: ${'a'.repeat(62)}-b}`);
  expect(pod.surroundings.hostname).toBe('a'.repeat(62));
});

const CLUSTER = 'search ns.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n';

test.each([
  ['', CLUSTER],
  ['dnsPolicy: ClusterFirst, hostNetwork: true,', 'nameserver 172.18.0.1\n'],
  ['dnsPolicy: ClusterFirstWithHostNet, hostNetwork: true,', CLUSTER],
  ['dnsPolicy: Default,', 'nameserver 172.18.0.1\n'],
  ['dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1], searches: [x.y]},', 'search x.y\nnameserver 1.1.1.1\n'],
  [
    'dnsConfig: {nameservers: [1.1.1.1, 10.96.0.10, 2.2.2.2, 3.3.3.3], searches: [x.y, cluster.local], ' +
      'options: [{name: ndots, value: "2"}, {name: edns0}]},',
    'search ns.svc.cluster.local svc.cluster.local cluster.local x.y\n' +
      'nameserver 10.96.0.10\nnameserver 1.1.1.1\nnameserver 2.2.2.2\noptions ndots:2 edns0\n',
  ],
])('a pod with {%s} finds names as it wants', async (spec, text) => {
  expect(await fileOf('/etc/resolv.conf', spec)).toBe(text);
});

test('the cluster has its DNS where the service kube-dns is', async () => {
  const dns = '{kind: Service, metadata: {name: kube-dns, namespace: kube-system}, spec: {clusterIP: 10.96.7.7}}';
  expect(await fileOf('/etc/resolv.conf', '', new Surroundings(dns))).toContain('nameserver 10.96.7.7\n');
});
