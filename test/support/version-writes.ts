/** Objects of clients that know more than an older server does, and the part of its answers that is always the same. */

export interface VersionWrite {
  readonly path: string;
  readonly body: object;
  readonly validation: 'Ignore' | 'Warn' | 'Strict';
}

export interface ShownWrite {
  readonly code: number;
  readonly warnings: readonly string[];
  readonly object: unknown;
}

const VARYING = new Set(['uid', 'creationTimestamp', 'resourceVersion', 'time', 'clusterIP', 'clusterIPs', 'nodePort']);
const OWN_UIDS = /^(batch\.kubernetes\.io\/)?controller-uid$/;

/** The answer without what differs from one request to the next. An unset time says something. */
export function shownWrite(code: number, warnings: readonly string[], json: unknown): ShownWrite {
  const text = JSON.stringify(json, (key, value: unknown) => {
    if (OWN_UIDS.test(key) || (VARYING.has(key) && value !== null)) return undefined;
    return typeof value === 'string' && value.startsWith('kube-api-access-') ? 'kube-api-access' : value;
  });
  return { code, warnings, object: JSON.parse(text) as unknown };
}

const container = {
  name: 'c',
  image: 'nginx',
  resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
  restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }],
  lifecycle: { preStop: { sleep: { seconds: 1 } } },
  volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: true, recursiveReadOnly: 'IfPossible' }],
};

const template = {
  metadata: { labels: { app: 'web' } },
  spec: {
    hostUsers: true,
    hostnameOverride: 'other',
    noSuchField: 1,
    resources: { requests: { cpu: '1' } },
    securityContext: { supplementalGroupsPolicy: 'Merge', seLinuxChangePolicy: 'Recursive' },
    containers: [container],
    volumes: [
      { name: 'v', emptyDir: {} },
      { name: 'azure', azureDisk: { diskName: 'd', diskURI: 'https://a.blob.core.windows.net/b/c.vhd' } },
      { name: 'iscsi', iscsi: { targetPortal: '192.0.2.1', iqn: 'iqn.2001-04.com.example:a.b', lun: 0 } },
    ],
  },
};

const metadata = { name: 'golden' };
const plain = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'nginx' }] } };

const OBJECTS: readonly (readonly [path: string, body: object])[] = [
  ['/api/v1/namespaces/default/pods', { metadata, spec: template.spec }],
  ['/apis/apps/v1/namespaces/default/deployments', deployment()],
  [
    '/apis/batch/v1/namespaces/default/jobs',
    {
      metadata,
      spec: {
        completionMode: 'Indexed',
        completions: 2,
        managedBy: 'example.com/job',
        successPolicy: { rules: [{ succeededCount: 1 }] },
        backoffLimitPerIndex: 1,
        template: plain,
      },
    },
  ],
  [
    '/api/v1/namespaces/default/services',
    { metadata, spec: { ports: [{ port: 80 }], trafficDistribution: 'PreferClose', type: 'LoadBalancer' } },
  ],
  [
    '/api/v1/namespaces/default/persistentvolumeclaims',
    {
      metadata,
      spec: {
        accessModes: ['ReadWriteOnce'],
        volumeAttributesClassName: 'fast',
        resources: { requests: { storage: '1Gi' } },
      },
    },
  ],
  [
    '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
    {
      metadata,
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
        behavior: { scaleUp: { tolerance: '0.1', policies: [{ type: 'Pods', value: 1, periodSeconds: 1 }] } },
      },
    },
  ],
  [
    '/apis/coordination.k8s.io/v1/namespaces/default/leases',
    { metadata, spec: { holderIdentity: 'a', strategy: 'OldestEmulationVersion', preferredHolder: 'b' } },
  ],
  ['/api/v1/namespaces/default/endpoints', { metadata, subsets: [] }],
  ['/apis/networking.k8s.io/v1/servicecidrs', { metadata, spec: { cidrs: ['10.200.0.0/24'] } }],
];

function deployment(): object {
  return { metadata, spec: { selector: { matchLabels: { app: 'web' } }, template } };
}

/** Each object with each way to take fields that are not there. */
export function sampleWrites(): VersionWrite[] {
  const validations = ['Ignore', 'Warn', 'Strict'] as const;
  return OBJECTS.flatMap(([path, body]) => validations.map((validation) => ({ path, body, validation })));
}
