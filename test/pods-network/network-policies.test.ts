import { expect, test } from 'vitest';
import { ask, readKubeconfig } from '../support/ask.ts';
import { client, DROPPED, namespace, PodShells, policy, refused, server, service } from './pod-shells.ts';

const DENY = 'podSelector: {}, policyTypes: [Ingress]';
const toWeb = (rule: string): string => `podSelector: {matchLabels: {app: web}}, ingress: [${rule}]`;

/** Who gets through to the pod `web`, at its port 8080. */
async function open(...policies: readonly string[]): Promise<PodShells> {
  return PodShells.open([
    namespace('other', 'team: blue'),
    client('friend', { labels: 'role: friend' }),
    client('stranger'),
    client('friend', { namespace: 'other', labels: 'role: friend' }),
    server('web', { ports: '{name: http, containerPort: 8080}, {containerPort: 9090}' }),
    service('web', 'web', 'ports: [{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 9090}]'),
    ...policies,
  ]);
}

async function whoGetsIn(shells: PodShells, url = 'web.default'): Promise<string[]> {
  const clients = ['friend', 'stranger', 'other/friend'];
  const answers = await Promise.all(clients.map((name) => shells.answers(name, url, 0.5)));
  expect(new Set([...answers, 'web', DROPPED]).size).toBe(2);
  return clients.filter((_, i) => answers[i] === 'web');
}

const ALL = ['friend', 'stranger', 'other/friend'];

test('without a policy everybody gets in, and with one that selects no pod too', async () => {
  await using shells = await open(policy('p', 'podSelector: {matchLabels: {app: another}}, policyTypes: [Ingress]'));
  expect(await whoGetsIn(shells)).toEqual(ALL);
});

test('a policy that allows nothing keeps everybody out, until it is gone', async () => {
  await using shells = await open(policy('deny', DENY));
  expect(await whoGetsIn(shells)).toEqual([]);
  expect(await whoGetsIn(shells, `${await shells.podIP('web')}:8080`)).toEqual([]);
  await shells.delete('networking.k8s.io/v1/networkpolicies', 'deny');
  expect(await whoGetsIn(shells)).toEqual(ALL);
});

test('the pod itself is let in always', async () => {
  await using shells = await open(policy('deny', DENY));
  for (const host of ['localhost:8080', 'web.default', `${await shells.podIP('web')}:8080`])
    expect(await shells.answers('web', host)).toBe('web');
});

test('whoever comes from the node is let in: the proxy of the API, probes', async () => {
  const probe = 'readinessProbe: {tcpSocket: {port: 80}}';
  const nginx =
    `{apiVersion: v1, kind: Pod, metadata: {name: nginx}, spec: {containers: [{name: c, image: nginx, ` +
    `ports: [{containerPort: 80}], ${probe}}]}}`;
  await using shells = await open(policy('deny', DENY), nginx);
  expect(await shells.field('v1/pods', 'nginx', 'status.containerStatuses.0.ready')).toBe('true');
  const { url } = shells.cluster;
  const credentials = readKubeconfig(shells.cluster.kubeconfig());
  const { status } = await ask(`${url}/api/v1/namespaces/default/pods/nginx/proxy/`, { credentials });
  expect(status).toBe(200);
});

test('pods are let in by their labels, in the namespace of the policy', async () => {
  await using shells = await open(policy('p', toWeb('{from: [{podSelector: {matchLabels: {role: friend}}}]}')));
  expect(await whoGetsIn(shells)).toEqual(['friend']);
});

test('pods are let in by the labels of their namespace', async () => {
  await using shells = await open(policy('p', toWeb('{from: [{namespaceSelector: {matchLabels: {team: blue}}}]}')));
  expect(await whoGetsIn(shells)).toEqual(['other/friend']);
});

test('both labels have to fit where a peer has both selectors, either where they are two', async () => {
  const pods = 'podSelector: {matchLabels: {role: friend}}';
  const spaces = 'namespaceSelector: {matchLabels: {team: red}}';
  await using both = await open(policy('p', toWeb(`{from: [{${pods}, ${spaces}}]}`)));
  expect(await whoGetsIn(both)).toEqual([]);
  await both.apply(policy('p', toWeb(`{from: [{${pods}}, {${spaces.replace('red', 'blue')}}]}`)));
  expect(await whoGetsIn(both)).toEqual(['friend', 'other/friend']);
});

test('policies add to each other', async () => {
  await using shells = await open(
    policy('deny', DENY),
    policy('one', toWeb('{from: [{podSelector: {matchLabels: {role: friend}}}]}')),
    policy('two', toWeb('{from: [{namespaceSelector: {matchLabels: {team: blue}}}]}')),
  );
  expect(await whoGetsIn(shells)).toEqual(['friend', 'other/friend']);
});

test('a block of addresses lets in all but its exceptions', async () => {
  await using shells = await open();
  const except = `${await shells.podIP('stranger')}/32`;
  await shells.apply(policy('p', toWeb(`{from: [{ipBlock: {cidr: 10.244.0.0/16, except: [${except}]}}]}`)));
  expect(await whoGetsIn(shells)).toEqual(['friend', 'other/friend']);
});

test.each([
  ['by number', '{port: 8080}'],
  ['by name', '{port: http}'],
  ['by a range', '{port: 8000, endPort: 8999}'],
])('ports are those of the pod: %s', async (_, port) => {
  await using shells = await open(policy('p', toWeb(`{ports: [${port}]}`)));
  expect(await whoGetsIn(shells)).toEqual(ALL);
  expect(await whoGetsIn(shells, 'web.default:81')).toEqual([]);
});

test('a port of another protocol lets nobody in', async () => {
  await using shells = await open(policy('p', toWeb('{ports: [{port: 8080, protocol: UDP}]}')));
  expect(await whoGetsIn(shells)).toEqual([]);
});

test('pods go out to what a policy allows, once they may find names', async () => {
  const spec = (rules: string): string =>
    `podSelector: {matchLabels: {role: friend}}, policyTypes: [Egress], egress: [${rules}]`;
  await using shells = await open(policy('out', spec('')));
  const address = `${await shells.podIP('web')}:8080`;
  expect(await shells.answers('friend', address, 0.2)).toBe(DROPPED);
  expect(await shells.answers('stranger', address)).toBe('web');
  const web = '{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}';
  await shells.apply(policy('out', spec(web)));
  expect(await shells.answers('friend', address)).toBe('web');
  expect(await shells.answers('friend', 'web', 0.2)).toBe(DROPPED);
  const dns =
    '{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, ' +
    'podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{protocol: UDP, port: 53}]}';
  await shells.apply(policy('out', spec(`${web}, ${dns}`)));
  expect(await shells.answers('friend', 'web')).toBe('web');
  expect(await shells.answers('friend', 'web:81', 0.2)).toBe(DROPPED);
});

test('refusals of a service without endpoints need no policy', async () => {
  await using shells = await open(policy('deny', DENY), service('empty', 'nobody', 'ports: [{port: 80}]'));
  expect(await shells.answers('friend', 'empty')).toBe(refused('empty'));
});
