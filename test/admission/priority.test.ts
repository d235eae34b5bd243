import { expect, test } from 'vitest';
import { at, create, createAccount, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses';

async function start(): Promise<SecuredCluster> {
  const cluster = await securedCluster();
  await createAccount(cluster, 'default');
  return cluster;
}

/** Class, priority and policy that a pod gets, or why it is refused. */
async function resolved(cluster: SecuredCluster, spec: object): Promise<unknown> {
  const body = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } };
  const answer = await cluster.ask('POST', '/api/v1/namespaces/default/pods?dryRun=All', { body });
  if (answer.status !== 201) return at(answer.body, 'message');
  return ['priorityClassName', 'priority', 'preemptionPolicy'].map((field) => at(answer.body, `spec.${field}`));
}

test('a pod has the priority of its class', async () => {
  await using cluster = await start();
  await create(cluster, CLASSES, { metadata: { name: 'high' }, value: 1000, preemptionPolicy: 'Never' });
  expect(await resolved(cluster, {})).toEqual([undefined, 0, 'PreemptLowerPriority']);
  expect(await resolved(cluster, { priorityClassName: 'high' })).toEqual(['high', 1000, 'Never']);
  const system = await resolved(cluster, { priorityClassName: 'system-node-critical' });
  expect(system).toEqual(['system-node-critical', 2_000_001_000, 'PreemptLowerPriority']);
});

test('a pod may say what its class says, and nothing else', async () => {
  await using cluster = await start();
  const computed = 'must not be provided in pod spec; priority admission controller computed';
  expect(await resolved(cluster, { priority: 0, preemptionPolicy: 'PreemptLowerPriority' })).toEqual([
    undefined,
    0,
    'PreemptLowerPriority',
  ]);
  expect(await resolved(cluster, { priority: 5 })).toBe(
    `pods "p" is forbidden: the integer value of priority (5) ${computed} 0 from the given PriorityClass name`,
  );
  expect(await resolved(cluster, { preemptionPolicy: 'Never' })).toBe(
    `pods "p" is forbidden: the string value of PreemptionPolicy (Never) ${computed} PreemptLowerPriority ` +
      `from the given PriorityClass name`,
  );
  expect(await resolved(cluster, { priorityClassName: 'none' })).toBe(
    'pods "p" is forbidden: no PriorityClass with name none was found',
  );
});

test('one class may be the default of all pods', async () => {
  await using cluster = await start();
  const usual = {
    metadata: { name: 'usual' },
    value: 7,
    globalDefault: true,
    preemptionPolicy: 'PreemptLowerPriority',
  };
  await create(cluster, CLASSES, usual);
  expect(await resolved(cluster, {})).toEqual(['usual', 7, 'PreemptLowerPriority']);
  const second = await cluster.ask('POST', CLASSES, { body: { ...usual, metadata: { name: 'second' } } });
  expect(at(second.body, 'message')).toBe(
    'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass usual is already marked as ' +
      'default. Only one default can exist',
  );
  const labels = { a: 'b' };
  const change = await cluster.ask('PUT', `${CLASSES}/usual`, {
    body: { ...usual, metadata: { name: 'usual', labels } },
  });
  expect(at(change.body, 'metadata.labels')).toEqual(labels);
});
