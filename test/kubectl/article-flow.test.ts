import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, rows, type Shop } from '../support/kubectl.ts';
import { throughProxy } from '../support/proxied.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const pods = async (app: string): Promise<Record<string, string>[]> =>
  rows(await shop.kubectl('get', 'pods', '-owide', '-l', `app=${app}`));

/** The addresses that `describe svc` shows, as one sorted text. */
async function endpoints(): Promise<string> {
  const text = await shop.kubectl('describe', 'svc', 'my-service');
  return (/^Endpoints: +(.*)$/m.exec(text)?.[1] ?? '').split(',').sort().join(',');
}

describe('the first steps of a user, one after the other', () => {
  it('creates a deployment whose pod runs on a node, with an address of that node', async () => {
    const created = await shop.kubectl('create', 'deploy', 'test', '--image=nginx', '--replicas=1');
    expect(created).toBe('deployment.apps/test created\n');
    await shop.cluster.settle();
    const [pod, ...others] = await pods('test');
    expect(others).toEqual([]);
    expect(pod).toMatchObject({ READY: '1/1', STATUS: 'Running', RESTARTS: '0' });
    expect(pod?.NAME).toMatch(/^test-[0-9a-z]{8,10}-[0-9a-z]{5}$/);
    expect(`${pod?.NODE} ${pod?.IP}`).toMatch(/^(node01 10\.244\.1|node02 10\.244\.2)\.\d+$/);
  });

  it('replaces a deleted pod by one with a new name and a new address', async () => {
    const [before] = await pods('test');
    expect(await shop.kubectl('delete', 'pod', before?.NAME ?? '')).toContain(`pod "${before?.NAME}" deleted`);
    await shop.cluster.settle();
    const [after, ...others] = await pods('test');
    expect(others).toEqual([]);
    expect(after).toMatchObject({ READY: '1/1', STATUS: 'Running' });
    expect(after?.NAME).not.toBe(before?.NAME);
    expect(after?.IP).not.toBe(before?.IP);
  });

  it('applies manifests and describes a service with three endpoints across both nodes', async () => {
    const deployment = await shop.kubectl('apply', '-f', 'fixtures/manifests/deployment.yaml');
    expect(deployment).toBe('deployment.apps/nginx-deployment created\n');
    const service = await shop.kubectl('apply', '-f', 'fixtures/manifests/service.yaml');
    expect(service).toBe('service/my-service created\n');
    await shop.cluster.settle();
    const text = await shop.kubectl('describe', 'svc', 'my-service');
    expect(text).toMatch(/^Selector: +app=my-app$/m);
    expect(text).toMatch(/^IP: +10\.(9[6-9]|10\d|11[01])\.\d+\.\d+$/m);
    expect(text).toMatch(/^Port: +<unset> +80\/TCP$/m);
    expect(text).toMatch(/^TargetPort: +80\/TCP$/m);
    const running = await pods('my-app');
    expect(new Set(running.map(({ NODE }) => NODE))).toEqual(new Set(['node01', 'node02']));
    expect(await endpoints()).toBe(
      running
        .map(({ IP }) => `${IP}:80`)
        .sort()
        .join(','),
    );
  });

  it('lets the endpoints follow a deleted pod', async () => {
    const [victim] = await pods('my-app');
    await shop.kubectl('delete', 'pod', victim?.NAME ?? '');
    await shop.cluster.settle();
    const running = await pods('my-app');
    expect(running).toHaveLength(3);
    expect(running.map(({ IP }) => IP)).not.toContain(victim?.IP);
    expect(await endpoints()).toBe(
      running
        .map(({ IP }) => `${IP}:80`)
        .sort()
        .join(','),
    );
  });

  it("answers with nginx's welcome page through the proxy", async () => {
    const { status, text } = await throughProxy(shop.cluster.proxyUrl, 'http://my-service/');
    expect(status).toBe(200);
    expect(text).toContain('<title>Welcome to nginx!</title>');
  });
});
