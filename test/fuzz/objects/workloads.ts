import { LABELS, POD_SPEC, POD_TEMPLATE, type Sample, TEMPLATE_LABELS } from './sample.ts';

const JOB_SPEC = {
  suspend: true,
  completions: 2,
  parallelism: 1,
  template: { spec: { ...POD_SPEC, restartPolicy: 'Never' } },
};

export const WORKLOADS: readonly Sample[] = [
  { kind: 'apps/v1/controllerrevisions', body: { revision: 1, data: { a: 1 } } },
  {
    kind: 'apps/v1/daemonsets',
    body: { spec: { selector: { matchLabels: TEMPLATE_LABELS }, template: POD_TEMPLATE } },
  },
  {
    kind: 'apps/v1/deployments',
    labels: { ...LABELS, tier: 'b' },
    body: {
      spec: {
        replicas: 0,
        selector: { matchLabels: TEMPLATE_LABELS },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
        template: POD_TEMPLATE,
      },
    },
  },
  {
    kind: 'apps/v1/replicasets',
    body: { spec: { replicas: 0, selector: { matchLabels: TEMPLATE_LABELS }, template: POD_TEMPLATE } },
  },
  {
    kind: 'apps/v1/statefulsets',
    body: {
      spec: {
        replicas: 0,
        serviceName: 'fuzz',
        selector: { matchLabels: TEMPLATE_LABELS },
        template: POD_TEMPLATE,
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    },
  },
  {
    kind: 'autoscaling/v2/horizontalpodautoscalers',
    body: {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
        behavior: { scaleDown: { policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }] } },
      },
    },
  },
  {
    kind: 'autoscaling/v1/horizontalpodautoscalers',
    body: {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' },
        maxReplicas: 3,
        targetCPUUtilizationPercentage: 50,
      },
    },
    unmade: 'is there as autoscaling/v2',
  },
  {
    kind: 'batch/v1/cronjobs',
    body: { spec: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: { template: JOB_SPEC.template } } } },
  },
  { kind: 'batch/v1/jobs', body: { spec: JOB_SPEC } },
  {
    kind: 'policy/v1/poddisruptionbudgets',
    body: { spec: { minAvailable: 1, selector: { matchLabels: LABELS } } },
  },
  { kind: 'scheduling.k8s.io/v1/priorityclasses', body: { value: 10, description: 'of the fuzzer' } },
  {
    kind: 'node.k8s.io/v1/runtimeclasses',
    body: { handler: 'fuzz', overhead: { podFixed: { cpu: '1m' } }, scheduling: { nodeSelector: { a: 'b' } } },
  },
  {
    kind: 'coordination.k8s.io/v1/leases',
    body: { spec: { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' } },
  },
];
