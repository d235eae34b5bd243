import { type Operator, samplesLike } from '../operator.ts';

const rollout = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'shop' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'shop' } },
    strategy: { canary: { steps: [{ setWeight: 20 }, { pause: { duration: '1h' } }, { pause: { duration: 60 } }] } },
    template: {
      metadata: { labels: { app: 'shop' } },
      spec: { containers: [{ name: 'shop', image: 'shop:1', ports: [{ containerPort: 80 }] }] },
    },
  },
};

const analysis = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'fast' },
  spec: { metrics: [{ name: 'fast', interval: '5m', count: 3, provider: { prometheus: { query: 'up' } } }] },
};

/** Rolls out in steps. */
export const argoRollouts: Operator = {
  name: 'argo-rollouts',
  module: 'github.com/argoproj/argo-rollouts',
  definitions: ['manifests/crds'],
  samples: ['examples', 'test/e2e/functional', 'test/e2e/expectedfailures', 'test/e2e/crds'],
  objects: [
    ...samplesLike(
      rollout,
      {
        'with text for replicas': { spec: { replicas: 'three' } },
        'with an odd weight': { spec: { strategy: { canary: { steps: [{ setWeight: '20%' }] } } } },
        'with a pause of an odd type': { spec: { strategy: { canary: { steps: [{ pause: { duration: true } }] } } } },
        'with a container without a name': { spec: { template: { spec: { containers: [{ image: 'shop:1' }] } } } },
        'with an expression without an operator': { spec: { selector: { matchExpressions: [{ key: 'app' }] } } },
        'with a metric without a provider': {
          spec: { strategy: { canary: { analysis: { templates: 'fast' } } } },
        },
        'with blue and without green': { spec: { strategy: { canary: null, blueGreen: {} } } },
        'with a field that nobody knows': { spec: { replica: 3 } },
        'without a template': { spec: { template: null } },
      },
      {
        'gets an odd replica count': { spec: { replicas: 1.5 } },
        'gets an odd time': { spec: { restartAt: 'now' } },
      },
    ),
    ...samplesLike(analysis, {
      'without metrics': { spec: { metrics: null } },
      'without a provider': { spec: { metrics: [{ name: 'fast' }] } },
      'with a count that is true': { spec: { metrics: [{ name: 'fast', count: true, provider: {} }] } },
      'with an argument without a name': { spec: { args: [{ value: 'a' }] } },
    }),
  ],
};
