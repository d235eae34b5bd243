import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';
import { webhookServer } from '../../support/webhooks/webhook-server.ts';
import { hook, register } from '../webhooks/support.ts';

const REGISTRATION = '/apis/admissionregistration.k8s.io/v1';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const metadata = { name: 'p' };
const matchConstraints = {
  resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }],
};
const NEVER = { matchConstraints, validations: [{ expression: 'false', message: 'never' }] };
const binding = { metadata, spec: { policyName: 'p', validationActions: ['Deny'] } };

test('a policy works from the moment on at which its binding is there, until that goes', async () => {
  await using cluster = await securedCluster();
  const write = async (name: string): Promise<number> =>
    (await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name } } })).status;
  await create(cluster, `${REGISTRATION}/validatingadmissionpolicies`, { metadata, spec: NEVER });
  expect(await write('unbound')).toBe(201);
  await create(cluster, `${REGISTRATION}/validatingadmissionpolicybindings`, binding);
  expect(await write('bound')).toBe(422);
  await cluster.ask('DELETE', `${REGISTRATION}/validatingadmissionpolicybindings/p`);
  expect(await write('free')).toBe(201);
});

test('the expressions of a policy are those of its newest generation', async () => {
  await using cluster = await securedCluster();
  const path = `${REGISTRATION}/validatingadmissionpolicies`;
  await create(cluster, path, { metadata, spec: NEVER });
  await create(cluster, `${REGISTRATION}/validatingadmissionpolicybindings`, binding);
  const first = await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' } } });
  expect(at(first.body, 'message')).toContain('denied request: never');
  const body = { spec: { validations: [{ expression: "object.metadata.name == 'b'", message: 'only b' }] } };
  await cluster.ask('PATCH', `${path}/p`, { body, headers: [['content-type', 'application/merge-patch+json']] });
  const second = await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' } } });
  expect(at(second.body, 'message')).toContain('denied request: only b');
  expect((await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'b' } } })).status).toBe(201);
});

test('a webhook is only called when its match conditions hold', async () => {
  await using server = await webhookServer([{ response: { allowed: false, status: { message: 'no' } } }]);
  await using cluster = await securedCluster();
  const matchConditions = [
    { name: 'not-excluded', expression: "!object.metadata.name.startsWith('free')" },
    { name: 'may', expression: "authorizer.group('').resource('configmaps').check('create').allowed()" },
  ];
  await register(cluster, 'validating', 'checks', [hook(server, 0, { matchConditions })]);
  expect((await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'free' } } })).status).toBe(201);
  expect((await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' } } })).status).toBe(400);
  expect(server.received).toHaveLength(1);
});

test('policies do not decide about policies', async () => {
  await using cluster = await securedCluster();
  const everything = {
    resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }],
  };
  const spec = { ...NEVER, matchConstraints: everything };
  await create(cluster, `${REGISTRATION}/validatingadmissionpolicies`, { metadata, spec });
  await create(cluster, `${REGISTRATION}/validatingadmissionpolicybindings`, binding);
  expect((await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' } } })).status).toBe(422);
  expect((await cluster.ask('DELETE', `${REGISTRATION}/validatingadmissionpolicies/p`)).status).toBe(200);
});
