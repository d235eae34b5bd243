import { expect, test } from 'vitest';
import { type Answer, at, createAccount, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

// Pods of one template share what nobody changes of their specs: what is made for one must not show in another.

const PODS = '/api/v1/namespaces/default/pods';
const SPEC = JSON.stringify({
  containers: [{ name: 'web', image: 'nginx', resources: { requests: { cpu: '1' } } }],
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } }, matchLabelKeys: ['color'] },
      ],
    },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
      matchLabelKeys: ['color'],
    },
  ],
});
const TERM = 'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.0.labelSelector';
const CONSTRAINT = 'spec.topologySpreadConstraints.0.labelSelector';

const post = (made: SecuredCluster, name: string, color: string): Promise<Answer> =>
  made.ask('POST', PODS, {
    body: `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}","labels":{"color":"${color}"}},"spec":${SPEC}}`,
    headers: [['content-type', 'application/json']],
  });

test('each pod of a template selects by its own labels', async () => {
  await using made = await securedCluster();
  await createAccount(made, 'default');
  const colors = ['red', 'green', 'red', 'blue'];
  for (const [i, color] of colors.entries()) expect((await post(made, `pod-${i}`, color)).status).toBe(201);
  for (const [i, color] of colors.entries()) {
    const { body } = await made.ask('GET', `${PODS}/pod-${i}`);
    for (const path of [TERM, CONSTRAINT])
      expect(at(body, `${path}.matchExpressions`)).toEqual([{ key: 'color', operator: 'In', values: [color] }]);
  }
});

test('a pod gets a token of the account that its template names, mounted once in each container', async () => {
  await using made = await securedCluster();
  await createAccount(made, 'default');
  const names = new Set<unknown>();
  for (const name of ['first', 'second', 'third']) {
    const { body } = await post(made, name, 'red');
    expect(at(body, 'spec.containers.0.volumeMounts')).toHaveLength(1);
    expect(at(body, 'spec.volumes')).toHaveLength(1);
    names.add(at(body, 'spec.volumes.0.name'));
  }
  expect(names.size).toBe(3);
});

test('defaults of a limit range come and go with it', async () => {
  await using made = await securedCluster();
  await createAccount(made, 'default');
  await post(made, 'before', 'red');
  const limit = { type: 'Container', default: { memory: '64Mi' } };
  const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'memory' }, spec: { limits: [limit] } };
  const ranges = '/api/v1/namespaces/default/limitranges';
  await made.ask('POST', ranges, { body: JSON.stringify(range), headers: [['content-type', 'application/json']] });
  const limited = await post(made, 'limited', 'red');
  expect(at(limited.body, 'spec.containers.0.resources.limits')).toEqual({ memory: '64Mi' });
  await made.ask('DELETE', `${ranges}/memory`);
  const after = await post(made, 'after', 'red');
  expect(at(after.body, 'spec.containers.0.resources')).toEqual({ requests: { cpu: '1' } });
});

test('what one pod does to its labels and owners stays its own', async () => {
  await using made = await securedCluster();
  await createAccount(made, 'default');
  const owner = { apiVersion: 'v1', kind: 'ReplicationController', name: 'web', uid: 'u-1' };
  const metadata = { labels: { color: 'red', app: 'web' }, ownerReferences: [owner] };
  const json: [string, string][] = [['content-type', 'application/json']];
  for (const name of ['first', 'second']) {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name }, spec: JSON.parse(SPEC) as object };
    expect((await made.ask('POST', PODS, { body: JSON.stringify(pod), headers: json })).status).toBe(201);
  }
  const changed = await made.ask('PATCH', `${PODS}/second`, {
    body: JSON.stringify({ metadata: { labels: { color: 'green' }, ownerReferences: null } }),
    headers: [['content-type', 'application/merge-patch+json']],
  });
  expect(at(changed.body, 'metadata.labels')).toEqual({ app: 'web', color: 'green' });
  const { body } = await made.ask('GET', `${PODS}/first`);
  expect(at(body, 'metadata.labels')).toEqual({ app: 'web', color: 'red' });
  expect(at(body, 'metadata.ownerReferences')).toEqual([owner]);
});
