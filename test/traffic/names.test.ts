import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pod, service, type Traffic, traffic } from './support.ts';

let shop: Traffic;
beforeAll(async () => {
  shop = await traffic(
    pod('web', 'nginx', { http: 80 }),
    service('my-service', 'web', 'ports: [{port: 80}]'),
    '{apiVersion: v1, kind: Namespace, metadata: {name: other}}',
    pod('echo', 'example/echo', { http: 8080 }, 'other'),
    service('there', 'echo', 'ports: [{port: 80, targetPort: 8080}]', 'other'),
    service('empty', 'nobody', 'ports: [{port: 80}]'),
  );
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('names that the proxy knows', () => {
  it.each([
    'my-service',
    'my-service.default',
    'my-service.default.svc',
    'my-service.default.svc.cluster.local',
    'my-service.default.svc.cluster.local.',
    'MY-SERVICE.Default.SVC',
    'my-service:80',
  ])('%s', async (host) => {
    const { status, text } = await shop.get(`http://${host}/`);
    expect([status, text]).toEqual([200, expect.stringContaining('Welcome to nginx!')]);
  });

  it('services of other namespaces, when the namespace is named', async () => {
    expect((await shop.get('http://there.other/')).status).toBe(200);
    expect((await shop.get('http://there/')).status).toBe(403);
  });

  it('the address of a service', async () => {
    const ip = await shop.field('v1/services', 'default', 'my-service', 'spec.clusterIP');
    expect((await shop.get(`http://${ip}/`)).text).toContain('Welcome to nginx!');
  });

  it('the address of a pod, on its own ports', async () => {
    const ip = await shop.field('v1/pods', 'other', 'echo', 'status.podIP');
    expect((await shop.get(`http://${ip}:8080/`)).status).toBe(200);
    const { status, text } = await shop.get(`http://${ip}:9999/`);
    expect([status, text]).toEqual([503, expect.stringContaining('connection refused')]);
  });
});

describe('what the proxy refuses', () => {
  it.each([
    'example.com',
    'my-service.default.svc.example.com',
    'a.my-service.default.svc.cluster.local',
    'localhost',
    '127.0.0.1',
    '[::1]',
    '192.0.2.1',
    '10.244.1.250',
    'constructor',
    '__proto__',
  ])('403 for %s', async (host) => {
    const { status, text } = await shop.get(`http://${host}/`);
    expect([status, text]).toEqual([403, expect.stringContaining('only leads to services and pods of the cluster')]);
  });

  it('503 for a service without ready endpoints, and for a port that a service does not have', async () => {
    const empty = await shop.get('http://empty/');
    expect([empty.status, empty.text]).toEqual([503, 'fauxkube: no endpoints available for service "empty"\n']);
    const port = await shop.get('http://my-service:81/');
    expect([port.status, port.text]).toEqual([503, expect.stringContaining('no service port "81" found')]);
  });

  it('400 for a request that is not for a proxy', async () => {
    const { status, text } = await shop.get('/');
    expect([status, text]).toEqual([400, expect.stringContaining('set http_proxy')]);
  });

  it('503 for the API server: nothing leads there', async () => {
    const { status } = await shop.get('http://kubernetes:443/-/kubeconfig');
    expect(status).toBe(503);
  });
});
