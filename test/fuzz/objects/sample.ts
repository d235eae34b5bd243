/** An object that a server takes, to begin from: what is changed at random comes further than what is made up. */
export interface Sample {
  /** `apps/v1/deployments`; the core group is empty: `/v1/pods`. */
  readonly kind: string;
  /** Of the one that exists; `fuzz` unless given. */
  readonly name?: string;
  /** Labels of the one that exists. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Everything but kind, apiVersion and metadata. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Why none is made before the requests begin; patches then meet nothing, or what is there already. */
  readonly unmade?: string;
}

export const LABELS = { app: 'fuzz' };

/** Of pods that nobody makes: a controller of the real server would delete others of the same labels. */
export const TEMPLATE_LABELS = { run: 'none' };

export const POD_SPEC = {
  containers: [
    {
      name: 'main',
      image: 'registry.k8s.io/pause:3.10',
      ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
      env: [
        { name: 'A', value: '1' },
        { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } },
      readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 },
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    },
  ],
  initContainers: [{ name: 'first', image: 'busybox', command: ['true'] }],
  tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }],
  nodeSelector: { 'fuzz.example.com/none': 'true' },
  volumes: [
    { name: 'data', emptyDir: {} },
    { name: 'config', configMap: { name: 'fuzz', optional: true } },
  ],
};

export const POD_TEMPLATE = { metadata: { labels: TEMPLATE_LABELS }, spec: POD_SPEC };
