import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { ask, readKubeconfig } from '../support/ask.ts';

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 1 });
  await cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {b: c}}');
});
afterAll(() => cluster.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';

/** Asks as `jane`, by a program called `operator`. */
async function jane(
  method: string,
  path: string,
  body?: object,
  of: Pick<RunningCluster, 'url' | 'kubeconfig'> = cluster,
) {
  const credentials = readKubeconfig(of.kubeconfig());
  const headers = {
    'user-agent': 'operator/v1.0',
    'impersonate-user': 'jane',
    'impersonate-group': 'system:masters',
    'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
  };
  return (await ask(of.url + path, { method, credentials, headers, body: body ? JSON.stringify(body) : '' })).status;
}

it('finds bad habits of clients, after a mark', async () => {
  const mark = cluster.requests.mark();
  for (let time = 0; time < 3; time++) expect(await jane('PATCH', `${MAPS}/a`, { data: { b: 'c' } })).toBe(200);
  const findings = await cluster.lint({ since: mark });
  expect(findings).toMatchObject([{ rule: 'no-op-write', userAgent: 'operator/v1.0', name: 'a', count: 3 }]);
  expect(await cluster.lint()).toEqual(findings);
  expect(await cluster.lint({ since: cluster.requests.mark() })).toEqual([]);
});

it('tells why an object is as it is, and knows nothing of one that never was', async () => {
  const [node] = await cluster.list('nodes');
  expect(await cluster.why('cm/a')).toMatchObject({ kind: 'ConfigMap', exists: true, history: [{ type: 'created' }] });
  expect(await cluster.why(`node/${node?.metadata.name}`)).toMatchObject({ kind: 'Node', exists: true });
  expect(await cluster.why('cm/a', { namespace: 'kube-system' })).toBeUndefined();
  await expect(cluster.why('gadgets/a')).rejects.toThrow('the cluster serves no resource "gadgets"');
});

it('records which permissions were used, and can begin anew', async () => {
  expect(await jane('GET', `${MAPS}/a`)).toBe(200);
  const rules = [expect.objectContaining({ namespace: 'default', resources: ['configmaps'] })];
  const recorded = cluster.permissions.identity('jane');
  expect(recorded).toMatchObject({ user: 'jane', rules });
  expect(cluster.permissions.objects(recorded ? [recorded] : []).map(({ kind }) => kind)).toContain('Role');
  cluster.permissions.forget();
  expect(cluster.permissions.identities()).toEqual([]);
});

it('answers for a virtual cluster too', async () => {
  await using fork = await cluster.fork();
  expect(await jane('GET', `${MAPS}/a`, undefined, fork)).toBe(200);
  expect(fork.permissions.identity('jane')).toBeDefined();
  expect(cluster.permissions.identities()).toEqual([]);
  expect(await fork.why('cm/a')).toMatchObject({ exists: true });
});

it('says that lint has nothing to look at', async () => {
  await using silent = await startCluster({ nodes: 0, journalLevel: 'none' });
  await expect(silent.lint()).rejects.toThrow('lint reads the journal, which keeps nothing at the level none');
});
