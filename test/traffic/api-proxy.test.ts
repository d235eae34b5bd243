import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, ask, readKubeconfig } from '../support/ask.ts';
import { pod, service, type Traffic, traffic } from './support.ts';

let shop: Traffic;
beforeAll(async () => {
  shop = await traffic(
    pod('web', 'nginx', { http: 80 }),
    pod('app', 'example/app:1', { http: 8080, ops: 9090 }),
    service('my-service', 'web', 'ports: [{port: 80}]'),
    service('two', 'app', 'ports: [{name: http, port: 80, targetPort: 8080}, {name: ops, port: 81, targetPort: 9090}]'),
    service('empty', 'nobody', 'ports: [{port: 80}]'),
  );
});
afterAll(() => shop[Symbol.asyncDispose]());

function api(path: string, asked: Parameters<typeof ask>[1] = {}): Promise<Answered> {
  const credentials = readKubeconfig(shop.cluster.kubeconfig());
  return ask(`${shop.cluster.url}/api/v1/namespaces/default/${path}`, { credentials, ...asked });
}

const echoed = ({ text }: Answered): { port: number; request: { method: string; url: string; headers: object } } =>
  JSON.parse(text);

describe("the API's proxy to services", () => {
  it.each(['my-service', 'my-service:80', 'my-service:', 'http:my-service:80', 'http:my-service:'])(
    '%s',
    async (name) => {
      const { status, text } = await api(`services/${name}/proxy/`);
      expect([status, text]).toEqual([200, expect.stringContaining('Welcome to nginx!')]);
    },
  );

  it.each([
    ['two:http', 8080],
    ['http:two:http', 8080],
    ['two:ops', 9090],
    ['two:81', 9090],
  ])('%s leads to port %i', async (name, port) => {
    expect(echoed(await api(`services/${name}/proxy/`)).port).toBe(port);
  });

  it('passes method, path, query and body on, but not who asks', async () => {
    const headers = { authorization: 'Bearer x', cookie: 'a=b', 'x-mine': 'yes' };
    const asked = { method: 'POST', headers, body: 'hello' };
    const { request } = echoed(await api('services/two:http/proxy/a/b%2Fc?d=e', asked));
    expect(request).toMatchObject({ method: 'POST', url: '/a/b%2Fc?d=e', body: 'hello', headers: { 'x-mine': 'yes' } });
    expect(Object.keys(request.headers)).not.toEqual(expect.arrayContaining(['authorization']));
    expect(Object.keys(request.headers)).not.toEqual(expect.arrayContaining(['cookie']));
  });

  it('needs a port when there are several, and knows which there are', async () => {
    for (const [name, message] of [
      ['two', 'no endpoints available for service "two"'],
      ['two:nope', 'no endpoints available for service "two"'],
      ['my-service:81', 'no service port 81 found for service "my-service"'],
    ]) {
      const { status, text } = await api(`services/${name}/proxy/`);
      expect([name, status, (JSON.parse(text) as { message: string }).message]).toEqual([name, 503, message]);
    }
  });

  it('answers 503 without ready endpoints, and for a number 404 without a service', async () => {
    const empty = await api('services/empty/proxy/');
    expect(empty.status).toBe(503);
    expect(JSON.parse(empty.text)).toMatchObject({
      kind: 'Status',
      reason: 'ServiceUnavailable',
      message: 'no endpoints available for service "empty"',
    });
    expect((await api('services/nope/proxy/')).status).toBe(503);
    expect((await api('services/nope:80/proxy/')).status).toBe(404);
  });

  it('sends the path without a slash to the one with it', async () => {
    expect((await api('services/my-service/proxy')).status).toBe(301);
  });
});

describe("the API's proxy to pods", () => {
  it.each([
    ['web', 'Welcome to nginx!'],
    ['web:80', 'Welcome to nginx!'],
    ['http:web:80', 'Welcome to nginx!'],
    ['app', '"port": 8080'],
    ['app:9090', '"port": 9090'],
  ])('%s', async (name, text) => {
    const answered = await api(`pods/${name}/proxy/`);
    expect([answered.status, answered.text]).toEqual([200, expect.stringContaining(text)]);
  });

  it('says that nothing listens', async () => {
    const { status, text } = await api('pods/web:9999/proxy/');
    expect([status, text]).toEqual([503, expect.stringContaining('error trying to reach service')]);
  });
});

it('asks for the permission to proxy', async () => {
  const { status, text } = await api('services/my-service/proxy/', { headers: { 'impersonate-user': 'jane' } });
  expect(status).toBe(403);
  expect(text).toContain('cannot get resource \\"services/proxy\\"');
});
