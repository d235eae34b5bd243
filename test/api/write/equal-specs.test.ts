import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const PODS = '/api/v1/namespaces/default/pods';
const spec = { containers: [{ name: 'web', image: 'nginx', resources: { limits: { cpu: '1' } } }] };
const pod = (name: string, more: object = {}): object => ({ metadata: { name }, spec, ...more });
async function clusterWithAccount(): ReturnType<typeof securedCluster> {
  const cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  return cluster;
}

const post = (cluster: Awaited<ReturnType<typeof securedCluster>>, body: object, query = '') =>
  cluster.ask('POST', `${PODS}${query}`, { body });

/** Token volumes have random names. */
const named = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access-xxxxx'));

test('pods that were sent with the same spec are stored alike, whichever came first', async () => {
  await using cluster = await clusterWithAccount();
  const answers = [await post(cluster, pod('a')), await post(cluster, pod('b')), await post(cluster, pod('c'))];
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  const [first, ...others] = answers.map(({ body }) => named([at(body, 'spec'), at(body, 'metadata.managedFields')]));
  expect(JSON.stringify(first)).toContain('"f:imagePullPolicy":{}');
  for (const other of others) expect(other).toEqual(first);
});

test('each pod gets a token volume of its own', async () => {
  await using cluster = await clusterWithAccount();
  const bodies = [(await post(cluster, pod('a'))).body, (await post(cluster, pod('b'))).body];
  const [a, b] = bodies.map((body) => at(body, 'spec.volumes'));
  expect(a).toHaveLength(1);
  expect(b).toHaveLength(1);
  expect(a).not.toEqual(b);
});

test('an unknown field of a spec is refused although the same spec went through before', async () => {
  await using cluster = await clusterWithAccount();
  const unknown = { spec: { ...spec, unknownField: 1 } };
  expect((await post(cluster, pod('a', unknown), '?fieldValidation=Ignore')).status).toBe(201);
  const refused = await post(cluster, pod('b', unknown), '?fieldValidation=Strict');
  expect([refused.status, at(refused.body, 'message')]).toEqual([
    400,
    'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.unknownField"',
  ]);
});

test('what one pod gets later does not show in the next one of the same spec', async () => {
  await using cluster = await clusterWithAccount();
  await post(cluster, pod('a', { metadata: { name: 'a' }, spec: { ...spec, schedulingGates: [{ name: 'x.io/y' }] } }));
  const open = [['content-type', 'application/merge-patch+json']] as const;
  const patch = { spec: { schedulingGates: null, nodeSelector: { a: 'b' } } };
  expect((await cluster.ask('PATCH', `${PODS}/a`, { headers: open, body: patch })).status).toBe(200);
  const next = await post(cluster, pod('b', { spec: { ...spec, schedulingGates: [{ name: 'x.io/y' }] } }));
  expect(at(next.body, 'spec.schedulingGates')).toEqual([{ name: 'x.io/y' }]);
  expect(at(next.body, 'spec')).not.toHaveProperty('nodeSelector');
});
