/** What is made at random: one builder for each kind. */
import type { Choice } from './choice.ts';

export const NAMESPACES = ['alpha', 'beta', 'gamma'] as const;
/** Names of one kind: few, so that many come back soon after they are gone. */
const NAMES = ['a', 'b', 'c', 'd'];
/** Workloads that share a label would fight for pods for ever, as they do upstream. */
export const OWNER_LABEL = 'own';
export const CLASS = 'standard';

export interface Made {
  readonly resource: string;
  readonly body: {
    readonly metadata: { readonly name: string; readonly labels?: object };
    readonly [field: string]: unknown;
  };
}

const container = (choice: Choice, script?: string): object => ({
  name: 'c',
  image: `nginx:${choice.whole(1, 5)}`,
  ...(script !== undefined && { command: ['sh', '-c', script] }),
  resources: { requests: { cpu: '10m', memory: '8Mi' } },
});

export const labelOf = (resource: string, name: string): string => `${resource.split('/').at(-1)}-${name}`;

function template(choice: Choice, label: string): object {
  return { metadata: { labels: { [OWNER_LABEL]: label } }, spec: { containers: [container(choice)] } };
}

function workload(choice: Choice, resource: string, more: (label: string) => object): Made {
  const name = choice.of(NAMES) ?? '';
  const label = labelOf(resource, name);
  const selector = { matchLabels: { [OWNER_LABEL]: label } };
  const spec = { selector, template: template(choice, label), ...more(label) };
  return { resource, body: { metadata: { name }, spec } };
}

const replicas = (choice: Choice): { replicas: number } => ({ replicas: choice.whole(0, 5) });

function jobSpec(choice: Choice): object {
  const script = choice.of(['true', 'exit 0', 'exit 3', `sleep ${choice.whole(1, 90)}`]);
  const spec = { restartPolicy: 'Never', containers: [container(choice, script)] };
  return {
    template: { metadata: { labels: { kind: 'job' } }, spec },
    parallelism: choice.whole(1, 3),
    ...(choice.oneIn(2) && { completions: choice.whole(1, 4) }),
    backoffLimit: choice.whole(0, 2),
    ...(choice.oneIn(3) && { ttlSecondsAfterFinished: choice.whole(0, 120) }),
    ...(choice.oneIn(4) && { activeDeadlineSeconds: choice.whole(5, 120) }),
    ...(choice.oneIn(5) && { completionMode: 'Indexed', completions: choice.whole(1, 4) }),
  };
}

const claimSpec = (choice: Choice): object => ({
  accessModes: ['ReadWriteOnce'],
  storageClassName: CLASS,
  resources: { requests: { storage: `${choice.whole(1, 3)}Gi` } },
});

/** A label that some workload may select. */
export function anyLabel(choice: Choice): string {
  const resource = choice.of(['deployments', 'replicasets', 'replicationcontrollers', 'statefulsets', 'daemonsets']);
  return labelOf(resource ?? '', choice.of(NAMES) ?? '');
}

function service(choice: Choice): Made {
  const kind = choice.of(['ClusterIP', 'NodePort', 'None']);
  const spec = {
    ports: [{ port: 80, targetPort: 80 }],
    selector: { [OWNER_LABEL]: anyLabel(choice) },
    ...(kind === 'None' ? { clusterIP: 'None' } : { type: kind }),
  };
  return { resource: 'v1/services', body: { metadata: { name: `s${choice.of(NAMES)}` }, spec } };
}

function pod(choice: Choice): Made {
  const isMatching = choice.oneIn(2);
  const script = choice.oneIn(3) ? choice.of(['true', 'exit 1', 'sleep 20']) : undefined;
  const claim = choice.oneIn(4) ? choice.of(NAMES) : undefined;
  const spec = {
    containers: [container(choice, script)],
    ...(script !== undefined && { restartPolicy: 'Never' }),
    ...(claim !== undefined && { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: claim } }] }),
  };
  const labels = { [OWNER_LABEL]: isMatching ? anyLabel(choice) : 'nobody' };
  return { resource: 'v1/pods', body: { metadata: { name: `p${choice.whole(1, 9)}`, labels }, spec } };
}

function budget(choice: Choice): Made {
  const limit = choice.oneIn(2) ? { minAvailable: choice.whole(0, 3) } : { maxUnavailable: '50%' };
  const spec = { ...limit, selector: { matchLabels: { [OWNER_LABEL]: anyLabel(choice) } } };
  return { resource: 'policy/v1/poddisruptionbudgets', body: { metadata: { name: choice.of(NAMES) ?? '' }, spec } };
}

const named = (choice: Choice, resource: string, spec: object): Made => ({
  resource,
  body: { metadata: { name: choice.of(NAMES) ?? '' }, spec },
});

function statefulSet(choice: Choice): Made {
  const claims = choice.oneIn(2) ? [{ metadata: { name: 'data' }, spec: claimSpec(choice) }] : undefined;
  const policy = { whenDeleted: choice.of(['Retain', 'Delete']), whenScaled: choice.of(['Retain', 'Delete']) };
  return workload(choice, 'apps/v1/statefulsets', () => ({
    ...replicas(choice),
    serviceName: 'sa',
    podManagementPolicy: choice.of(['OrderedReady', 'Parallel']),
    ...(claims && { volumeClaimTemplates: claims, persistentVolumeClaimRetentionPolicy: policy }),
  }));
}

function cronJob(choice: Choice): Made {
  const schedule = `*/${choice.whole(1, 3)} * * * *`;
  const concurrencyPolicy = choice.of(['Allow', 'Forbid', 'Replace']);
  return named(choice, 'batch/v1/cronjobs', { schedule, concurrencyPolicy, jobTemplate: { spec: jobSpec(choice) } });
}

/** Every kind that is made, with how often. */
export const KINDS: readonly (readonly [weight: number, make: (choice: Choice) => Made])[] = [
  [
    4,
    (choice) =>
      workload(choice, 'apps/v1/deployments', () => ({
        ...replicas(choice),
        strategy: { type: choice.of(['RollingUpdate', 'Recreate']) },
        revisionHistoryLimit: choice.whole(0, 3),
      })),
  ],
  [2, (choice) => workload(choice, 'apps/v1/replicasets', () => replicas(choice))],
  [
    2,
    (choice) =>
      workload(choice, 'v1/replicationcontrollers', (label) => ({
        ...replicas(choice),
        selector: { [OWNER_LABEL]: label },
      })),
  ],
  [2, statefulSet],
  [1, (choice) => workload(choice, 'apps/v1/daemonsets', () => ({}))],
  [3, (choice) => named(choice, 'batch/v1/jobs', jobSpec(choice))],
  [1, cronJob],
  [4, pod],
  [3, service],
  [1, budget],
  [2, (choice) => named(choice, 'v1/persistentvolumeclaims', claimSpec(choice))],
];

export const CREATED = [
  'apps/v1/deployments',
  'apps/v1/replicasets',
  'v1/replicationcontrollers',
  'apps/v1/statefulsets',
  'apps/v1/daemonsets',
  'batch/v1/jobs',
  'batch/v1/cronjobs',
  'v1/pods',
  'v1/services',
  'policy/v1/poddisruptionbudgets',
  'v1/persistentvolumeclaims',
] as const;

/** Counts what the pods and objects of a namespace use; large enough for most of them. */
export const QUOTA: Made = {
  resource: 'v1/resourcequotas',
  body: {
    metadata: { name: 'all' },
    spec: {
      hard: {
        pods: '60',
        services: '12',
        'services.nodeports': '6',
        persistentvolumeclaims: '20',
        'requests.cpu': '2',
        'requests.storage': '100Gi',
        'count/deployments.apps': '10',
        'count/jobs.batch': '60',
      },
    },
  },
};
