import { expect, test } from 'vitest';
import type { AccessRequest } from '../../server/pipeline/identity.ts';
import { at, create, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const user = { name: 'system:node:node01', groups: ['system:nodes', 'system:authenticated'] };

/** `get secrets/a`, `list pods`, `get leases.coordination.k8s.io/node01`, in `default` unless said otherwise. */
function question(text: string, more: object = {}): AccessRequest {
  const [verb = '', what = ''] = text.split(' ');
  const [id = '', name = '', subresource = ''] = what.split('/');
  const [resource = '', ...group] = id.split('.');
  const place = { group: group.join('.'), version: 'v1', resource, subresource, namespace: 'default', name };
  return { user, verb, resource: { ...place, ...more } };
}

/** What the node authorizer says besides no; '' for yes. */
function reason(cluster: SecuredCluster, text: string, more: object = {}): string {
  const { allowed, reason: told } = cluster.authorizer.authorize(question(text, more));
  return allowed ? '' : told || 'no';
}

const UNRELATED = "node: no relationship found between node 'node01' and this object";

const image = { name: 'c', image: 'i' };
const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'of-env', key: 'k' } } }];

async function pod(cluster: SecuredCluster, name: string, nodeName: string, spec: object): Promise<void> {
  await create(cluster, '/api/v1/namespaces/default/pods', {
    metadata: { name },
    spec: {
      nodeName,
      serviceAccountName: 'default',
      automountServiceAccountToken: false,
      containers: [image],
      ...spec,
    },
  });
}

async function withPods(): Promise<SecuredCluster> {
  const cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  await pod(cluster, 'here', 'node01', {
    containers: [{ ...image, env, envFrom: [{ configMapRef: { name: 'of-env' } }] }],
    imagePullSecrets: [{ name: 'pull' }],
    volumes: [
      { name: 'a', secret: { secretName: 'of-volume' } },
      { name: 'b', configMap: { name: 'of-volume' } },
      { name: 'c', persistentVolumeClaim: { claimName: 'claim' } },
      { name: 'd', projected: { sources: [{ secret: { name: 'projected' } }] } },
    ],
  });
  await pod(cluster, 'there', 'node02', { volumes: [{ name: 'a', secret: { secretName: 'other' } }] });
  return cluster;
}

test('a node reads the secrets, config maps and claims of its pods, one at a time', async () => {
  await using cluster = await withPods();
  for (const name of ['of-env', 'pull', 'of-volume', 'projected'])
    for (const verb of ['get', 'list', 'watch'])
      expect([name, reason(cluster, `${verb} secrets/${name}`)]).toEqual([name, '']);
  for (const name of ['of-env', 'of-volume']) expect(reason(cluster, `get configmaps/${name}`)).toBe('');
  expect(reason(cluster, 'get persistentvolumeclaims/claim')).toBe('');
  expect(reason(cluster, 'patch persistentvolumeclaims/claim/status')).toBe('');
  expect(reason(cluster, 'create serviceaccounts/default/token')).toBe('');
});

test('a node does not read what belongs to other nodes or to none', async () => {
  await using cluster = await withPods();
  expect(reason(cluster, 'get secrets/other')).toBe(UNRELATED);
  expect(reason(cluster, 'get secrets/of-volume', { namespace: 'kube-system' })).toBe(UNRELATED);
  expect(reason(cluster, 'list secrets')).toBe('node: No Object name found');
  expect(reason(cluster, 'list secrets', { namespace: '' })).toBe('node: can only read namespaced object of this type');
  expect(reason(cluster, 'update secrets/of-volume')).toBe('node: can only read resources of this type');
  expect(reason(cluster, 'get persistentvolumeclaims/other')).toBe(UNRELATED);
  expect(reason(cluster, 'delete persistentvolumeclaims/claim')).toBe(
    'node: can only get individual resources of this type',
  );
  expect(reason(cluster, 'create serviceaccounts/other/token')).toBe(UNRELATED);
  expect(reason(cluster, 'delete serviceaccounts/default')).toBe(
    'node: can only create tokens for individual service accounts',
  );
});

test('what a node reads ends with the pod', async () => {
  await using cluster = await withPods();
  expect(reason(cluster, 'get secrets/pull')).toBe('');
  await cluster.ask('DELETE', '/api/v1/namespaces/default/pods/here', { body: { gracePeriodSeconds: 0 } });
  expect(reason(cluster, 'get secrets/pull')).toBe(UNRELATED);
});

test('a volume and its secrets follow the claim', async () => {
  await using cluster = await withPods();
  const volume = (claim: string): object => ({
    metadata: { name: `of-${claim}` },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      claimRef: { namespace: 'default', name: claim },
      csi: {
        driver: 'd',
        volumeHandle: claim,
        nodePublishSecretRef: { namespace: 'kube-system', name: `for-${claim}` },
      },
    },
  });
  for (const claim of ['claim', 'other']) await create(cluster, '/api/v1/persistentvolumes', volume(claim));
  const anywhere = { namespace: '' };
  expect(reason(cluster, 'get persistentvolumes/of-claim', anywhere)).toBe('');
  expect(reason(cluster, 'get persistentvolumes/of-other', anywhere)).toBe(UNRELATED);
  expect(reason(cluster, 'get secrets/for-claim', { namespace: 'kube-system' })).toBe('');
  expect(reason(cluster, 'get secrets/for-other', { namespace: 'kube-system' })).toBe(UNRELATED);
});

test('a node lists its own pods, sees its own node and keeps its own lease', async () => {
  await using cluster = await withPods();
  const fields = (value: string): object => ({ fields: [{ field: 'spec.nodeName', negated: false, value }] });
  expect(reason(cluster, 'list pods', { namespace: '', ...fields('node01') })).toBe('');
  expect(reason(cluster, 'list pods', fields('node02'))).toBe(
    'node: can only list/watch pods with spec.nodeName field selector',
  );
  expect(reason(cluster, 'get pods/here')).toBe('');
  expect(reason(cluster, 'get pods/there')).toBe(UNRELATED);
  expect(reason(cluster, 'get nodes/node01', { namespace: '' })).toBe('');
  expect(reason(cluster, 'get nodes/node02', { namespace: '' })).toBe(
    "node: node 'node01' cannot read 'node02', only its own Node object",
  );
  expect(reason(cluster, 'list nodes')).toBe("node: node 'node01' cannot read all nodes, only its own Node object");
  const lease = 'leases.coordination.k8s.io';
  expect(reason(cluster, `update ${lease}/node01`, { namespace: 'kube-node-lease' })).toBe('');
  expect(reason(cluster, `update ${lease}/node02`, { namespace: 'kube-node-lease' })).toBe(
    'node: can only access node lease with the same name as the requesting node',
  );
  expect(reason(cluster, `get ${lease}/node01`)).toBe(
    'node: can only access leases in the "kube-node-lease" system namespace',
  );
});

test('the reasons of all authorizers stand in the refusal', async () => {
  await using cluster = await withPods();
  const headers = [
    ['impersonate-user', user.name],
    ['impersonate-group', 'system:nodes'],
  ] as const;
  const answer = await cluster.ask('GET', '/api/v1/namespaces/default/secrets/other', { headers });
  expect(at(answer.body, 'message')).toBe(
    'secrets "other" is forbidden: User "system:node:node01" cannot get resource "secrets" in API group "" ' +
      `in the namespace "default": ${UNRELATED}`,
  );
  const list = await cluster.ask('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dnode01', { headers });
  expect(list.status).toBe(200);
});
