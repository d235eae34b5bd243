import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { type Page, throughProxy } from '../support/proxied.ts';
import { pod, service } from './support.ts';

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await startCluster({ proxyPort: 0, loadBalancerCidr: '192.0.2.0/24', logLevel: 'error' });
  const hostPort = 'name: http, containerPort: 8080, hostPort: 8088';
  await cluster.apply(
    pod('app', 'example/app:1', { http: 8080 }),
    service('node', 'app', 'type: NodePort\n  ports: [{port: 80, targetPort: 8080, nodePort: 30080}]'),
    service('balanced', 'app', 'type: LoadBalancer\n  ports: [{port: 80, targetPort: 8080}]'),
    service('external', 'app', 'externalIPs: [198.51.100.7]\n  ports: [{port: 81, targetPort: 8080}]'),
    pod('held', 'example/held:1', { http: 8080 })
      .replace('name: http, containerPort: 8080', hostPort)
      .replace('spec:', 'spec:\n  nodeName: node01'),
    pod('inside', 'example/inside:1', { http: 7000 }).replace(
      'spec:',
      'spec:\n  nodeName: node01\n  hostNetwork: true',
    ),
  );
  await cluster.settle();
});
afterAll(() => cluster.stop());

const get = (host: string): Promise<Page> => throughProxy(cluster.proxyUrl, `http://${host}/`);

const answers = async (host: string): Promise<string> =>
  (JSON.parse((await get(host)).text) as { pod: { name: string } }).pod.name;

it('leads to node ports, host ports and pods in the network of a node', async () => {
  for (const node of ['172.18.0.11', '172.18.0.12']) expect(await answers(`${node}:30080`)).toBe('app');
  expect(await answers('172.18.0.11:8088')).toBe('held');
  expect(await answers('172.18.0.11:7000')).toBe('inside');
});

it('leads to addresses of load balancers and external ones', async () => {
  const key = { namespace: 'default', name: 'balanced' };
  const found = await cluster.transport().send({ verb: 'get', resource: 'v1/services', key });
  const { status } = found as unknown as { status: { loadBalancer: { ingress: { ip: string }[] } } };
  expect(await answers(`${status.loadBalancer.ingress[0]?.ip}:80`)).toBe('app');
  expect(await answers('198.51.100.7:81')).toBe('app');
});

it('refuses where nobody listens, and at addresses that nobody has', async () => {
  const { status, text } = await get('172.18.0.12:8088');
  expect([status, text]).toEqual([
    503,
    expect.stringContaining('dial tcp 172.18.0.12:8088: connect: connection refused'),
  ]);
  expect((await get('198.51.100.7:82')).status).toBe(403);
});
