import { expect, test } from 'vitest';
import { at, create, createAccount, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';
import { type WebhookServer, webhookServer } from '../support/webhooks/webhook-server.ts';
import { EVERYTHING, hook, register } from './webhooks/support.ts';

const POD = '/api/v1/namespaces/default/pods/p';
const CONNECT = { ...EVERYTHING, operations: ['CONNECT'] };

async function start(server: WebhookServer): Promise<SecuredCluster> {
  const cluster = await securedCluster();
  await createAccount(cluster, 'default');
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  await create(cluster, '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec });
  await register(cluster, 'validating', 'checks', [hook(server, 0, { rules: [CONNECT] })]);
  return cluster;
}

const denied = { response: { allowed: false, status: { message: 'no' } } };
const MESSAGE = 'admission webhook "hook0.example.com" denied the request: no';

test('webhooks are told which command shall run in which container', async () => {
  await using server = await webhookServer([denied]);
  await using cluster = await start(server);
  const answer = await cluster.ask('POST', `${POD}/exec?command=ls&command=-l&container=c&stdin=true&tty=false`);
  expect(answer.status).toBe(400);
  expect(at(answer.body, 'message')).toBe(MESSAGE);
  expect(server.received[0]?.body.request).toMatchObject({
    kind: { group: '', version: 'v1', kind: 'PodExecOptions' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    subResource: 'exec',
    name: 'p',
    namespace: 'default',
    operation: 'CONNECT',
    object: { kind: 'PodExecOptions', apiVersion: 'v1', stdin: true, container: 'c', command: ['ls', '-l'] },
    oldObject: null,
    dryRun: false,
    options: null,
  });
});

test.each([
  ['pods/p/attach?stdout=1', { kind: 'PodAttachOptions', stdout: true }],
  ['pods/p/portforward?ports=80,81&ports=82', { kind: 'PodPortForwardOptions', ports: [80, 81, 82] }],
  ['pods/p:80/proxy/a/b/', { kind: 'PodProxyOptions', path: '/a/b/' }],
  ['services/https:s:web/proxy/', { kind: 'ServiceProxyOptions', path: '/' }],
])('they are told of %s', async (path, object) => {
  await using server = await webhookServer([denied]);
  await using cluster = await start(server);
  const answer = await cluster.ask('GET', `/api/v1/namespaces/default/${path}`);
  expect(at(answer.body, 'message')).toBe(MESSAGE);
  const [received] = server.received;
  expect(received?.body.request?.object).toEqual({ apiVersion: 'v1', ...object });
});

test('admission comes before the question whether there is such a pod', async () => {
  await using server = await webhookServer([denied]);
  await using cluster = await start(server);
  const answer = await cluster.ask('POST', `${POD}-missing/exec?command=ls`);
  expect(at(answer.body, 'message')).toBe(MESSAGE);
});

test('a connection is no dry run, and ports are numbers', async () => {
  await using server = await webhookServer([{ response: {} }]);
  await using cluster = await start(server);
  const messages = ['exec?command=ls&dryRun=All', 'portforward?ports=http', 'portforward?ports=70000'].map(
    async (path) => at((await cluster.ask('POST', `${POD}/${path}`)).body, 'message'),
  );
  expect(await Promise.all(messages)).toEqual([
    'dryRun is not supported',
    'cannot convert to []int32: strconv.ParseUint: parsing "http": invalid syntax',
    'cannot convert to []int32: strconv.ParseUint: parsing "70000": value out of range',
  ]);
  expect(server.received).toEqual([]);
});

test('policies see the options as their object', async () => {
  await using cluster = await securedCluster();
  const registration = '/apis/admissionregistration.k8s.io/v1';
  await create(cluster, `${registration}/validatingadmissionpolicies`, {
    metadata: { name: 'no-shells' },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/exec'] }],
      },
      validations: [{ expression: '!("sh" in object.command)', message: 'no shells' }],
    },
  });
  await create(cluster, `${registration}/validatingadmissionpolicybindings`, {
    metadata: { name: 'no-shells' },
    spec: { policyName: 'no-shells', validationActions: ['Deny'] },
  });
  const { status, body } = await cluster.ask('POST', `${POD}/exec?command=sh`);
  expect(status).toBe(422);
  expect(at(body, 'message')).toContain('denied request: no shells');
  expect((await cluster.ask('POST', `${POD}/exec?command=ls`)).status).not.toBe(422);
});
