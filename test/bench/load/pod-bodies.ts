const POD_BYTES = 3072;

/** The collection that pods of the bench go to: the namespace that every cluster has. */
export const PODS = '/api/v1/namespaces/default/pods';

function container(name: string, port: number): object {
  const settings = Array.from({ length: 6 }, (_, i) => ({ name: `OPTION_${i}`, value: `what-option-${i}-is-set-to` }));
  return {
    name,
    image: `registry.example/shop/${name}:v2.4.1`,
    imagePullPolicy: 'IfNotPresent',
    ports: [{ name: `${name}-port`, containerPort: port, protocol: 'TCP' }],
    env: [...settings, { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }],
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port }, periodSeconds: 5 },
    livenessProbe: { httpGet: { path: '/alive', port }, periodSeconds: 10, failureThreshold: 5 },
    volumeMounts: [{ name: 'settings', mountPath: '/etc/settings', readOnly: true }],
  };
}

/** An annotation of each pod for those that want to change something. */
export const SEQUENCE = 'bench.example/sequence';

/** What is special about a pod. */
export interface PodTraits {
  readonly labels?: Readonly<Record<string, string>>;
  /** The node that it runs on. */
  readonly nodeName?: string;
}

function pod(name: string, padding: string, { labels, nodeName }: PodTraits = {}): Buffer {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { app: 'bench', tier: 'backend', ...labels },
      annotations: { 'bench.example/padding': padding, [SEQUENCE]: '0' },
    },
    spec: {
      automountServiceAccountToken: false,
      // Nobody opens the gate: the scheduler leaves these pods alone, and what is measured is the API.
      ...(nodeName === undefined ? { schedulingGates: [{ name: 'bench.example/hold' }] } : { nodeName }),
      containers: [container('main', 8080), container('sidecar', 9090)],
      volumes: [{ name: 'settings', configMap: { name: 'settings', optional: true } }],
    },
  };
  return Buffer.from(JSON.stringify(object));
}

/** The name of a pod of {@link podBodies}. */
export const podName = (prefix: string, i: number): string => `${prefix}-${String(i).padStart(5, '0')}`;

/** Pods as services have them, 3 KB of JSON each, made before the clock starts. */
export function podBodies(prefix: string, count: number, traitsOf?: (i: number) => PodTraits): Buffer[] {
  const padding = 'x'.repeat(Math.max(0, POD_BYTES - pod(podName(prefix, 0), '').length));
  return Array.from({ length: count }, (_, i) => pod(podName(prefix, i), padding, traitsOf?.(i)));
}
