import type { KubeObject } from '../../../../server/kube/object.ts';
import type { SchedulingStep } from '../../../support/controller-cases/scheduling.ts';

export const POOL = { pool: 'golden' };
const HOST = 'kubernetes.io/hostname';
/** Keeps everybody else's pods off the nodes of a case. */
const TAINT = { key: 'golden', value: 'yes', effect: 'NoSchedule' };
export const TOLERATION = { key: 'golden', operator: 'Exists' };

interface NodeParts {
  readonly allocatable?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly spec?: object;
  readonly taints?: readonly object[];
}

export function node(
  name: string,
  { allocatable = {}, labels = {}, spec = {}, taints = [] }: NodeParts = {},
): SchedulingStep {
  const amounts = { cpu: '4', memory: '8Gi', 'ephemeral-storage': '10Gi', pods: '20', ...allocatable };
  return {
    create: 'v1/nodes',
    object: {
      kind: 'Node',
      apiVersion: 'v1',
      metadata: { name, labels: { ...POOL, [HOST]: name, 'difftest/kubelet': 'fake', ...labels } },
      spec: { taints: [TAINT, ...taints], ...spec },
      status: { allocatable: amounts, capacity: amounts },
    } as KubeObject,
  };
}

interface PodParts {
  readonly labels?: Record<string, string>;
  readonly requests?: Record<string, string>;
  readonly ports?: readonly object[];
  readonly spec?: object;
  readonly finalizers?: readonly string[];
}

/** A pod that may only run on the nodes of the case. */
export function pod(
  name: string,
  { labels, requests = {}, ports = [], spec = {}, finalizers }: PodParts = {},
): SchedulingStep {
  // Such resources cannot be asked for without a limit.
  const limits = Object.fromEntries(Object.entries(requests).filter(([resource]) => resource.includes('/')));
  const containers = [{ name: 'c', image: 'nginx', ports, resources: { requests, limits } }];
  return {
    create: 'v1/pods',
    object: {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name, ...(labels && { labels }), ...(finalizers && { finalizers: [...finalizers] }) },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 600,
        nodeSelector: POOL,
        tolerations: [TOLERATION],
        containers,
        ...spec,
      },
    } as KubeObject,
  };
}

/** Keeps a victim until the case ends it. */
export const HELD = { finalizers: ['golden.example/held'] };

export const priority = (name: string, value: number, more: object = {}): SchedulingStep => ({
  create: 'scheduling.k8s.io/v1/priorityclasses',
  object: {
    kind: 'PriorityClass',
    apiVersion: 'scheduling.k8s.io/v1',
    metadata: { name },
    value,
    ...more,
  } as KubeObject,
});

export const look: SchedulingStep = { look: true };
export const finish = (name: string): SchedulingStep => ({ finish: name });
export const patch = (resource: string, name: string, body: object): SchedulingStep => ({
  patch: resource,
  name,
  body,
});
export const remove = (resource: string, name: string): SchedulingStep => ({ remove: resource, name });
export const create = (resource: string, object: object): SchedulingStep => ({
  create: resource,
  object: object as KubeObject,
});
