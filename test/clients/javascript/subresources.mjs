// Subresources and reviews through the typed API of @kubernetes/client-node.
import {
  AppsV1Api,
  AuthenticationV1Api,
  AuthorizationV1Api,
  AutoscalingV1Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  PolicyV1Api,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { check, equal, isAdmin, matches, namespace, refused } from './checks.mjs';

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const apps = config.makeApiClient(AppsV1Api);
const policy = config.makeApiClient(PolicyV1Api);
const authorization = config.makeApiClient(AuthorizationV1Api);

const as = (strategy) => setHeaderOptions('Content-Type', strategy);
const web = { name: 'web', namespace };
const labels = { app: 'web' };
const containers = [{ name: 'main', image: 'nginx' }];
// No node is called so: they stay where they are created.
const nodeSelector = { 'kubernetes.io/hostname': 'none' };

await check('a Deployment is scaled by its subresource, with the revision that was read', async () => {
  const template = { metadata: { labels }, spec: { containers, nodeSelector } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  await apps.createNamespacedDeployment({ namespace, body: { metadata: { name: 'web' }, spec } });
  const scale = await apps.readNamespacedDeploymentScale(web);
  equal([scale.kind, scale.apiVersion, scale.spec.replicas], ['Scale', 'autoscaling/v1', 1]);
  scale.spec.replicas = 2;
  const stale = structuredClone(scale);
  stale.metadata.resourceVersion = '1';
  await refused(apps.replaceNamespacedDeploymentScale({ ...web, body: stale }), 409, 'Conflict');
  for (;;) {
    const current = await apps.readNamespacedDeploymentScale(web);
    current.spec.replicas = 2;
    const replaced = await apps.replaceNamespacedDeploymentScale({ ...web, body: current }).catch((error) => error);
    if (replaced.code === 409) continue;
    equal(replaced.spec.replicas, 2);
    break;
  }
  const patch = { ...web, body: { spec: { replicas: 3 } } };
  await apps.patchNamespacedDeploymentScale(patch, as(PatchStrategy.MergePatch));
  equal((await apps.readNamespacedDeployment(web)).spec.replicas, 3);
});

await check('a failed test of a JSON patch changes nothing', async () => {
  const body = [
    { op: 'test', path: '/spec/replicas', value: 7 },
    { op: 'replace', path: '/spec/replicas', value: 5 },
  ];
  await refused(apps.patchNamespacedDeployment({ ...web, body }, as(PatchStrategy.JsonPatch)), 422, 'Invalid');
  equal((await apps.readNamespacedDeployment(web)).spec.replicas, 3);
});

await check('an invalid object is refused with a cause for each field', async () => {
  const body = {
    metadata: { name: 'Bad_Name' },
    spec: { selector: labels, ports: [{ port: 70_000, targetPort: 80 }] },
  };
  const { details } = await refused(core.createNamespacedService({ namespace, body }), 422, 'Invalid');
  equal([details.name, details.kind], ['Bad_Name', 'Service']);
  equal(
    details.causes.map(({ field, reason }) => `${field} ${reason}`),
    ['metadata.name FieldValueInvalid', 'spec.ports[0].port FieldValueInvalid'],
  );
});

await check('a field that is unknown is refused when the request is strict', async () => {
  const operations = [{ op: 'add', path: '/spec/colour', value: 'red' }];
  const patch = { ...web, body: operations, fieldValidation: 'Strict' };
  const call = apps.patchNamespacedDeployment(patch, as(PatchStrategy.JsonPatch));
  const { message } = await refused(call, 422, 'Invalid');
  matches(message, /unknown field "spec\.colour"/);
});

await check('a name is made up behind a prefix', async () => {
  const body = { metadata: { generateName: 'made-up-' } };
  const { metadata } = await core.createNamespacedConfigMap({ namespace, body });
  matches(metadata.name, /^made-up-[a-z0-9]{5}$/);
  const generated = { namespace, name: metadata.name };
  const preconditions = { uid: 'other' };
  const call = core.deleteNamespacedConfigMap({ ...generated, body: { preconditions } });
  matches(
    (await refused(call, 409, 'Conflict')).message,
    /the UID in the precondition \(other\) does not match the UID in record/,
  );
  const gone = await core.deleteNamespacedConfigMap({ ...generated, body: { preconditions: { uid: metadata.uid } } });
  equal([gone.status, gone.details.uid], ['Success', metadata.uid]);
});

await check('an immutable field stays as it is', async () => {
  const body = { spec: { selector: { matchLabels: { app: 'other' } } } };
  const call = apps.patchNamespacedDeployment({ ...web, body }, as(PatchStrategy.MergePatch));
  const { details } = await refused(call, 422, 'Invalid');
  const last = details.causes.at(-1);
  equal(last.field, 'spec.selector');
  matches(last.message, /field is immutable$/);
});

await check('a pod is evicted once its budget allows it', async () => {
  const pod = { name: 'lonely', namespace };
  const metadata = { name: 'lonely', labels: { app: 'lonely' } };
  await core.createNamespacedPod({ namespace, body: { metadata, spec: { containers, nodeSelector } } });
  const budget = {
    metadata: { name: 'lonely' },
    spec: { minAvailable: 1, selector: { matchLabels: metadata.labels } },
  };
  await policy.createNamespacedPodDisruptionBudget({ namespace, body: budget });
  const missing = { name: 'missing', namespace, body: { metadata: { name: 'missing', namespace } } };
  await refused(core.createNamespacedPodEviction(missing), 404, 'NotFound');
  const tried = { ...pod, dryRun: 'All', body: { metadata: pod } };
  equal((await core.createNamespacedPodEviction(tried)).kind, 'Status');
  equal((await core.readNamespacedPod(pod)).metadata.deletionTimestamp, undefined);
  await core.createNamespacedPodEviction({ ...pod, body: { metadata: pod } });
  await refused(core.readNamespacedPod(pod), 404, 'NotFound');
});

await check('a token of a service account is issued for an audience, and says who it is', async () => {
  await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: 'robot' } } });
  const body = { spec: { audiences: ['shop'], expirationSeconds: 600 } };
  const answer = await core.createNamespacedServiceAccountToken({ name: 'robot', namespace, body });
  const claims = JSON.parse(Buffer.from(answer.status.token.split('.')[1], 'base64url').toString());
  equal([claims.aud, claims.sub], [['shop'], `system:serviceaccount:${namespace}:robot`]);
  equal(claims.exp - claims.iat, 600);
});

await check('who asks is told who that is', async () => {
  const api = config.makeApiClient(AuthenticationV1Api);
  const { status } = await api.createSelfSubjectReview({ body: {} });
  if (isAdmin) equal(status.userInfo.groups.includes('system:authenticated'), true);
  else equal(status.userInfo.username, `system:serviceaccount:${namespace}:tester`);
});

await check('what one may do is said before it is tried', async () => {
  const may = async (resourceAttributes) => {
    const { status } = await authorization.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } });
    return status.allowed;
  };
  equal(await may({ verb: 'create', resource: 'pods', subresource: 'eviction', namespace }), true);
  equal(await may({ verb: 'delete', resource: 'nodes' }), isAdmin);
  equal(await may({ verb: 'get', resource: 'pods', namespace: 'default' }), isAdmin);
});

await check('access of others is reviewed in the namespace', async () => {
  const resourceAttributes = { verb: 'list', resource: 'secrets', namespace };
  const user = `system:serviceaccount:${namespace}:robot`;
  const body = { metadata: { namespace }, spec: { user, resourceAttributes } };
  const { status } = await authorization.createNamespacedLocalSubjectAccessReview({ namespace, body });
  equal(status.allowed, false);
});

await check('the Scale of a kind is no object of its own', async () => {
  const call = config.makeApiClient(AutoscalingV1Api).readNamespacedHorizontalPodAutoscaler(web);
  const { details, message } = await refused(call, 404, 'NotFound');
  equal(message, 'horizontalpodautoscalers.autoscaling "web" not found');
  equal(details, { name: 'web', group: 'autoscaling', kind: 'horizontalpodautoscalers' });
});

if (isAdmin)
  await check('the status of a node is patched', async () => {
    const node = { name: 'javascript-node' };
    await core.createNode({ body: { metadata: node } });
    const patch = { ...node, body: { status: { capacity: { cpu: '3' } } } };
    const { status } = await core.patchNodeStatus(patch, as(PatchStrategy.StrategicMergePatch));
    equal(status.capacity, { cpu: '3' });
    await core.deleteNode(node);
  });
else
  await check('reviews of tokens and nodes are forbidden', async () => {
    const api = config.makeApiClient(AuthenticationV1Api);
    await refused(api.createTokenReview({ body: { spec: { token: 'x' } } }), 403, 'Forbidden');
    await refused(core.readNode({ name: 'node01' }), 403, 'Forbidden');
  });
