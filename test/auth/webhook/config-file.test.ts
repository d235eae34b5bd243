import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { at, JANE_TOKEN, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { type AccessServer, accessServer } from '../../support/webhooks/access-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'fauxkube-authorization-'));
let webhook: AccessServer;
beforeAll(async () => {
  webhook = await accessServer();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await webhook[Symbol.asyncDispose]();
});

const hook = (fields: object = {}): object => ({
  timeout: '3s',
  subjectAccessReviewVersion: 'v1',
  failurePolicy: 'Deny',
  connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: webhook.kubeconfig },
  ...fields,
});

const conditions = (...expressions: string[]): object => ({
  matchConditionSubjectAccessReviewVersion: 'v1',
  matchConditions: expressions.map((expression) => ({ expression })),
});

function configured(authorizers: readonly object[], more: object = {}): Promise<SecuredCluster> {
  const config = join(folder, 'authorization.yaml');
  const [apiVersion, kind] = ['apiserver.config.k8s.io/v1', 'AuthorizationConfiguration'];
  writeFileSync(config, stringify({ apiVersion, kind, authorizers, ...more }));
  return securedCluster(undefined, { authorization: { config } });
}

const asJane = { token: JANE_TOKEN };
const PODS = '/api/v1/namespaces/default/pods';

describe('a file of authorizers', () => {
  it('makes the whole chain, in which each webhook has its name, its time and its policy', async () => {
    webhook.received.splice(0);
    webhook.judge = () => ({ allowed: false, reason: 'no' });
    await using cluster = await configured([
      { type: 'Webhook', name: 'first', webhook: hook() },
      { type: 'Webhook', name: 'second', webhook: hook({ timeout: '1s' }) },
      { type: 'RBAC', name: 'rbac' },
    ]);
    const { body } = await cluster.ask('GET', PODS, asJane);
    expect(at(body, 'message')).toMatch(/: first: no\nsecond: no$/);
    expect(webhook.received.map(({ path }) => path)).toEqual(['/authorize?timeout=3s', '/authorize?timeout=1s']);
  });

  it('ends with a webhook that fails and whose policy is Deny', async () => {
    webhook.judge = () => ({ page: { status: 403, body: 'broken' } });
    const allow = { type: 'AlwaysAllow', name: 'alwaysallow' };
    await using strict = await configured([{ type: 'Webhook', name: 'w', webhook: hook() }, allow]);
    expect(await strict.ask('GET', PODS, asJane)).toMatchObject({
      status: 500,
      body: `Internal Server Error: "${PODS}": broken\n`,
    });
    const lenient = hook({ failurePolicy: 'NoOpinion' });
    await using loose = await configured([{ type: 'Webhook', name: 'w', webhook: lenient }, allow]);
    expect(await loose.ask('GET', PODS, asJane)).toMatchObject({ status: 200 });
  });

  it('asks a webhook only what its conditions let through', async () => {
    webhook.received.splice(0);
    webhook.judge = () => ({ allowed: true });
    const some = conditions(
      'has(request.resourceAttributes)',
      "request.resourceAttributes.subresource == '' && request.resourceAttributes.namespace != 'kube-system'",
      "!('system:masters' in request.groups) && request.user == 'jane'",
    );
    await using cluster = await configured([{ type: 'Webhook', name: 'w', webhook: hook(some) }]);
    expect((await cluster.ask('GET', PODS, asJane)).status).toBe(200);
    expect((await cluster.ask('GET', '/metrics', asJane)).status).toBe(403);
    expect((await cluster.ask('GET', '/api/v1/namespaces/kube-system/pods', asJane)).status).toBe(403);
    expect(webhook.received).toHaveLength(1);
  });

  it('takes a condition that fails for a webhook that fails', async () => {
    const fails = conditions("request.resourceAttributes.name == ''", "request.user == 'jane'");
    await using cluster = await configured([{ type: 'Webhook', name: 'w', webhook: hook(fails) }]);
    expect((await cluster.ask('GET', '/metrics', asJane)).body).toBe(
      "Internal Server Error: \"/metrics\": cel evaluation error: expression 'request.resourceAttributes.name == ''' " +
        'resulted in error: no such key: resourceAttributes\n',
    );
  });

  it.each<[string, () => readonly object[], string]>([
    ['no authorizer', () => [], 'authorizers: Required value: at least one authorization mode must be defined'],
    ['an unknown type', () => [{ type: 'Magic', name: 'm' }], 'authorizers[0].type: Unsupported value: "Magic"'],
    [
      'a type twice',
      () => [
        { type: 'RBAC', name: 'rbac' },
        { type: 'RBAC', name: 'other' },
      ],
      '[1].type: Duplicate value: "RBAC"',
    ],
    [
      'another name',
      () => [{ type: 'RBAC', name: 'roles' }],
      'expected name rbac for authorizer RBAC instead of roles',
    ],
    ['no webhook', () => [{ type: 'Webhook', name: 'w' }], '.webhook: Required value: required when type=Webhook'],
    ['no time', () => [{ type: 'Webhook', name: 'w', webhook: hook({ timeout: '0s' }) }], '.timeout: Required value'],
    [
      'too much time',
      () => [{ type: 'Webhook', name: 'w', webhook: hook({ timeout: '31s' }) }],
      '.timeout: Invalid value: "31s": must be > 0s and <= 30s',
    ],
    [
      'a file that is not there',
      () => [
        {
          type: 'Webhook',
          name: 'w',
          webhook: hook({ connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: '/no' } }),
        },
      ],
      '.connectionInfo.kubeConfigFile: Invalid value: "/no": error loading file: stat /no: no such file or directory',
    ],
    [
      'a condition of the wrong type',
      () => [{ type: 'Webhook', name: 'w', webhook: hook(conditions('request.user')) }],
      '.matchConditions[0].expression: Invalid value: "request.user": must evaluate to bool but got string',
    ],
    [
      'a condition about what there is not',
      () => [{ type: 'Webhook', name: 'w', webhook: hook(conditions('request.users == 1')) }],
      "compilation failed: ERROR: <input>:1:8: undefined field 'users'",
    ],
  ])('is refused with its line for %s', async (_name, authorizers, why) => {
    await expect(configured(authorizers())).rejects.toThrow(why);
    await expect(configured(authorizers())).rejects.toThrow(/authorization\.yaml:\d+: /);
  });

  it('is no more than it may be: no unknown fields, and no flags beside it', async () => {
    const chain = [{ type: 'RBAC', name: 'rbac' }];
    await expect(configured(chain, { authorisers: [] })).rejects.toThrow('authorisers: unknown field');
    const config = join(folder, 'authorization.yaml');
    await expect(securedCluster(undefined, { authorization: { config, modes: ['RBAC'] } })).rejects.toThrow(
      '--authorization-config can not be specified when --authorization-mode',
    );
  });
});
