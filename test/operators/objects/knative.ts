import { type Json, type Operator, samplesLike } from '../operator.ts';

const service = {
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name: 'shop' },
  spec: {
    template: {
      spec: {
        containerConcurrency: 10,
        timeoutSeconds: 300,
        containers: [{ image: 'shop:1', env: [{ name: 'A', value: 'b' }] }],
      },
    },
    traffic: [{ latestRevision: true, percent: 100 }],
  },
};

const containers = (...list: object[]): Json => ({ spec: { template: { spec: { containers: list } } } });

const mapping = {
  apiVersion: 'serving.knative.dev/v1beta1',
  kind: 'DomainMapping',
  metadata: { name: 'shop.example.com' },
  spec: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'shop' } },
};

const autoscaler = {
  apiVersion: 'autoscaling.internal.knative.dev/v1alpha1',
  kind: 'PodAutoscaler',
  metadata: { name: 'shop-1' },
  spec: {
    protocolType: 'http1',
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop-1' },
  },
};

/** Serves what scales to zero. */
export const knativeServing: Operator = {
  name: 'knative-serving',
  module: 'knative.dev/serving',
  definitions: ['config/core/300-resources'],
  samples: ['test/test_images', 'test/performance/benchmarks'],
  objects: [
    ...samplesLike(
      service,
      {
        'with text for a time-out': { spec: { template: { spec: { timeoutSeconds: '5m' } } } },
        'with a fraction of a request': { spec: { template: { spec: { containerConcurrency: 0.5 } } } },
        'with one container that is no list': { spec: { template: { spec: { containers: { image: 'shop:1' } } } } },
        'with a port that is text': containers({ image: 'a', ports: [{ containerPort: 'http' }] }),
        'with a variable without a name': containers({ image: 'a', env: [{ value: 'b' }] }),
        'with an odd limit': containers({ image: 'a', resources: { limits: { cpu: 'many' } } }),
        'with a percentage that is text': { spec: { traffic: [{ latestRevision: true, percent: '100' }] } },
        'with labels that are numbers': { spec: { template: { metadata: { labels: { a: 1 } } } } },
        'with a field of pods that is not allowed': containers({ image: 'a', lifecycle: {} }),
      },
      { 'gets traffic that is no list': { spec: { traffic: { percent: 100 } } } },
    ),
    ...samplesLike(mapping, {
      'without a target': { spec: { ref: null } },
      'whose target has no kind': { spec: { ref: { kind: null } } },
      'whose certificate has no name': { spec: { tls: {} } },
    }),
    ...samplesLike(autoscaler, {
      'without a protocol': { spec: { protocolType: null } },
      'without a target': { spec: { scaleTargetRef: null } },
      'with an odd concurrency': { spec: { containerConcurrency: 'high' } },
    }),
  ],
};
