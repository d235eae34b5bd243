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

function pod(name: string, padding: string): Buffer {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'bench', tier: 'backend' }, annotations: { 'bench.example/padding': padding } },
    spec: {
      automountServiceAccountToken: false,
      // Nobody opens the gate: the scheduler leaves these pods alone, and what is measured is the API.
      schedulingGates: [{ name: 'bench.example/hold' }],
      containers: [container('main', 8080), container('sidecar', 9090)],
      volumes: [{ name: 'settings', configMap: { name: 'settings', optional: true } }],
    },
  };
  return Buffer.from(JSON.stringify(object));
}

/** Pods as services have them, 3 KB of JSON each, made before the clock starts. */
export function podBodies(prefix: string, count: number): Buffer[] {
  const padding = 'x'.repeat(Math.max(0, POD_BYTES - pod(`${prefix}-00000`, '').length));
  return Array.from({ length: count }, (_, i) => pod(`${prefix}-${String(i).padStart(5, '0')}`, padding));
}
