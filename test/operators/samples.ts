/** Objects of operators: some that are good, and some that their schemas or rules refuse. */
export interface Sample {
  readonly operator: string;
  readonly what: string;
  /** Below the namespace, or below the group where there is none: `gateway.networking.k8s.io/v1/gateways`. */
  readonly resource: string;
  readonly kind: string;
  readonly isClusterWide?: boolean;
  readonly fields: object;
  /** A merge patch for an object that is there already: the one of the sample before. */
  readonly changes?: true;
}

type Given = readonly [what: string, fields: object];

const samples: Sample[] = [];

function of(operator: string, resource: string, kind: string, given: readonly Given[], isClusterWide = false): void {
  for (const [what, fields] of given) {
    const changes = what.startsWith('change: ');
    samples.push({ operator, what, resource, kind, fields, isClusterWide, ...(changes && { changes }) });
  }
}

of(
  'gateway-api',
  'gateway.networking.k8s.io/v1/gatewayclasses',
  'GatewayClass',
  [
    ['good', { spec: { controllerName: 'example.com/controller' } }],
    ['change: a controller', { spec: { controllerName: 'example.com/other' } }],
    ['a controller without a path', { spec: { controllerName: 'example.com' } }],
    ['a description that is too long', { spec: { controllerName: 'a.b/c', description: 'x'.repeat(65) } }],
  ],
  true,
);
const listener = { name: 'http', port: 80, protocol: 'HTTP' };
of('gateway-api', 'gateway.networking.k8s.io/v1/gateways', 'Gateway', [
  ['good', { spec: { gatewayClassName: 'c', listeners: [listener] } }],
  ['two listeners of one name', { spec: { gatewayClassName: 'c', listeners: [listener, { ...listener, port: 81 }] } }],
  ['TLS for HTTP', { spec: { gatewayClassName: 'c', listeners: [{ ...listener, tls: { mode: 'Terminate' } }] } }],
  ['no port', { spec: { gatewayClassName: 'c', listeners: [{ name: 'http', protocol: 'HTTP' }] } }],
  ['port 0', { spec: { gatewayClassName: 'c', listeners: [{ ...listener, port: 0 }] } }],
  ['a host name that is none', { spec: { gatewayClassName: 'c', listeners: [{ ...listener, hostname: 'A_b' }] } }],
]);
const redirect = { type: 'RequestRedirect', requestRedirect: { statusCode: 301 } };
of('gateway-api', 'gateway.networking.k8s.io/v1/httproutes', 'HTTPRoute', [
  ['good', { spec: { rules: [{ matches: [{ path: { value: '/a' } }], backendRefs: [{ name: 's', port: 80 }] }] } }],
  ['a redirect with a backend', { spec: { rules: [{ filters: [redirect], backendRefs: [{ name: 's', port: 80 }] }] } }],
  ['a relative path', { spec: { rules: [{ matches: [{ path: { type: 'PathPrefix', value: 'a' } }] }] } }],
  ['a filter without its field', { spec: { rules: [{ filters: [{ type: 'RequestMirror' }] }] } }],
]);

const issued = { secretName: 's', issuerRef: { name: 'ca' }, dnsNames: ['example.com'] };
of('cert-manager', 'cert-manager.io/v1/certificates', 'Certificate', [
  ['good', { spec: issued }],
  ['no issuer', { spec: { secretName: 's' } }],
  ['an unknown algorithm', { spec: { ...issued, privateKey: { algorithm: 'DSA' } } }],
  ['no revision to keep', { spec: { ...issued, revisionHistoryLimit: 0 } }],
  ['names that are a text', { spec: { ...issued, dnsNames: 'example.com' } }],
]);

const watched = { selector: {}, endpoints: [{ port: 'web', interval: '30s' }] };
of('prometheus-operator', 'monitoring.coreos.com/v1/servicemonitors', 'ServiceMonitor', [
  ['good', { spec: watched }],
  ['an interval that is none', { spec: { ...watched, endpoints: [{ port: 'web', interval: 'soon' }] } }],
  ['no selector', { spec: { endpoints: [] } }],
  ['an unknown scheme', { spec: { ...watched, endpoints: [{ port: 'web', scheme: 'ftp' }] } }],
]);
of('prometheus-operator', 'monitoring.coreos.com/v1/prometheusrules', 'PrometheusRule', [
  ['good', { spec: { groups: [{ name: 'g', rules: [{ alert: 'A', expr: 'up == 0', for: '5m' }] }] } }],
  ['two groups of one name', { spec: { groups: [{ name: 'g' }, { name: 'g' }] } }],
  ['a rule without an expression', { spec: { groups: [{ name: 'g', rules: [{ alert: 'A' }] }] } }],
]);

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const rollout = {
  selector: { matchLabels: { a: 'b' } },
  template,
  strategy: { canary: { steps: [{ setWeight: 20 }] } },
};
of('argo-rollouts', 'argoproj.io/v1alpha1/rollouts', 'Rollout', [
  ['good', { spec: rollout }],
  ['replicas that are a text', { spec: { ...rollout, replicas: 'two' } }],
  ['a weight that is a text', { spec: { ...rollout, strategy: { canary: { steps: [{ setWeight: 'x' }] } } } }],
  ['a template that is a list', { spec: { ...rollout, template: [] } }],
]);

const served = { template: { spec: { containers: [{ image: 'i' }] } } };
of('knative', 'serving.knative.dev/v1/services', 'Service', [
  ['good', { spec: served }],
  ['traffic that is no list', { spec: { ...served, traffic: { percent: 100 } } }],
  ['a share that is a text', { spec: { ...served, traffic: [{ percent: 'half' }] } }],
  ['a container without an image', { spec: { template: { spec: { containers: [{ ports: 'x' }] } } } }],
]);

const route = [{ destination: { host: 's' } }];
of('istio', 'networking.istio.io/v1/virtualservices', 'VirtualService', [
  ['good', { spec: { hosts: ['s'], http: [{ route, timeout: '5s' }] } }],
  ['a time that is none', { spec: { hosts: ['s'], http: [{ route, timeout: 'soon' }] } }],
  ['a destination without a host', { spec: { hosts: ['s'], http: [{ route: [{ destination: {} }] }] } }],
]);
of('istio', 'networking.istio.io/v1/serviceentries', 'ServiceEntry', [
  [
    'good',
    { spec: { hosts: ['example.com'], resolution: 'DNS', ports: [{ name: 'h', number: 80, protocol: 'HTTP' }] } },
  ],
  ['no hosts', { spec: { resolution: 'DNS' } }],
  ['an unknown resolution', { spec: { hosts: ['example.com'], resolution: 'MAYBE' } }],
  ['selector and endpoints', { spec: { hosts: ['a.b'], workloadSelector: {}, endpoints: [{ address: '1.1.1.1' }] } }],
]);

export const SAMPLES: readonly Sample[] = samples;
