import type { SchedulingCase } from '../../../support/controller-cases/scheduling.ts';
import { finish, look, node, patch, pod, TOLERATION } from './steps.ts';

const A = 'golden-a';
const B = 'golden-b';
const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

const affinity = (term: object): object => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
});
const antiAffinity = (term: object): object => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
});
const nodeTerms = (...nodeSelectorTerms: object[]): object => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const named = (...values: string[]): object => ({ key: 'metadata.name', operator: 'In', values });
const web = { matchLabels: { app: 'web' } };

export const filters: readonly SchedulingCase[] = [
  { name: 'a pod that fits', steps: [node(A), pod('p', { requests: { cpu: '1' } }), look] },
  {
    name: 'more cpu and memory than any node has',
    steps: [node(A), node(B), pod('p', { requests: { cpu: '5', memory: '9Gi' } }), look],
  },
  {
    name: 'room that other pods have, and a resource that one node does not know',
    steps: [
      node(A),
      node(B, { allocatable: { 'example.com/gpu': '1' } }),
      pod('first', { requests: { cpu: '3', 'example.com/gpu': '1' }, spec: { nodeSelector: { [HOST]: B } } }),
      pod('p', { requests: { cpu: '2', 'example.com/gpu': '1', 'ephemeral-storage': '1Gi' } }),
      look,
      finish('first'),
      look,
    ],
  },
  {
    name: 'ephemeral storage, and an init container that needs most',
    steps: [
      node(A),
      pod('storage', { requests: { 'ephemeral-storage': '11Gi' } }),
      pod('init', {
        spec: { initContainers: [{ name: 'i', image: 'nginx', resources: { requests: { memory: '9Gi' } } }] },
      }),
      look,
    ],
  },
  {
    name: 'taints, an unschedulable node, a selector',
    steps: [
      node(A, { taints: [{ key: 'other', effect: 'NoExecute' }] }),
      node(B, { spec: { unschedulable: true } }),
      pod('p'),
      look,
      patch('v1/nodes', A, { spec: { taints: null } }),
      look,
    ],
  },
  {
    name: 'nodes by name: one that is not there, a conflict, one without room',
    steps: [
      node(A, { allocatable: { cpu: '1' } }),
      pod('missing', { spec: nodeTerms({ matchFields: [named('golden-z')] }) }),
      pod('conflict', { spec: nodeTerms({ matchFields: [named(A), named(B)] }) }),
      pod('full', { requests: { cpu: '2' }, spec: nodeTerms({ matchFields: [named(A)] }) }),
      look,
    ],
  },
  {
    name: 'required node affinity by expressions',
    steps: [
      node(A, { labels: { disk: 'slow', size: '3' } }),
      pod('p', { spec: nodeTerms({ matchExpressions: [{ key: 'size', operator: 'Gt', values: ['3'] }] }) }),
      pod('q', { spec: nodeTerms({ matchExpressions: [{ key: 'disk', operator: 'NotIn', values: ['fast'] }] }) }),
      look,
    ],
  },
  {
    name: 'ports of the host',
    steps: [
      node(A),
      pod('first', { ports: [{ containerPort: 80, hostPort: 8080 }] }),
      pod('same', { ports: [{ containerPort: 80, hostPort: 8080, hostIP: '10.0.0.1' }] }),
      pod('other', { ports: [{ containerPort: 80, hostPort: 8080, protocol: 'UDP' }] }),
      look,
    ],
  },
  {
    name: 'too many pods',
    steps: [node(A, { allocatable: { pods: '1' } }), pod('first'), pod('p', { requests: { cpu: '5' } }), look],
  },
  {
    name: 'affinity to pods that are elsewhere or nowhere',
    steps: [
      node(A),
      pod('p', { spec: affinity({ topologyKey: HOST, labelSelector: web }) }),
      look,
      pod('web', { labels: { app: 'web' } }),
      look,
    ],
  },
  {
    name: 'the first of a group that wants to be together',
    steps: [
      node(A, { labels: { [ZONE]: 'z' } }),
      pod('p', { labels: { app: 'web' }, spec: affinity({ topologyKey: ZONE, labelSelector: web }) }),
      pod('q', { labels: { app: 'web' }, spec: affinity({ topologyKey: 'nowhere', labelSelector: web }) }),
      look,
    ],
  },
  {
    name: 'anti-affinity, of the pod and of those that are there',
    steps: [
      node(A),
      pod('first', { labels: { app: 'web' }, spec: antiAffinity({ topologyKey: HOST, labelSelector: web }) }),
      pod('existing', { labels: { app: 'web' } }),
      pod('own', { labels: { app: 'else' }, spec: antiAffinity({ topologyKey: HOST, labelSelector: web }) }),
      look,
    ],
  },
  {
    name: 'affinity by namespaces',
    steps: [
      node(A),
      pod('web', { labels: { app: 'web' } }),
      pod('all', {
        spec: antiAffinity({ topologyKey: HOST, labelSelector: web, namespaceSelector: {} }),
      }),
      pod('none', {
        spec: antiAffinity({ topologyKey: HOST, labelSelector: web, namespaces: ['golden-elsewhere'] }),
      }),
      look,
    ],
  },
  {
    name: 'a spread that is too wide, and a missing label',
    steps: [
      node(A, { labels: { [ZONE]: 'one' } }),
      node(B, { labels: { [ZONE]: 'two' }, spec: { unschedulable: true } }),
      node('golden-c'),
      ...['first', 'second', 'third'].map((name) =>
        pod(name, {
          labels: { app: 'web' },
          spec: {
            nodeSelector: { pool: 'golden' },
            topologySpreadConstraints: [
              { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector: web },
            ],
          },
        }),
      ),
      look,
    ],
  },
  {
    name: 'too few domains',
    steps: [
      node(A, { labels: { [ZONE]: 'one' } }),
      ...['first', 'second'].map((name) =>
        pod(name, {
          labels: { app: 'web' },
          spec: {
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                minDomains: 2,
                topologyKey: ZONE,
                whenUnsatisfiable: 'DoNotSchedule',
                labelSelector: web,
              },
            ],
          },
        }),
      ),
      look,
    ],
  },
  {
    name: 'gates, and another scheduler',
    steps: [
      node(A, { allocatable: { cpu: '1' } }),
      pod('gated', { requests: { cpu: '2' }, spec: { schedulingGates: [{ name: 'example.com/one' }] } }),
      pod('other', { spec: { schedulerName: 'other' } }),
      look,
      patch('v1/pods', 'gated', { spec: { schedulingGates: [] } }),
      look,
    ],
  },
  {
    name: 'a pod that does not tolerate the nodes',
    steps: [node(A), pod('p', { spec: { tolerations: [] } }), pod('q', { spec: { tolerations: [TOLERATION] } }), look],
  },
];
