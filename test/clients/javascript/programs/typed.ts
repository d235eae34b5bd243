// A TypeScript program over @kubernetes/client-node's types: a Deployment that is watched, scaled and rolled out.
import {
  ApiException,
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  type CoreV1Event,
  DiscoveryV1Api,
  type Informer,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  type ObjectCache,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  type V1Deployment,
  type V1Job,
  type V1Pod,
  type V1ReplicaSet,
  type V1Scale,
  type V1Service,
  type V1Status,
  Watch,
} from '@kubernetes/client-node';
import { check, equal, isAdmin, matches, namespace } from '../checks.mjs';

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const apps = config.makeApiClient(AppsV1Api);
const batch = config.makeApiClient(BatchV1Api);
const discovery = config.makeApiClient(DiscoveryV1Api);

const labels: Readonly<Record<string, string>> = { app: 'web' };
const labelSelector = 'app=web';
const web = { name: 'web', namespace } as const;

const deployment = {
  metadata: { name: 'web', labels },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx:1.29' }] } },
  },
} satisfies V1Deployment;

/** The Status that a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<V1Status> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiException && typeof error.body === 'string') return JSON.parse(error.body) as V1Status;
    throw error;
  }
  throw new Error('was not refused');
}

/** Watches one object until it is as it should be. */
async function until<T extends KubernetesObject>(
  path: string,
  name: string,
  isDone: (object: T) => boolean,
): Promise<T> {
  const fieldSelector = `metadata.name=${name}`;
  return new Promise<T>((resolve, reject) => {
    const onEvent = (type: string, object: T): void => {
      if (type !== 'DELETED' && isDone(object)) resolve(object);
    };
    new Watch(config)
      .watch(path, { fieldSelector }, onEvent, (error: unknown) => {
        reject(error instanceof Error ? error : new Error('the watch has ended'));
      })
      .catch(reject);
  });
}

const inNamespace = (group: string, plural: string): string => `/apis/${group}/namespaces/${namespace}/${plural}`;

/** Whether all that was asked for runs, and nothing else. */
function isRolledOut({ metadata, spec, status }: V1Deployment): boolean {
  const wanted = spec?.replicas ?? 1;
  const counts = [status?.replicas, status?.updatedReplicas, status?.readyReplicas, status?.availableReplicas];
  return status?.observedGeneration === metadata?.generation && counts.every((count) => (count ?? 0) === wanted);
}

const rolledOut = (): Promise<V1Deployment> =>
  until<V1Deployment>(inNamespace('apps/v1', 'deployments'), 'web', isRolledOut);

const isReady = ({ status }: V1Pod): boolean =>
  status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;

const list = (): Promise<KubernetesListObject<V1Pod>> => core.listNamespacedPod({ namespace, labelSelector });
const pods: Informer<V1Pod> & ObjectCache<V1Pod> = makeInformer(
  config,
  `/api/v1/namespaces/${namespace}/pods`,
  list,
  labelSelector,
);

await check('a Deployment is created with the defaults of the server', async () => {
  const created: V1Deployment = await apps.createNamespacedDeployment({ namespace, body: deployment });
  equal(created.spec?.strategy, { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } });
  equal(created.metadata?.creationTimestamp instanceof Date, true);
});

await check('an informer of its pods has both once it is rolled out', async () => {
  await pods.start();
  const { status } = await rolledOut();
  const available = status?.conditions?.find(({ type }) => type === 'Available');
  equal([available?.status, available?.reason], ['True', 'MinimumReplicasAvailable']);
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  equal(items.length, 2);
  equal(items.every(isReady), true);
  const known = (): boolean => items.every(({ metadata }) => pods.get(metadata?.name ?? '', namespace) !== undefined);
  while (!known()) await new Promise<void>((resolve) => pods.on('add', () => resolve()));
});

await check('its scale is read and replaced', async () => {
  for (;;) {
    const scale: V1Scale = await apps.readNamespacedDeploymentScale(web);
    scale.spec = { replicas: 3 };
    try {
      const replaced = await apps.replaceNamespacedDeploymentScale({ ...web, body: scale });
      equal([replaced.spec?.replicas, replaced.status?.selector], [3, 'app=web']);
      break;
    } catch (error) {
      if (!(error instanceof ApiException) || error.code !== 409) throw error;
    }
  }
  equal((await rolledOut()).status?.readyReplicas, 3);
});

await check('a new image is rolled out by another ReplicaSet, which the Deployment owns', async () => {
  const containers = [{ name: 'main', image: 'nginx:1.30' }];
  const body = { spec: { template: { spec: { containers } } } };
  const asPatch = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
  const patched = await apps.patchNamespacedDeployment({ ...web, body }, asPatch);
  await rolledOut();
  const { items } = await apps.listNamespacedReplicaSet({ namespace, labelSelector });
  const byRevision = (set: V1ReplicaSet): string =>
    set.metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? '';
  const sets = items.toSorted((a, b) => byRevision(a).localeCompare(byRevision(b)));
  equal(
    sets.map((set) => [byRevision(set), set.spec?.replicas, set.spec?.template?.spec?.containers[0]?.image]),
    [
      ['1', 0, 'nginx:1.29'],
      ['2', 3, 'nginx:1.30'],
    ],
  );
  const owner = sets[1]?.metadata?.ownerReferences?.[0];
  equal([owner?.kind, owner?.uid, owner?.controller], ['Deployment', patched.metadata?.uid, true]);
});

await check('events tell how it was scaled', async () => {
  const fieldSelector = 'involvedObject.kind=Deployment,involvedObject.name=web,reason=ScalingReplicaSet';
  const { items } = await core.listNamespacedEvent({ namespace, fieldSelector });
  const messages = items.map(({ message }: CoreV1Event) => message ?? '');
  equal(messages.filter((message) => /^Scaled up replica set web-\w+ from 0 to 2$/.test(message)).length, 1);
});

await check('a Service with a named port has the pods as ready endpoints', async () => {
  const ports = [{ name: 'http', port: 80, targetPort: 80 }];
  const body: V1Service = { metadata: { name: 'web' }, spec: { selector: { ...labels }, ports } };
  const service = await core.createNamespacedService({ namespace, body });
  matches(service.spec?.clusterIP, /^[\d.]+$/);
  const named = 'kubernetes.io/service-name=web';
  for (;;) {
    const { items } = await discovery.listNamespacedEndpointSlice({ namespace, labelSelector: named });
    const endpoints = items.flatMap((slice) => slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready);
    if (endpoints.length < 3) continue;
    equal(
      endpoints.map(({ targetRef }) => targetRef?.kind),
      ['Pod', 'Pod', 'Pod'],
    );
    break;
  }
});

await check('a Job completes, and its pod tells the exit code', async () => {
  const containers = [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'exit 0'] }];
  const body: V1Job = {
    metadata: { name: 'once' },
    spec: { template: { spec: { containers, restartPolicy: 'Never' } } },
  };
  await batch.createNamespacedJob({ namespace, body });
  const isComplete = ({ status }: V1Job): boolean =>
    status?.conditions?.some(({ type, status: is }) => type === 'Complete' && is === 'True') ?? false;
  const job = await until<V1Job>(inNamespace('batch/v1', 'jobs'), 'once', isComplete);
  equal(job.status?.succeeded, 1);
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: 'job-name=once' });
  equal(items[0]?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 0);
});

await check('errors have the Status as their body', async () => {
  const missing = await refusal(core.readNamespacedConfigMap({ name: 'missing', namespace }));
  equal([missing.code, missing.reason, missing.details?.name], [404, 'NotFound', 'missing']);
  const invalid = await refusal(
    core.createNamespacedPod({ namespace, body: { metadata: { name: 'x' }, spec: { containers: [] } } }),
  );
  equal(
    invalid.details?.causes?.map(({ field, reason }) => [field, reason]),
    [['spec.containers', 'FieldValueRequired']],
  );
});

await check('the generic API keeps the type of an object', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config);
  const spec: V1ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'typed', namespace },
    data: { a: '1' },
  };
  const created = await objects.create<V1ConfigMap>(spec);
  created.data = { ...created.data, b: '2' };
  const replaced = await objects.replace<V1ConfigMap>(created);
  equal(replaced.data, { a: '1', b: '2' });
});

await check('deleted in the foreground, it is gone after its pods', async () => {
  await apps.deleteNamespacedDeployment({ ...web, propagationPolicy: 'Foreground' });
  for (;;) {
    const found = await apps.readNamespacedDeployment(web).catch((error: unknown) => error);
    if (found instanceof ApiException) {
      equal(found.code, 404);
      break;
    }
  }
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  equal(items, []);
  while (pods.list().length > 0) await new Promise<void>((resolve) => pods.on('delete', () => resolve()));
  await pods.stop();
});

if (!isAdmin)
  await check('Deployments of other namespaces are forbidden', async () => {
    const { code, message } = await refusal(apps.listDeploymentForAllNamespaces());
    equal(code, 403);
    matches(message, /cannot list resource "deployments" in API group "apps" at the cluster scope$/);
  });

process.exit();
