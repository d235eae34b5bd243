/** Every answer tells by which FlowSchema a real server would have queued the request. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const ROOT = '/apis/flowcontrol.apiserver.k8s.io/v1';
const KUBE_SYSTEM = 'system:serviceaccount:kube-system:x';
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x';

let cluster: SecuredCluster;
const names = new Map<unknown, string>([[undefined, '-']]);

async function learnNames(): Promise<void> {
  for (const resource of ['flowschemas', 'prioritylevelconfigurations']) {
    const { body } = await cluster.ask('GET', `${ROOT}/${resource}`);
    const { items } = body as { items: { metadata: { uid: string; name: string } }[] };
    for (const { metadata } of items) names.set(metadata.uid, metadata.name);
  }
}

beforeAll(async () => {
  cluster = await securedCluster();
  await learnNames();
});
afterAll(() => cluster[Symbol.asyncDispose]());

type Header = [name: string, value: string];

async function flowOf(method: string, path: string, user = '', group = ''): Promise<string> {
  const headers: Header[] = [];
  if (user !== '') headers.push(['Impersonate-User', user]);
  if (group !== '') headers.push(['Impersonate-Group', group]);
  const answer = await cluster.ask(method, path, { headers, ...(method === 'GET' ? {} : { body: {} }) });
  const uids = ['x-kubernetes-pf-flowschema-uid', 'x-kubernetes-pf-prioritylevel-uid'];
  return uids.map((name) => names.get(answer.headers[name])).join('/');
}

/** Recorded from Kubernetes 1.37.2. */
describe('the FlowSchema and the priority level of a request', () => {
  it.each([
    ['jane', '', '/api/v1/namespaces/default', 'global-default/global-default'],
    ['jane', '', '/healthz', 'probes/exempt'],
    ['jane', '', '/version', 'global-default/global-default'],
    ['jane', 'system:masters', '/api/v1/nodes/n', 'exempt/exempt'],
    ['jane', '', '/api/v1/namespaces/default/pods/x/log', '-/-'],
    ['system:node:n', 'system:nodes', '/api/v1/namespaces/default', 'system-nodes/system'],
    ['system:node:n', 'system:nodes', '/api/v1/nodes/n', 'system-node-high/node-high'],
    ['system:node:n', 'system:nodes', LEASE, 'system-node-high/node-high'],
    ['system:kube-scheduler', '', '/api/v1/nodes/n', 'kube-scheduler/workload-high'],
    ['system:kube-scheduler', '', LEASE, 'system-leader-election/leader-election'],
    [KUBE_SYSTEM, '', LEASE, 'system-leader-election/leader-election'],
    [KUBE_SYSTEM, '', '/api/v1/nodes/n', 'kube-system-service-accounts/workload-high'],
    ['system:serviceaccount:default:x', '', '/healthz', 'probes/exempt'],
    ['system:serviceaccount:default:x', '', LEASE, 'service-accounts/workload-low'],
    ['system:anonymous', 'system:unauthenticated', '/api/v1/nodes/n', 'global-default/global-default'],
  ])('of %s (%s) for %s', async (user, group, path, expected) => {
    expect(await flowOf('GET', path, user, group)).toBe(expected);
  });

  it('are those of the user that the request acts as, or of whoever sent it', async () => {
    expect(await flowOf('GET', '/api/v1/nodes/n')).toBe('exempt/exempt');
    expect(await flowOf('POST', '/api/v1/nodes', 'jane')).toBe('global-default/global-default');
  });

  it('are not told to somebody unknown', async () => {
    const { headers, status } = await cluster.ask('GET', '/version', { token: 'wrong' });
    expect(status).toBe(401);
    expect(headers).not.toHaveProperty('x-kubernetes-pf-flowschema-uid');
  });

  it('follow what is stored: the lowest precedence first, and no schema without its level', async () => {
    const rules = [
      {
        subjects: [{ kind: 'User', user: { name: 'jane' } }],
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/version'] }],
      },
    ];
    const schema = (name: string, level: string, matchingPrecedence: number): object => ({
      metadata: { name },
      spec: { priorityLevelConfiguration: { name: level }, matchingPrecedence, rules },
    });
    await create(cluster, `${ROOT}/flowschemas`, schema('dangling', 'none', 50));
    await create(cluster, `${ROOT}/flowschemas`, schema('second', 'workload-low', 52));
    await create(cluster, `${ROOT}/flowschemas`, schema('first', 'workload-high', 51));
    await learnNames();
    expect(await flowOf('GET', '/version', 'jane')).toBe('first/workload-high');
    await cluster.ask('DELETE', `${ROOT}/flowschemas/first`);
    expect(await flowOf('GET', '/version', 'jane')).toBe('second/workload-low');
  });
});
