import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pod, service, type Traffic, traffic } from './support.ts';

let shop: Traffic;
beforeAll(async () => {
  shop = await traffic(
    pod('web', 'registry.example/library/nginx:1.14.2', { http: 80 }),
    service('web', 'web', 'ports: [{port: 80}]'),
    pod('app', 'example/app:1', { http: 80 }),
    service('app', 'app', 'ports: [{port: 80}]'),
    pod('unready', 'nginx', { http: 80 }).replace(
      'spec:',
      'spec:\n  readinessGates: [{conditionType: example.com/ok}]',
    ),
    service('unready', 'unready', 'ports: [{port: 80}]'),
    service('early', 'unready', 'publishNotReadyAddresses: true\n  ports: [{port: 80}]'),
  );
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('an nginx image', () => {
  it('serves its welcome page, as HTML', async () => {
    const { status, headers, text } = await shop.get('http://web/');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ server: expect.stringMatching(/^nginx/), 'content-type': 'text/html' });
    expect(text).toContain('<title>Welcome to nginx!</title>');
  });

  it('has nothing else', async () => {
    expect((await shop.get('http://web/nope')).status).toBe(404);
    const head = await shop.get('http://web/', { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect((await shop.get('http://web/', { method: 'POST', body: 'x' })).status).toBe(405);
  });
});

describe('any other image', () => {
  it('tells who was asked, and what', async () => {
    const headers = { 'x-mine': 'yes' };
    const { status, text } = await shop.get('http://app/a%20b?c=d', { method: 'PUT', headers, body: 'hello' });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      host: 'app',
      pod: {
        name: 'app',
        namespace: 'default',
        ip: await shop.field('v1/pods', 'default', 'app', 'status.podIP'),
        image: 'example/app:1',
      },
      port: 80,
      request: { method: 'PUT', url: '/a%20b?c=d', headers: { 'x-mine': 'yes' }, body: 'hello' },
    });
  });

  it('gets bodies of any size', async () => {
    const { status, text } = await shop.get('http://app/', { method: 'POST', body: 'x'.repeat(4 * 1024 * 1024) });
    expect([status, text]).toEqual([200, expect.stringContaining('"content-length": "4194304"')]);
  });

  it('does not see what was meant for the proxy', async () => {
    const headers = { 'proxy-authorization': 'Basic eDp5', 'proxy-connection': 'keep-alive' };
    const { text } = await shop.get('http://app/', { headers });
    expect(text).not.toContain('proxy-');
  });
});

describe('readiness', () => {
  it('keeps traffic away from a pod that is not ready', async () => {
    expect((await shop.get('http://unready/')).status).toBe(503);
  });

  it('does not when the service says so', async () => {
    expect((await shop.get('http://early/')).status).toBe(200);
  });
});

it('reaches every ready pod of a service, and none that is gone', async () => {
  await shop.cluster.apply(pod('app-2', 'example/app:2', { http: 80 }).replace('app: app-2', 'app: app'));
  await shop.cluster.settle();
  const answered = new Set<string>();
  for (let request = 0; request < 50; request++) {
    answered.add((JSON.parse((await shop.get('http://app/')).text) as { pod: { name: string } }).pod.name);
  }
  expect(answered).toEqual(new Set(['app', 'app-2']));
  const key = { namespace: 'default', name: 'app' };
  await shop.cluster.transport().send({ verb: 'delete', resource: 'v1/pods', key });
  await shop.cluster.settle();
  for (let request = 0; request < 10; request++) {
    expect((await shop.get('http://app/')).text).toContain('"app-2"');
  }
});
