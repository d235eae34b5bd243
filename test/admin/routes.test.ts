import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, readKubeconfig } from '../support/ask.ts';
import { type AdminCluster, adminCluster } from './support.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster({ nodes: 2 });
});
afterAll(() => shop[Symbol.asyncDispose]());

const CONTROLLERS = '/-/controllers';
const deployment = (name: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
});

async function pods(app: string): Promise<number> {
  await shop.cluster.settle();
  const request = { resource: 'v1/pods', namespace: 'default', labelSelector: `app=${app}` };
  return (await shop.cluster.transport().list(request)).items.length;
}

describe('GET /-/kubeconfig', () => {
  it('gives a kubeconfig that works', async () => {
    const { status, text } = await shop.admin('GET', '/-/kubeconfig');
    expect(status).toBe(200);
    const credentials = readKubeconfig(text);
    expect(credentials.server).toBe(shop.cluster.url);
    expect((await ask(`${credentials.server}/api/v1/nodes`, { credentials })).status).toBe(200);
  });
});

describe('PUT /-/controllers/NAME', () => {
  it('switches a controller off and on again', async () => {
    const off = await shop.admin('PUT', `${CONTROLLERS}/deployment`, { enabled: false });
    expect([off.status, JSON.parse(off.text)]).toEqual([200, { name: 'deployment-controller', enabled: false }]);
    await shop.cluster.apply(deployment('web'));
    expect(await pods('web')).toBe(0);
    await shop.admin('PUT', `${CONTROLLERS}/deployment-controller`, { enabled: true });
    expect(await pods('web')).toBe(1);
  });

  it('lists them all', async () => {
    await shop.admin('PUT', `${CONTROLLERS}/kubelet`, { enabled: false });
    const { text } = await shop.admin('GET', CONTROLLERS);
    await shop.admin('PUT', `${CONTROLLERS}/kubelet`, { enabled: true });
    const { controllers } = JSON.parse(text) as { controllers: { name: string; enabled: boolean }[] };
    expect(controllers).toContainEqual({ name: 'kubelet', enabled: false });
    expect(controllers).toContainEqual({ name: 'deployment-controller', enabled: true });
  });

  it('says which there are, and what the body has to be', async () => {
    const unknown = await shop.admin('PUT', `${CONTROLLERS}/nope`, { enabled: true });
    const { message } = JSON.parse(unknown.text) as { message: string };
    expect([unknown.status, message]).toEqual([
      404,
      expect.stringMatching(/; there are\n {2}.*deployment-controller,.*\n {2}/s),
    ]);
    expect(message.split('\n').filter((line) => line.length > 100)).toEqual([]);
    for (const body of [{}, { enabled: 'yes' }, []]) {
      const { status, text } = await shop.admin('PUT', `${CONTROLLERS}/kubelet`, body);
      expect([status, text]).toEqual([400, expect.stringContaining('the body has to be')]);
    }
    expect((await shop.admin('PUT', `${CONTROLLERS}/kubelet`)).status).toBe(400);
  });
});

describe('POST /-/reset', () => {
  it('takes away what was made, brings back what was deleted, and undoes changes', async () => {
    const transport = shop.cluster.transport();
    await shop.cluster.apply(deployment('extra'), '{apiVersion: v1, kind: Namespace, metadata: {name: extra}}');
    await transport.send({ verb: 'delete', resource: 'v1/nodes', key: { namespace: '', name: 'node02' } });
    const key = { namespace: '', name: 'default' };
    const labelled = { metadata: { labels: { a: 'b' } } };
    await transport.send({ verb: 'patch', resource: 'v1/namespaces', key, patchType: 'merge', body: labelled });
    const { status, text } = await shop.admin('POST', '/-/reset');
    expect([status, JSON.parse(text)]).toMatchObject([200, { kind: 'Status', status: 'Success' }]);
    expect(await pods('extra')).toBe(0);
    const names = async (resource: string): Promise<unknown[]> =>
      (await transport.list({ resource, namespace: '' })).items.map(({ metadata }) => metadata.name);
    expect(await names('apps/v1/deployments')).toEqual([]);
    expect(await names('v1/namespaces')).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    expect(await names('v1/nodes')).toEqual(['node01', 'node02']);
    expect((await transport.send({ verb: 'get', resource: 'v1/namespaces', key })).metadata.labels).toEqual({
      'kubernetes.io/metadata.name': 'default',
    });
  });

  it('leaves a cluster that works, with the same credentials', async () => {
    await shop.cluster.apply(deployment('after'));
    expect(await pods('after')).toBe(1);
    expect((await shop.admin('GET', '/api/v1/pods')).text).toContain('"phase":"Running"');
  });

  it('keeps the fixtures', async () => {
    await using fixed = await adminCluster({ fixtures: ['fixtures/manifests'], nodes: 2 });
    const { cluster } = fixed;
    const running = async (): Promise<number> => {
      await cluster.settle();
      return (await cluster.transport().list({ resource: 'v1/pods', namespace: 'default' })).items.length;
    };
    expect(await running()).toBe(3);
    const key = { namespace: 'default', name: 'nginx-deployment' };
    await cluster.transport().send({ verb: 'delete', resource: 'apps/v1/deployments', key });
    expect(await running()).toBe(0);
    await fixed.admin('POST', '/-/reset');
    expect(await running()).toBe(3);
    const service = {
      verb: 'get',
      resource: 'v1/services',
      key: { namespace: 'default', name: 'my-service' },
    } as const;
    expect((await cluster.transport().send(service)).metadata.name).toBe('my-service');
  });
});

it('answers 404 and 405 for what is not there', async () => {
  expect((await shop.admin('GET', '/-/nope')).status).toBe(404);
  expect((await shop.admin('GET', '/-/')).status).toBe(404);
  expect((await shop.admin('GET', '/-/kubeconfig/more')).status).toBe(404);
  expect((await shop.admin('GET', '/-/reset')).status).toBe(405);
  expect((await shop.admin('DELETE', `${CONTROLLERS}/kubelet`)).status).toBe(405);
  expect((await shop.admin('GET', '/-/constructor')).status).toBe(404);
});
