import { expect, test } from 'vitest';
import { replay } from '../support/replay.ts';
import { at, create, createAccount, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const ON = { admissionPlugins: { enable: ['NodeRestriction'], disable: [] } };

test('nodes are refused what is not theirs in the words of a real server', () =>
  replay('core/node-restriction.json', ON));

const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const PODS = '/api/v1/namespaces/default/pods';
const asNode = [
  ['impersonate-user', 'system:node:n1'],
  ['impersonate-group', 'system:nodes'],
] as const;
const merge = [['content-type', 'application/merge-patch+json']] as const;

interface Nodes {
  readonly cluster: SecuredCluster;
  readonly uid: unknown;
}

/** A cluster that lets its nodes do everything but for the plugin, with the node `n1`. */
async function start(options: object = ON): Promise<Nodes> {
  const cluster = await securedCluster(undefined, options);
  await createAccount(cluster, 'default');
  await create(cluster, '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'nodes' },
    subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:nodes' }],
    roleRef: { kind: 'ClusterRole', apiGroup: 'rbac.authorization.k8s.io', name: 'node-test' },
  });
  await create(cluster, '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: 'node-test' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'create', 'update', 'patch', 'delete'] }],
  });
  const node = await create(cluster, '/api/v1/nodes', { metadata: { name: 'n1' } });
  return { cluster, uid: at(node, 'metadata.uid') };
}

async function messageOf({ cluster }: Nodes, method: string, path: string, body: object): Promise<unknown> {
  const headers = [...asNode, ...(method === 'PATCH' ? merge : [])];
  const answer = await cluster.ask(method, path, { body, headers });
  return answer.status < 300 ? answer.status : at(answer.body, 'message');
}

test('a mirror pod of the own node is welcome, unless it needs objects of the API', async () => {
  const nodes = await start();
  await using _ = nodes.cluster;
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: nodes.uid, controller: true };
  const metadata = { annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences: [owner] };
  const mirror = (name: string, spec: object): Promise<unknown> => {
    const whole = { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], ...spec };
    return messageOf(nodes, 'POST', PODS, { metadata: { name, ...metadata }, spec: whole });
  };
  expect(await mirror('plain', { volumes: [{ name: 'v', emptyDir: {} }] })).toBe(201);
  const refused = 'pods "m" is forbidden: node "n1" can not create pods that reference';
  const projected = { sources: [{ clusterTrustBundle: { name: 'b', path: 'p' } }] };
  expect(await mirror('m', { volumes: [{ name: 'v', csi: { driver: 'd' } }] })).toBe(
    `${refused} csidrivers (via CSI volumes)`,
  );
  expect(await mirror('m', { volumes: [{ name: 'v', projected }] })).toBe(`${refused} clustertrustbundles`);
});

test('a node gets tokens for its pods, with the audiences that they name', async () => {
  const nodes = await start();
  await using _ = nodes.cluster;
  const token = { serviceAccountToken: { path: 't', audience: 'vault' } };
  const volumes = [
    { name: 'v', projected: { sources: [token] } },
    { name: 'd', csi: { driver: 'd.example.com' } },
  ];
  const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], volumes };
  const pod = await create(nodes.cluster, PODS, { metadata: { name: 'p' }, spec });
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: at(pod, 'metadata.uid') };
  const ask = (...audiences: string[]): Promise<unknown> =>
    messageOf(nodes, 'POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {
      spec: { audiences, boundObjectRef },
    });
  const refused = 'serviceaccounts "default" is forbidden:';
  expect(await ask('vault')).toBe(201);
  expect(await ask('other')).toBe(
    `${refused} error validating audience "other": csidriver.storage.k8s.io "d.example.com" not found`,
  );
  expect(await ask('a', 'b')).toBe(`${refused} node may only request 0 or 1 audiences`);
  await create(nodes.cluster, '/apis/storage.k8s.io/v1/csidrivers', {
    metadata: { name: 'd.example.com' },
    spec: { tokenRequests: [{ audience: 'driver' }] },
  });
  expect(await ask('driver')).toBe(201);
  expect(await ask('other')).toBe(`${refused} system:node:n1 is not authorized to request tokens for audience "other"`);
});

test('of a claim, a node tells how large it is, and nothing else', async () => {
  const nodes = await start();
  await using _ = nodes.cluster;
  const spec = {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'none',
    resources: { requests: { storage: '1Gi' } },
    selector: { matchLabels: { a: 'b' } },
  };
  await create(nodes.cluster, CLAIMS, { metadata: { name: 'v', labels: { z: '1' }, annotations: { n: '<x>' } }, spec });
  const tell = (body: object): Promise<unknown> => messageOf(nodes, 'PATCH', `${CLAIMS}/v/status`, body);
  expect(await tell({ status: { capacity: { storage: '1Gi' } } })).toBe(200);
  const message = await tell({ metadata: { labels: { a: 'b' } }, status: { phase: 'Bound' } });
  // What a real server says, but for the uid and the time.
  expect(String(message).replace(/("uid"|"creationTimestamp"): "[^"]*"/g, '$1: "…"')).toBe(
    [
      'persistentvolumeclaims "v" is forbidden: node "n1" is not allowed to update fields other than status.quantity ' +
        'and status.conditions: @@ -4,6 +4,7 @@',
      '  "uid": "…",',
      '  "creationTimestamp": "…",',
      '  "labels": {',
      '+  "a": "b",',
      '   "z": "1"',
      '  },',
      '  "annotations": {',
      '@@ -35,7 +36,7 @@',
      '   "VolumeAttributesClassName": null',
      '  },',
      '  "Status": {',
      '-  "Phase": "Pending",',
      '+  "Phase": "Bound",',
      '   "AccessModes": null,',
      '   "Capacity": null,',
      '   "Conditions": null,',
      '',
    ].join('\n'),
  );
});

test('without the plugin nodes do whatever their roles allow', async () => {
  const nodes = await start({});
  await using _ = nodes.cluster;
  expect(await messageOf(nodes, 'PATCH', '/api/v1/nodes/n1', { spec: { taints: [] } })).toBe(200);
  expect(await messageOf(nodes, 'POST', '/api/v1/nodes', { metadata: { name: 'n2' } })).toBe(201);
});
