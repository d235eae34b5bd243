import type { Life } from '../life.ts';
import type { Fields } from '../merge-patched.ts';
import { CLAIM_SPEC, POD_SPEC, sampleOf, TEMPLATE } from './samples.ts';

const SELECTOR = { matchLabels: { run: 'none' } };
const image = (tag: string): Fields => ({
  spec: { template: { spec: { containers: [{ name: 'web', image: `nginx:${tag}` }] } } },
});
const TIME = '2025-06-01T00:00:00Z';
const CONDITION = {
  type: 'Available',
  status: 'True',
  reason: 'Enough',
  message: 'enough',
  lastTransitionTime: TIME,
  lastUpdateTime: TIME,
};

const JOB_SPEC = {
  suspend: true,
  completions: 2,
  parallelism: 1,
  template: { spec: { ...POD_SPEC, restartPolicy: 'Never' } },
};

export const WORKLOADS: readonly Life[] = [
  {
    resource: 'apps/v1/deployments',
    object: {
      spec: {
        replicas: 0,
        selector: SELECTOR,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } },
        template: TEMPLATE,
      },
    },
    change: { spec: { minReadySeconds: 5, paused: true } },
    strategic: image('1.29'),
    apply: image('1.30'),
    invalid: { spec: { replicas: -1, strategy: { type: 'Sometimes' } } },
    invalidUpdate: { spec: { selector: { matchLabels: { run: 'other' } } } },
    status: { replicas: 1, readyReplicas: 1, observedGeneration: 1, conditions: [CONDITION] },
    invalidStatus: { replicas: -1 },
  },
  {
    resource: 'apps/v1/replicasets',
    object: { spec: { replicas: 0, selector: SELECTOR, template: TEMPLATE } },
    change: { spec: { minReadySeconds: 5 } },
    strategic: image('1.29'),
    apply: image('1.30'),
    invalid: { spec: { replicas: -1 } },
    invalidUpdate: { spec: { selector: { matchLabels: { run: 'other' } } } },
    status: { replicas: 1, readyReplicas: 1, observedGeneration: 1 },
    invalidStatus: { replicas: -1 },
  },
  {
    resource: 'apps/v1/statefulsets',
    object: {
      spec: {
        replicas: 0,
        serviceName: 'shop',
        selector: SELECTOR,
        template: TEMPLATE,
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: CLAIM_SPEC }],
      },
    },
    change: { spec: { minReadySeconds: 5 } },
    strategic: image('1.29'),
    apply: image('1.30'),
    invalid: { spec: { podManagementPolicy: 'Sometimes' } },
    invalidUpdate: { spec: { serviceName: 'other' } },
    status: { replicas: 1, readyReplicas: 1, currentRevision: 'shop-1', updateRevision: 'shop-1' },
    invalidStatus: { replicas: -1 },
  },
  {
    resource: 'apps/v1/daemonsets',
    object: { spec: { selector: SELECTOR, template: TEMPLATE } },
    change: { spec: { minReadySeconds: 5 } },
    strategic: image('1.29'),
    apply: image('1.30'),
    invalid: { spec: { updateStrategy: { type: 'Sometimes' } } },
    invalidUpdate: { spec: { selector: { matchLabels: { run: 'other' } } } },
    status: { currentNumberScheduled: 1, desiredNumberScheduled: 1, numberMisscheduled: 0, numberReady: 1 },
    invalidStatus: { numberReady: -1 },
  },
  {
    resource: 'apps/v1/controllerrevisions',
    object: { revision: 1, data: { spec: { a: 1 } } },
    change: { revision: 2 },
    strategic: { revision: 3 },
    apply: { revision: 3 },
    invalid: { revision: -1 },
    invalidUpdate: { data: { spec: { a: 2 } } },
  },
  {
    resource: 'batch/v1/jobs',
    object: { spec: JOB_SPEC },
    change: { spec: { backoffLimit: 3 } },
    strategic: { spec: { parallelism: 2 } },
    apply: { spec: { activeDeadlineSeconds: 600 } },
    invalid: { spec: { parallelism: -1 } },
    invalidUpdate: { spec: { completions: 5 } },
    status: {
      ready: 0,
      uncountedTerminatedPods: {},
      conditions: [{ type: 'Suspended', status: 'True', lastTransitionTime: TIME }],
    },
    invalidStatus: { active: -1 },
  },
  {
    resource: 'batch/v1/cronjobs',
    object: {
      spec: {
        schedule: '0 0 1 1 *',
        suspend: true,
        timeZone: 'Etc/UTC',
        jobTemplate: { spec: { template: JOB_SPEC.template } },
      },
    },
    change: { spec: { concurrencyPolicy: 'Forbid' } },
    strategic: { spec: { schedule: '30 0 1 1 *' } },
    apply: { spec: { successfulJobsHistoryLimit: 5 } },
    invalid: { spec: { schedule: 'now and then' } },
    status: { lastScheduleTime: TIME, lastSuccessfulTime: TIME },
  },
  {
    resource: 'autoscaling/v2/horizontalpodautoscalers',
    object: sampleOf('autoscaling/v2/horizontalpodautoscalers'),
    change: { spec: { maxReplicas: 5 } },
    strategic: { spec: { minReplicas: 2 } },
    apply: { spec: { maxReplicas: 6 } },
    invalid: { spec: { maxReplicas: 0 } },
    status: {
      currentReplicas: 1,
      desiredReplicas: 2,
      conditions: [{ type: 'AbleToScale', status: 'True', lastTransitionTime: TIME }],
    },
    invalidStatus: { currentReplicas: -1 },
  },
  {
    resource: 'autoscaling/v1/horizontalpodautoscalers',
    object: sampleOf('autoscaling/v1/horizontalpodautoscalers'),
    change: { spec: { maxReplicas: 5 } },
    strategic: { spec: { minReplicas: 2 } },
    apply: { spec: { targetCPUUtilizationPercentage: 70 } },
    invalid: { spec: { maxReplicas: 0 } },
    status: { currentReplicas: 1, desiredReplicas: 2 },
    invalidStatus: { currentReplicas: -1 },
  },
  {
    resource: 'policy/v1/poddisruptionbudgets',
    object: { spec: { minAvailable: 1, selector: { matchLabels: { app: 'shop' } } } },
    change: { spec: { minAvailable: '50%' } },
    strategic: { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } },
    apply: { spec: { unhealthyPodEvictionPolicy: 'IfHealthyBudget' } },
    invalid: { spec: { maxUnavailable: 1 } },
    status: { currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 1, observedGeneration: 1 },
    invalidStatus: { currentHealthy: -1 },
  },
  {
    resource: 'scheduling.k8s.io/v1/priorityclasses',
    names: ['life-first', 'life-second', 'life-third'],
    object: { value: 10, description: 'for shops', preemptionPolicy: 'Never' },
    change: { description: 'for all shops' },
    strategic: { description: 'for some' },
    apply: { description: 'applied' },
    invalid: { value: 2_000_000_000 },
    invalidUpdate: { value: 11 },
  },
  {
    resource: 'node.k8s.io/v1/runtimeclasses',
    names: ['life-first', 'life-second', 'life-third'],
    object: sampleOf('node.k8s.io/v1/runtimeclasses'),
    change: { overhead: { podFixed: { cpu: '2m' } } },
    invalid: { handler: 'No_Name' },
    invalidUpdate: { handler: 'other' },
  },
  {
    resource: 'coordination.k8s.io/v1/leases',
    object: { spec: { holderIdentity: 'shop-1', leaseDurationSeconds: 15, renewTime: '2025-06-01T00:00:00.000000Z' } },
    change: { spec: { holderIdentity: 'shop-2' } },
    strategic: { spec: { leaseTransitions: 1 } },
    apply: { spec: { leaseDurationSeconds: 20 } },
    invalid: { spec: { leaseDurationSeconds: -1 } },
  },
];
