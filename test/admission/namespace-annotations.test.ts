import { expect, test } from 'vitest';
import { at, create, createAccount, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const BASE = '/api/v1/namespaces/chosen';

/** A cluster with a plugin that is off by default, and a namespace with annotations. */
async function start(plugin: string, annotations: Record<string, string>): Promise<SecuredCluster> {
  const cluster = await securedCluster(undefined, { admissionPlugins: { enable: [plugin], disable: [] } });
  await createAccount(cluster, 'default');
  await create(cluster, '/api/v1/namespaces', { metadata: { name: 'chosen', annotations } });
  await create(cluster, `${BASE}/serviceaccounts`, { metadata: { name: 'default' } });
  return cluster;
}

async function run(cluster: SecuredCluster, spec: object, field: string): Promise<unknown> {
  const body = { metadata: { generateName: 'p-' }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } };
  const answer = await cluster.ask('POST', `${BASE}/pods`, { body });
  return answer.status === 201 ? at(answer.body, `spec.${field}`) : [answer.status, at(answer.body, 'message')];
}

test('PodNodeSelector sends the pods of a namespace to its nodes', async () => {
  await using cluster = await start('PodNodeSelector', {
    'scheduler.alpha.kubernetes.io/node-selector': 'env=test, disk=ssd',
  });
  expect(await run(cluster, { nodeSelector: { a: 'b' } }, 'nodeSelector')).toEqual({
    a: 'b',
    disk: 'ssd',
    env: 'test',
  });
  expect(await run(cluster, { nodeSelector: { env: 'production' } }, 'nodeSelector')).toEqual([
    403,
    'pods is forbidden: pod node label selector conflicts with its namespace node label selector',
  ]);
});

test('PodTolerationRestriction adds what a namespace tolerates, and refuses what it does not', async () => {
  const own = { key: 'own', operator: 'Exists' };
  const other = { key: 'other', operator: 'Exists' };
  await using cluster = await start('PodTolerationRestriction', {
    'scheduler.alpha.kubernetes.io/defaultTolerations': JSON.stringify([own]),
    'scheduler.alpha.kubernetes.io/tolerationsWhitelist': JSON.stringify([
      own,
      { operator: 'Exists', effect: 'NoExecute' },
      { operator: 'Exists', effect: 'NoSchedule' },
    ]),
  });
  const keys = async (spec: object): Promise<unknown> => {
    const found = await run(cluster, spec, 'tolerations');
    return (found as { key?: string }[]).map(({ key }, i) => key ?? (found as unknown[])[i]);
  };
  const added = ['own', 'node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
  expect(((await keys({})) as string[]).toSorted()).toEqual(added.toSorted());
  const resources = { requests: { cpu: '1' } };
  expect(await keys({ containers: [{ name: 'c', image: 'i', resources }] })).toContain(
    'node.kubernetes.io/memory-pressure',
  );
  expect(await keys({ tolerations: [other] })).toEqual([
    500,
    'pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist',
  ]);
});

test('LimitPodHardAntiAffinityTopology lets pods keep away from each other by node only', async () => {
  await using cluster = await start('LimitPodHardAntiAffinityTopology', {});
  const apart = (topologyKey: string): object => ({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }] } },
  });
  expect(await run(cluster, apart('kubernetes.io/hostname'), 'affinity')).toBeDefined();
  const [code, message] = (await run(cluster, apart('zone'), 'affinity')) as [number, string];
  expect(code).toBe(403);
  expect(message).toMatch(/has TopologyKey zone but only key kubernetes\.io\/hostname is allowed$/);
});
