import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalTransport } from '../../../server/cluster/local-transport.ts';
import { at, create, JANE_TOKEN, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { type AccessServer, type AskedSpec, accessServer } from '../../support/webhooks/access-server.ts';

const asJane = { token: JANE_TOKEN };
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const ADMISSION = '/apis/admissionregistration.k8s.io/v1';

/** Verbs and names of what somebody may not do. */
const refusing =
  (...names: readonly string[]) =>
  ({ resourceAttributes: asked }: AskedSpec): { allowed: boolean; reason: string } => ({
    allowed: !names.includes(String(asked?.verb)) && !names.includes(String(asked?.name)),
    reason: 'says the webhook',
  });

describe('an authorization webhook decides wherever permissions are asked for', () => {
  let webhook: AccessServer;
  let cluster: SecuredCluster;

  beforeAll(async () => {
    webhook = await accessServer();
    cluster = await securedCluster(undefined, {
      authorization: {
        modes: ['Webhook'],
        webhookConfigFile: webhook.kubeconfig,
        webhookCacheAuthorizedTtlMs: 0,
        webhookCacheUnauthorizedTtlMs: 0,
      },
      admissionPlugins: { enable: ['OwnerReferencesPermissionEnforcement'], disable: [] },
    });
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await webhook[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    webhook.judge = () => ({ allowed: true });
  });

  const refused = async (method: string, path: string, body: object | string, headers: [string, string][] = []) => {
    const answer = await cluster.ask(method, path, { ...asJane, body, headers });
    return [answer.status, at(answer.body, 'message')];
  };

  it('about impersonation', async () => {
    webhook.judge = refusing('impersonate', 'impersonate:user-info');
    const headers = [['Impersonate-User', 'joe']] as const;
    const answer = await cluster.ask('GET', '/api/v1/pods', { ...asJane, headers });
    expect(at(answer.body, 'message')).toContain('cannot impersonate:user-info resource "users"');
    webhook.judge = () => ({ allowed: true });
    expect(await cluster.ask('GET', '/api/v1/pods', { ...asJane, headers })).toMatchObject({ status: 200 });
  });

  it('about creations by an update and by an apply', async () => {
    webhook.judge = refusing('create');
    const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases/a';
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'a' } };
    const message = expect.stringMatching(/cannot create resource "leases".*: default: says the webhook$/);
    expect(await refused('PUT', path, lease)).toEqual([403, message]);
    const apply = [['content-type', 'application/apply-patch+yaml']] as [string, string][];
    expect(await refused('PATCH', `${path}?fieldManager=t`, lease, apply)).toEqual([403, message]);
    webhook.judge = () => ({ allowed: true });
    expect((await refused('PUT', path, lease))[0]).toBe(201);
  });

  it('about roles beyond what their writer has', async () => {
    webhook.judge = refusing('escalate');
    const role = { metadata: { name: 'all' }, rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] };
    const [status, message] = await refused('POST', `${RBAC}/clusterroles`, role);
    expect([status, message]).toEqual([403, expect.stringContaining('attempting to grant RBAC permissions')]);
    webhook.judge = () => ({ allowed: true });
    expect((await refused('POST', `${RBAC}/clusterroles`, role))[0]).toBe(201);
    expect((await refused('PUT', `${RBAC}/clusterroles/all`, { ...role, rules: [] }))[0]).toBe(200);
  });

  it('about owners that are kept from going', async () => {
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'u', blockOwnerDeletion: true };
    const object = { metadata: { name: 'owned', ownerReferences: [owner] } };
    webhook.judge = refusing('web', '*');
    const [status, message] = await refused('POST', '/api/v1/namespaces/default/configmaps', object);
    expect([status, message]).toEqual([403, expect.stringContaining('cannot set blockOwnerDeletion')]);
    webhook.judge = refusing('*');
    expect((await refused('POST', '/api/v1/namespaces/default/configmaps', object))[0]).toBe(201);
  });

  it('in the expressions of policies, which warn once however often they begin anew', async () => {
    const check = (name: string) => `authorizer.group('').resource('secrets').name('${name}').check('read')`;
    await create(cluster, `${ADMISSION}/validatingadmissionpolicies`, {
      metadata: { name: 'asks' },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        },
        validations: [
          { expression: `${check('first')}.allowed()`, messageExpression: "'no first'" },
          { expression: `!${check('second')}.errored()`, message: 'no second' },
        ],
      },
    });
    await create(cluster, `${ADMISSION}/validatingadmissionpolicybindings`, {
      metadata: { name: 'asks' },
      spec: { policyName: 'asks', validationActions: ['Warn'] },
    });
    webhook.judge = (spec) =>
      spec.resourceAttributes?.name === 'second' ? { page: { status: 403, body: 'broken' } } : refusing('first')(spec);
    const answer = await cluster.ask('POST', '/api/v1/namespaces/default/configmaps', {
      ...asJane,
      body: { metadata: { name: 'asked' } },
    });
    const who = "Validation failed for ValidatingAdmissionPolicy 'asks' with binding 'asks'";
    expect([answer.status, answer.headers.warning]).toEqual([
      201,
      `299 - "${who}: no first", 299 - "${who}: no second"`,
    ]);
  });

  it('before somebody in the same process sees every change', async () => {
    const watch = (allowed: boolean): Promise<string> => {
      webhook.judge = () => ({ allowed });
      const user = { name: 'system:watcher', groups: [] };
      return new Promise((resolve) => {
        const told = { event: () => undefined, synced: () => resolve('synced'), end: () => resolve('end') };
        new LocalTransport(cluster.cluster.pipeline, user, 'test').watchAll({ existing: false }, told);
      });
    };
    expect(await watch(true)).toBe('synced');
    expect(await watch(false)).toBe('end');
  });
});
