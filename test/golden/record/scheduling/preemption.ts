import type { SchedulingCase } from '../../../support/controller-cases/scheduling.ts';
import { create, finish, HELD, look, node, pod, priority } from './steps.ts';

const A = 'golden-a';
const B = 'golden-b';
const HOST = 'kubernetes.io/hostname';

const classes = [priority('golden-high', 1000), priority('golden-middle', 100), priority('golden-low', 10)];
const high = { priorityClassName: 'golden-high' };
const middle = { priorityClassName: 'golden-middle' };
const low = { priorityClassName: 'golden-low' };
const on = (host: string): object => ({ nodeSelector: { [HOST]: host } });

export const preemption: readonly SchedulingCase[] = [
  {
    name: 'a pod of a higher priority waits until its victim is gone',
    steps: [
      ...classes,
      node(A),
      pod('victim', { requests: { cpu: '3' }, spec: low, ...HELD }),
      pod('p', { requests: { cpu: '2' }, spec: high }),
      look,
      finish('victim'),
      look,
    ],
  },
  {
    name: 'one whose policy is Never waits as it is',
    steps: [
      ...classes,
      priority('golden-never', 1000, { preemptionPolicy: 'Never' }),
      node(A),
      pod('first', { requests: { cpu: '3' }, spec: low }),
      pod('p', { requests: { cpu: '2' }, spec: { priorityClassName: 'golden-never' } }),
      look,
    ],
  },
  {
    name: 'the lowest priority goes, and no more than have to',
    steps: [
      ...classes,
      node(A, { allocatable: { cpu: '5' } }),
      pod('low', { requests: { cpu: '2' }, spec: low, ...HELD }),
      pod('middle', { requests: { cpu: '2' }, spec: middle, ...HELD }),
      pod('small', { requests: { cpu: '1' }, spec: low, ...HELD }),
      pod('p', { requests: { cpu: '2' }, spec: high }),
      look,
    ],
  },
  {
    name: 'the node whose victims are the least important is taken',
    steps: [
      ...classes,
      node(A),
      node(B),
      pod('middle', { requests: { cpu: '3' }, spec: { ...middle, ...on(A) }, ...HELD }),
      pod('low', { requests: { cpu: '3' }, spec: { ...low, ...on(B) }, ...HELD }),
      pod('p', { requests: { cpu: '2' }, spec: high }),
      look,
    ],
  },
  {
    name: 'a disruption budget is kept where it can be',
    steps: [
      ...classes,
      create('policy/v1/poddisruptionbudgets', {
        kind: 'PodDisruptionBudget',
        apiVersion: 'policy/v1',
        metadata: { name: 'budget' },
        spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'kept' } } },
      }),
      node(A),
      node(B),
      pod('kept', { labels: { app: 'kept' }, requests: { cpu: '3' }, spec: { ...low, ...on(A) }, ...HELD }),
      pod('free', { requests: { cpu: '3' }, spec: { ...middle, ...on(B) }, ...HELD }),
      pod('p', { requests: { cpu: '2' }, spec: high }),
      look,
    ],
  },
  {
    name: 'a pod of a lower priority does not get the room that another made',
    steps: [
      ...classes,
      node(A),
      pod('victim', { requests: { cpu: '3' }, spec: low, ...HELD }),
      pod('p', { requests: { cpu: '4' }, spec: high }),
      pod('small', { requests: { cpu: '1' }, spec: middle }),
      look,
      finish('victim'),
      look,
    ],
  },
  {
    name: 'pods that are too important stay',
    steps: [
      ...classes,
      node(A),
      pod('first', { requests: { cpu: '3' }, spec: middle }),
      pod('same', { requests: { cpu: '2' }, spec: middle }),
      pod('huge', { requests: { cpu: '5' }, spec: high }),
      look,
    ],
  },
  {
    name: 'a port, and a neighbour that keeps others away, are reasons to preempt',
    steps: [
      ...classes,
      node(A),
      pod('victim', { ports: [{ containerPort: 80, hostPort: 8080 }], spec: low, ...HELD }),
      pod('p', { ports: [{ containerPort: 80, hostPort: 8080 }], spec: high }),
      look,
    ],
  },
];
