import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JANE_TOKEN, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { type AccessServer, accessServer } from '../../support/webhooks/access-server.ts';

const PODS = '/api/v1/namespaces/default/pods';

describe('what an authorization webhook is asked', () => {
  let webhook: AccessServer;
  let cluster: SecuredCluster;

  beforeAll(async () => {
    webhook = await accessServer();
    webhook.judge = () => ({ allowed: true });
    const authorization = {
      modes: ['Webhook'] as const,
      webhookConfigFile: webhook.kubeconfig,
      webhookVersion: 'v1' as const,
    };
    cluster = await securedCluster(undefined, { authorization });
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await webhook[Symbol.asyncDispose]();
  });
  beforeEach(() => void webhook.received.splice(0));

  const askedFor = async (method: string, path: string, body?: object): Promise<object | undefined> => {
    await cluster.ask(method, path, { token: JANE_TOKEN, ...(body && { body }) });
    return webhook.received[0]?.body;
  };

  it('is a SubjectAccessReview with everything that is known of the user', async () => {
    expect(await askedFor('GET', `${PODS}/web/log`)).toEqual({
      kind: 'SubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec: {
        resourceAttributes: {
          namespace: 'default',
          verb: 'get',
          version: 'v1',
          resource: 'pods',
          subresource: 'log',
          name: 'web',
        },
        user: 'jane',
        groups: ['dev', 'ops', 'system:authenticated'],
        uid: 'jane-uid',
      },
      status: { allowed: false },
    });
  });

  it('comes with the credentials of the kubeconfig, to its very path', async () => {
    await askedFor('GET', `${PODS}/other`);
    expect(webhook.received[0]).toMatchObject({
      path: '/authorize?timeout=30s',
      headers: { authorization: 'Bearer webhook-token', 'content-type': 'application/json' },
    });
  });

  it('names the path of what is no resource', async () => {
    expect(await askedFor('GET', '/metrics')).toMatchObject({
      spec: { nonResourceAttributes: { path: '/metrics', verb: 'get' } },
    });
  });

  it('holds the selectors of a list, as requirements', async () => {
    const query = new URLSearchParams({
      fieldSelector: 'status.phase!=Running,spec.nodeName=node01',
      labelSelector: 'app=web,tier notin (db,cache),!old,new',
    });
    expect(await askedFor('GET', `${PODS}?${query.toString()}`)).toMatchObject({
      spec: {
        resourceAttributes: {
          verb: 'list',
          fieldSelector: {
            requirements: [
              { key: 'spec.nodeName', operator: 'In', values: ['node01'] },
              { key: 'status.phase', operator: 'NotIn', values: ['Running'] },
            ],
          },
          labelSelector: {
            requirements: expect.arrayContaining([
              { key: 'app', operator: 'In', values: ['web'] },
              { key: 'tier', operator: 'NotIn', values: ['cache', 'db'] },
              { key: 'old', operator: 'DoesNotExist' },
              { key: 'new', operator: 'Exists' },
            ]),
          },
        },
      },
    });
  });

  it('leaves out selectors that cannot be read, and those that reviews do not know', async () => {
    const { spec } = (await askedFor('GET', `${PODS}?labelSelector=${encodeURIComponent('size>3,a=b')}`)) as {
      spec: object;
    };
    expect(spec).toMatchObject({
      resourceAttributes: { labelSelector: { requirements: [{ key: 'a', operator: 'In', values: ['b'] }] } },
    });
    webhook.received.splice(0);
    const unread = (await askedFor('GET', `${PODS}?labelSelector=a%20b`)) as { spec: { resourceAttributes: object } };
    expect(unread.spec.resourceAttributes).not.toHaveProperty('labelSelector');
  });

  it('holds extra fields of the user, and who is impersonated is asked about as well', async () => {
    const headers = [
      ['Impersonate-User', 'joe'],
      ['Impersonate-Extra-Scopes', 'read'],
      ['Impersonate-Extra-Area', 'a'],
    ] as const;
    await cluster.ask('GET', `${PODS}/web`, { token: JANE_TOKEN, headers });
    const last = webhook.received.at(-1)?.body.spec;
    expect(last).toMatchObject({ user: 'joe', extra: { area: ['a'], scopes: ['read'] } });
    expect(webhook.received[0]?.body.spec).toMatchObject({ user: 'jane', resourceAttributes: { name: 'web' } });
  });

  it('is not asked about members of system:masters', async () => {
    expect(await cluster.ask('GET', PODS)).toMatchObject({ status: 200 });
    expect(webhook.received).toEqual([]);
  });

  it('has another name for groups in v1beta1, which is the default', async () => {
    const authorization = { modes: ['Webhook'] as const, webhookConfigFile: webhook.kubeconfig };
    await using older = await securedCluster(undefined, { authorization });
    await older.ask('GET', PODS, { token: JANE_TOKEN });
    expect(webhook.received[0]?.body).toMatchObject({
      apiVersion: 'authorization.k8s.io/v1beta1',
      spec: { user: 'jane', group: ['dev', 'ops', 'system:authenticated'] },
    });
  });
});
