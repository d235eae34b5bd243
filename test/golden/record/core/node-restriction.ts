/**
 * What nodes may not do. Recorded from a kube-apiserver with `--enable-admission-plugins=NodeRestriction` and the
 * authorization mode RBAC, with nothing else in the cluster.
 */
import type { Step } from '../../../support/exchanges.ts';
import { patch, pod, post, remove } from './steps.ts';

type Extra = Parameters<typeof post>[2];

const quiet: Extra = { without: ['status', 'spec'] };
const node: Extra = { ...quiet, as: 'system:node:n1', group: 'system:nodes' };
/** In the group, and without a name. */
const nobody: Extra = { ...quiet, as: 'system:node:', group: 'system:nodes' };
const NODES = '/api/v1/nodes';
const NAMESPACED = '/apis/$GROUP/namespaces/$NS';

const setup: Step[] = [
  post(
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    {
      metadata: { name: 'nodes-may-do-everything' },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:nodes' }],
      roleRef: { kind: 'ClusterRole', apiGroup: 'rbac.authorization.k8s.io', name: 'cluster-admin' },
    },
    quiet,
  ),
  post(NODES, { metadata: { name: 'n2' } }, quiet),
  post('pods', pod('own', { nodeName: 'n1' }), quiet),
  post('pods', pod('other', { nodeName: 'n2' }), quiet),
];

const labelled = (labels: Record<string, string | null>): object => ({ metadata: { labels } });

const nodes: Step[] = [
  post(NODES, { metadata: { name: 'n3' } }, node),
  post(NODES, { metadata: { name: 'n1' } }, nobody),
  post(
    NODES,
    { metadata: { name: 'n1', labels: { 'node-restriction.kubernetes.io/a': 'b', 'x.k8s.io/y': 'z' } } },
    node,
  ),
  post(
    NODES,
    {
      metadata: {
        name: 'n1',
        labels: {
          'kubernetes.io/os': 'linux',
          'node.kubernetes.io/a': 'b',
          'x.kubelet.kubernetes.io/a': 'b',
          own: 'c',
        },
      },
      spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] },
    },
    node,
  ),
  patch(`${NODES}/n2`, labelled({ a: 'b' }), node),
  patch(`${NODES}/n1`, labelled({ a: 'b', 'topology.kubernetes.io/zone': 'z' }), node),
  patch(`${NODES}/n1`, labelled({ 'kubernetes.io/a': 'b' }), node),
  patch(`${NODES}/n1`, labelled({ 'a.node-restriction.kubernetes.io/a': 'b', 'foo.k8s.io/b': 'c' }), node),
  patch(`${NODES}/n1/status`, labelled({ 'kubernetes.io/a': 'b' }), node),
  patch(`${NODES}/n1`, { spec: { taints: [] } }, node),
  patch(`${NODES}/n1`, { spec: { unschedulable: true } }, node),
  patch(
    `${NODES}/n1`,
    { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'b' }] } },
    node,
  ),
  remove(`${NODES}/n2`, undefined, node),
];

const mirror = { annotations: { 'kubernetes.io/config.mirror': 'x' } };
const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'x', controller: true };
const owned = (...ownerReferences: object[]): object => ({ ...mirror, ownerReferences });
const here = { nodeName: 'n1' };

const pods: Step[] = [
  post('pods', pod('m', here), node),
  post('pods', pod('m', {}, mirror), node),
  post('pods', pod('m', here, mirror), node),
  post('pods', pod('m', here, owned({ ...owner, name: 'n2' })), node),
  post('pods', pod('m', here, owned({ ...owner, kind: 'Pod' })), node),
  post('pods', pod('m', here, owned(owner, { ...owner, kind: 'Pod', controller: false })), node),
  post('pods', pod('m', here, owned({ ...owner, controller: false })), node),
  post('pods', pod('m', here, owned({ ...owner, blockOwnerDeletion: true })), node),
  post('pods', pod('m', here, owned(owner)), node),
  patch('pods/own', labelled({ a: 'b' }), node),
  patch('pods/own/status', labelled({ a: 'b' }), node),
  patch('pods/own/status', { status: { message: 'hello' } }, node),
  patch('pods/own/status', { status: { resourceClaimStatuses: [{ name: 'a', resourceClaimName: 'b' }] } }, node),
  patch('pods/other/status', { status: { message: 'hello' } }, node),
  patch('pods/own/resize', {}, { ...node, strategic: true }),
  post('pods/other/eviction', { metadata: { name: 'other' } }, node),
  post('pods/missing/eviction', { metadata: { name: 'missing' } }, node),
  post('pods/own/binding', { metadata: { name: 'own' }, target: { kind: 'Node', name: 'n1' } }, node),
  remove('pods/other', undefined, node),
  remove('pods/missing', undefined, node),
  remove('pods/own?gracePeriodSeconds=0', undefined, node),
];

const token = (spec: object): Step =>
  post('serviceaccounts/default/token', { spec: { audiences: ['a'], ...spec } }, node);
const bound = (ref: object): Step => token({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', ...ref } });

const tokens: Step[] = [
  token({}),
  bound({ kind: 'Secret', name: 'a', uid: 'b' }),
  bound({ name: 'other' }),
  bound({ name: 'missing', uid: 'b' }),
  bound({ name: 'other', uid: '6a1f9c0e-0000-4000-8000-000000000000' }),
];

const group = (name: string): string => NAMESPACED.replace('$GROUP', name);
const lease = (namespace: string, name: string): Step =>
  post(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`, { metadata: { name }, spec: {} }, node);
const slice = (nodeName: string): object => ({
  metadata: { name: 'slice' },
  spec: { driver: 'd.example.com', nodeName, pool: { name: 'p', generation: 1, resourceSliceCount: 1 } },
});
const SLICES = '/apis/resource.k8s.io/v1/resourceslices';
const CSI_NODES = '/apis/storage.k8s.io/v1/csinodes';
const certificate = (spec: object): Step =>
  post(
    `${group('certificates.k8s.io/v1')}/podcertificaterequests`,
    {
      metadata: { name: 'c' },
      spec: {
        signerName: 'example.com/s',
        podName: 'other',
        podUID: '6a1f9c0e-0000-4000-8000-000000000000',
        serviceAccountName: 'default',
        serviceAccountUID: '6a1f9c0e-0000-4000-8000-000000000001',
        nodeName: 'n1',
        nodeUID: '6a1f9c0e-0000-4000-8000-000000000002',
        pkixPublicKey: 'AAAA',
        proofOfPossession: 'AAAA',
        ...spec,
      },
    },
    node,
  );

const owned1: Step[] = [
  lease('$NS', 'n1'),
  lease('kube-node-lease', 'n2'),
  lease('kube-node-lease', 'n1'),
  remove('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1', undefined, node),
  post(CSI_NODES, { metadata: { name: 'n2' }, spec: { drivers: [] } }, node),
  post(CSI_NODES, { metadata: { name: 'n1' }, spec: { drivers: [] } }, node),
  post(SLICES, slice('n2'), node),
  post(SLICES, slice('n2'), quiet),
  remove(`${SLICES}/slice`, undefined, node),
  remove(`${SLICES}/slice`, undefined, quiet),
  post(
    'persistentvolumeclaims',
    { metadata: { name: 'v' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    node,
  ),
  certificate({ nodeName: 'n2' }),
  certificate({}),
  remove(`${CSI_NODES}/n1`, undefined, node),
  remove(`${NODES}/n1`, undefined, node),
  remove(`${NODES}/n2`, undefined, quiet),
];

/** Who is in the group by another name, or has the name and not the group, is no node. */
const others: Step[] = [
  post('pods?dryRun=All', pod('o'), { ...quiet, as: 'jane', group: 'system:nodes' }),
  post('configmaps?dryRun=All', { metadata: { name: 'o' } }, node),
  remove('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/nodes-may-do-everything', undefined, quiet),
];

export const nodeRestriction: Step[] = [...setup, ...nodes, ...pods, ...tokens, ...owned1, ...others];
