import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalOf, type StreamServer, streamServer } from './support.ts';

let server: StreamServer;
beforeAll(async () => {
  server = await streamServer();
  const key = { namespace: 'default', name: 'streams' };
  const resources = ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/log'];
  for (const verb of ['get', 'create']) {
    const named = { ...key, name: verb };
    const role = { metadata: { name: verb }, rules: [{ apiGroups: [''], resources, verbs: [verb] }] };
    const binding = {
      metadata: { name: verb },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: verb },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: `may-${verb}` }],
    };
    const rbac = 'rbac.authorization.k8s.io/v1';
    await server.transport.send({ verb: 'create', resource: `${rbac}/roles`, key: named, body: role });
    await server.transport.send({ verb: 'create', resource: `${rbac}/rolebindings`, key: named, body: binding });
  }
});
afterAll(() => server[Symbol.asyncDispose]());

describe.each(['exec', 'attach', 'portforward'])('pods/%s', (subresource) => {
  it('needs the verb create, however it is asked', async () => {
    const path = `web/${subresource}?stdout=true`;
    const resource = `"pods/${subresource}" in API group "" in the namespace "default"`;
    const denied = `User "may-get" cannot create resource ${resource}`;
    expect(refusalOf(await server.ask('POST', path, undefined, 'may-get'))).toEqual([
      403,
      `pods "web" is forbidden: ${denied}`,
    ]);
    // Who may get it is let in first, and asked for more then.
    expect(refusalOf(await server.ask('GET', path, undefined, 'may-get'))).toEqual([403, 'pods "web" is forbidden: ']);
    expect(refusalOf(await server.ask('POST', path, undefined, 'may-create'))).toEqual([
      400,
      'Upgrade request required',
    ]);
  });
});

it('pods/log needs the verb get', async () => {
  expect((await server.ask('GET', 'web/log', undefined, 'may-get')).status).toBe(200);
  expect((await server.ask('GET', 'web/log', undefined, 'may-create')).status).toBe(403);
});
