import { type Operator, samplesLike } from '../operator.ts';

const GROUP = 'monitoring.coreos.com';

const prometheus = {
  apiVersion: `${GROUP}/v1`,
  kind: 'Prometheus',
  metadata: { name: 'main' },
  spec: { replicas: 2, retention: '24h', resources: { requests: { memory: '400Mi' } }, serviceMonitorSelector: {} },
};

const serviceMonitor = {
  apiVersion: `${GROUP}/v1`,
  kind: 'ServiceMonitor',
  metadata: { name: 'shop' },
  spec: {
    selector: { matchLabels: { app: 'shop' } },
    endpoints: [{ port: 'web', interval: '30s', targetPort: 8080, relabelings: [{ action: 'keep', regex: '.*' }] }],
  },
};

const rules = {
  apiVersion: `${GROUP}/v1`,
  kind: 'PrometheusRule',
  metadata: { name: 'shop' },
  spec: { groups: [{ name: 'shop', rules: [{ alert: 'Down', expr: 'up == 0', for: '5m' }] }] },
};

const agent = {
  apiVersion: `${GROUP}/v1alpha1`,
  kind: 'PrometheusAgent',
  metadata: { name: 'edge' },
  spec: { mode: 'DaemonSet', serviceMonitorSelector: {} },
};

const scrape = {
  apiVersion: `${GROUP}/v1alpha1`,
  kind: 'ScrapeConfig',
  metadata: { name: 'static' },
  spec: { staticConfigs: [{ targets: ['10.0.0.1:9100'], labels: { job: 'node' } }] },
};

/** Runs Prometheus: the largest definitions that are in use. */
export const prometheusOperator: Operator = {
  name: 'prometheus-operator',
  module: 'github.com/prometheus-operator/prometheus-operator',
  definitions: ['example/prometheus-operator-crd'],
  samples: ['example/user-guides', 'example/thanos', 'example/shards', 'example/storage', 'example/rbac'],
  objects: [
    ...samplesLike(
      prometheus,
      {
        'with an odd retention': { spec: { retention: 'long' } },
        'with an odd size': { spec: { retentionSize: '10 bytes' } },
        'with an odd log level': { spec: { logLevel: 'loud' } },
        'with text for replicas': { spec: { replicas: 'two' } },
        'with an odd quantity': { spec: { resources: { requests: { memory: 'much' } } } },
        'with a quantity that is a number': { spec: { resources: { requests: { cpu: 2 } } } },
        'with a number for a version': { spec: { version: 3 } },
        'with remote writes without a URL': { spec: { remoteWrite: [{ name: 'far' }] } },
        'with containers of one name': { spec: { containers: [{ name: 'a' }, { name: 'a' }] } },
        'with a container without a name': { spec: { containers: [{ image: 'busybox' }] } },
        'with tolerations that are no list': { spec: { tolerations: { key: 'x' } } },
        'with an empty external label': { spec: { externalLabels: { region: 7 } } },
      },
      {
        'gets an odd interval': { spec: { scrapeInterval: 'often' } },
        'gets many replicas': { spec: { replicas: 5 } },
      },
    ),
    ...samplesLike(serviceMonitor, {
      'without a selector': { spec: { selector: null } },
      'without endpoints': { spec: { endpoints: null } },
      'with an odd interval': { spec: { endpoints: [{ port: 'web', interval: '30' }] } },
      'with an odd scheme': { spec: { endpoints: [{ port: 'web', scheme: 'ftp' }] } },
      'with an odd action': { spec: { endpoints: [{ port: 'web', relabelings: [{ action: 'guess' }] }] } },
      'with a target port that is true': { spec: { endpoints: [{ targetPort: true }] } },
    }),
    ...samplesLike(rules, {
      'without a name of a group': { spec: { groups: [{ rules: [] }] } },
      'with two groups of one name': { spec: { groups: [{ name: 'a' }, { name: 'a' }] } },
      'with an expression that is true': { spec: { groups: [{ name: 'a', rules: [{ alert: 'A', expr: true }] }] } },
      'with an expression that is a number': { spec: { groups: [{ name: 'a', rules: [{ record: 'a', expr: 1 }] }] } },
      'with an odd strategy': { spec: { groups: [{ name: 'a', partial_response_strategy: 'perhaps' }] } },
    }),
    ...samplesLike(agent, {
      'on each node, with replicas': { spec: { replicas: 3 } },
      'on each node, with storage and shards': { spec: { storage: {}, shards: 2 } },
      'in an odd mode': { spec: { mode: 'Job' } },
    }),
    ...samplesLike(scrape, {
      'with an empty target': { spec: { staticConfigs: [{ targets: [] }] } },
      'with a target twice': { spec: { staticConfigs: [{ targets: ['a', 'a'] }] } },
      'with an odd role': { spec: { kubernetesSDConfigs: [{ role: 'Thing' }] } },
      'with a port that is too large': { spec: { ec2SDConfigs: [{ port: 70000 }] } },
      'with an odd URL': { spec: { httpSDConfigs: [{ url: 'here' }] } },
    }),
  ],
};
