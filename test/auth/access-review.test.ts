import { expect, test } from 'vitest';
import { at, grant, JANE_TOKEN, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const BASE = '/apis/authorization.k8s.io/v1';
const KIND = { kind: 'SubjectAccessReview', apiVersion: 'authorization.k8s.io/v1' };

async function start(): Promise<SecuredCluster> {
  const cluster = await securedCluster();
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
  await grant(cluster, 'default', 'reader', { kind: 'User', name: 'jane' }, rules);
  return cluster;
}

async function review(cluster: SecuredCluster, resource: string, body: object, token?: string): Promise<unknown> {
  return (await cluster.ask('POST', `${BASE}/${resource}`, { body, ...(token && { token }) })).body;
}

const pods = { namespace: 'default', verb: 'get', resource: 'pods' };
const reason = 'RBAC: allowed by RoleBinding "reader/default" of Role "reader" to User "jane"';

test('a review tells whether somebody may, and why', async () => {
  await using cluster = await start();
  const spec = { resourceAttributes: pods, user: 'jane' };
  const answer = await review(cluster, 'subjectaccessreviews', { spec });
  expect(answer).toMatchObject({ ...KIND, spec, status: { allowed: true, reason } });
  const other = await review(cluster, 'subjectaccessreviews', {
    spec: { ...spec, resourceAttributes: { ...pods, verb: 'delete' } },
  });
  expect(at(other, 'status')).toEqual({ allowed: false });
});

test('a review of oneself takes the user from the request', async () => {
  await using cluster = await start();
  const answer = await review(cluster, 'selfsubjectaccessreviews', { spec: { resourceAttributes: pods } }, JANE_TOKEN);
  expect(at(answer, 'status')).toEqual({ allowed: true, reason });
  const path = { nonResourceAttributes: { path: '/metrics', verb: 'get' } };
  expect(at(await review(cluster, 'selfsubjectaccessreviews', { spec: path }, JANE_TOKEN), 'status')).toEqual({
    allowed: false,
  });
  expect(at(await review(cluster, 'selfsubjectaccessreviews', { spec: path }), 'status')).toEqual({ allowed: true });
});

test('a local review stays in its namespace, whether there is one or not', async () => {
  await using cluster = await start();
  const local = (namespace: string, spec: object): Promise<unknown> =>
    review(cluster, `namespaces/${namespace}/localsubjectaccessreviews`, { spec });
  expect(at(await local('default', { user: 'jane', resourceAttributes: pods }), 'status.allowed')).toBe(true);
  const message =
    '.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "default": ' +
    'must match metadata.namespace';
  expect(at(await local('nowhere', { user: 'jane', resourceAttributes: pods }), 'message')).toBe(message);
  const there = { ...pods, namespace: 'nowhere' };
  expect(at(await local('nowhere', { user: 'jane', resourceAttributes: there }), 'status')).toEqual({ allowed: false });
});

const ONE_OF = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
const path = { path: '/', verb: 'get' };
const REFUSALS: [body: object, ...messages: string[]][] = [
  [{ spec: { user: 'x' } }, `spec: Invalid value: null: ${ONE_OF}`],
  [
    { spec: { user: 'x', resourceAttributes: pods, nonResourceAttributes: path } },
    `spec: Invalid value: {"Path":"/","Verb":"get"}: ${ONE_OF}`,
  ],
  [
    { spec: { resourceAttributes: pods } },
    'spec.user: Invalid value: "": at least one of user or group must be specified',
  ],
  [
    {},
    `[spec: Invalid value: null: ${ONE_OF}, spec.user: Invalid value: "": at least one of user or group ` +
      `must be specified]`,
  ],
  [{ metadata: { name: 'x' }, spec: { user: 'x', resourceAttributes: pods } }, 'metadata: Invalid value: {"name":"x"'],
  [
    { spec: { user: 'x', resourceAttributes: { ...pods, fieldSelector: {} } } },
    'spec.resourceAttributes.fieldSelector.requirements: Required value: when ' +
      'spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required',
  ],
];

test.each(REFUSALS)('%j is refused', async (body, message) => {
  await using cluster = await securedCluster();
  const answer = await review(cluster, 'subjectaccessreviews', body);
  expect(at(answer, 'code')).toBe(422);
  expect(at(answer, 'message')).toContain(`.authorization.k8s.io "" is invalid: ${message}`);
  // The kind is missing upstream too.
  expect(at(answer, 'details')).toEqual({ group: 'authorization.k8s.io', causes: expect.any(Array) });
});

test('selectors that cannot be read are told', async () => {
  await using cluster = await securedCluster();
  const requirements = [
    { key: 'k', operator: 'In', values: ['x'] },
    { key: 'l', operator: 'Foo' },
  ];
  const resourceAttributes = { ...pods, fieldSelector: { rawSelector: 'a' }, labelSelector: { requirements } };
  const answer = await review(cluster, 'subjectaccessreviews', { spec: { user: 'x', resourceAttributes } });
  expect(at(answer, 'status')).toEqual({
    allowed: false,
    evaluationError:
      'spec.resourceAttributes.fieldSelector ignored due to parse error; ' +
      'spec.resourceAttributes.labelSelector partially ignored due to parse error',
  });
});
