import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pod, service, type Traffic, traffic } from './support.ts';

let shop: Traffic;
beforeAll(async () => {
  shop = await traffic(
    pod('app', 'example/app:1', { http: 8080, admin: 9090 }),
    service('number', 'app', 'ports: [{port: 80, targetPort: 8080}]'),
    service('name', 'app', 'ports: [{port: 80, targetPort: admin}]'),
    service('two', 'app', 'ports: [{name: web, port: 80, targetPort: http}, {name: ops, port: 81, targetPort: admin}]'),
    service('wrong', 'app', 'ports: [{port: 80, targetPort: nothing}]'),
    pod('member', 'example/member', { http: 8080 }).replace('spec:', 'spec:\n  hostname: member-0\n  subdomain: group'),
    service('group', 'member', 'clusterIP: None\n  ports: [{port: 8080}]'),
    service('headless', 'app', 'clusterIP: None\n  ports: [{port: 8080}]'),
  );
});
afterAll(() => shop[Symbol.asyncDispose]());

/** The port of the pod that answered. */
async function portOf(url: string): Promise<unknown> {
  const { status, text } = await shop.get(url);
  return status === 200 ? (JSON.parse(text) as { port: number }).port : status;
}

describe('from the port of a service to that of a pod', () => {
  it('by number and by name', async () => {
    expect(await portOf('http://number/')).toBe(8080);
    expect(await portOf('http://name/')).toBe(9090);
  });

  it('by the port that was asked for', async () => {
    expect(await portOf('http://two/')).toBe(8080);
    expect(await portOf('http://two:81/')).toBe(9090);
    expect(await portOf('http://two:82/')).toBe(503);
  });

  it('not when no container has a port of that name', async () => {
    expect(await portOf('http://wrong/')).toBe(503);
  });

  it('of a headless service, whose name stands for its pods', async () => {
    expect(await portOf('http://headless:8080/')).toBe(8080);
    expect(await portOf('http://headless.default.svc.cluster.local:9090/')).toBe(9090);
  });

  it('of one pod of a headless service, by its host name', async () => {
    for (const host of ['member-0.group.default.svc.cluster.local', 'member-0.group.default', 'member-0.group'])
      expect([host, await portOf(`http://${host}:8080/`)]).toEqual([host, 8080]);
    expect(await portOf('http://member-1.group:8080/')).toBe(403);
    expect(await portOf('http://member-0.number.default:80/')).toBe(403);
  });
});
