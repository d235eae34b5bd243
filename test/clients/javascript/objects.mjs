// KubernetesObjectApi of @kubernetes/client-node: a manifest of several kinds, for programs that take whatever comes.
import { KubeConfig, KubernetesObjectApi, loadAllYaml, PatchStrategy } from '@kubernetes/client-node';
import { check, equal, isAdmin, matches, namespace, refused } from './checks.mjs';

const config = new KubeConfig();
config.loadFromDefault();
const api = KubernetesObjectApi.makeApiClient(config);

const MANIFEST = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, labels: { part-of: shop } }
data: { color: red }
---
apiVersion: v1
kind: Service
metadata: { name: shop, labels: { part-of: shop } }
spec: { selector: { app: shop }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, labels: { part-of: shop } }
spec:
  replicas: 0
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec: { containers: [{ name: web, image: nginx }, { name: log, image: busybox }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, labels: { part-of: shop } }
spec: { rules: [{ host: shop.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service:
  { name: shop, port: { name: http } } } }] } }] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: shop, labels: { part-of: shop } }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects: [{ kind: Group, name: buyers, apiGroup: rbac.authorization.k8s.io }]
`;

const manifest = () => loadAllYaml(MANIFEST);
const settings = (more) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, ...more });
const deployment = (more) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'shop' }, ...more });
const apply = (object, manager, force) =>
  api.patch(object, undefined, undefined, manager, force, PatchStrategy.ServerSideApply);

/** Who has set what, as `manager operation`. */
const managers = ({ metadata }) => metadata.managedFields.map(({ manager, operation }) => `${manager} ${operation}`);

await check('a manifest of five kinds is created in the namespace of the context', async () => {
  for (const object of manifest()) {
    const created = await api.create(object);
    equal(
      [created.kind, created.metadata.name, created.metadata.namespace],
      [object.kind, object.metadata.name, namespace],
    );
  }
});

await check('creating it again tells for each kind that it is there', async () => {
  for (const object of manifest()) {
    const { message } = await refused(api.create(object), 409, 'AlreadyExists');
    matches(message, /^\w+(\.[\w.]+)? "\w+" already exists$/);
  }
});

await check('what is read has what the server has filled in, with dates as dates', async () => {
  const service = await api.read({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop' } });
  matches(service.spec.clusterIP, /^\d+\.\d+\.\d+\.\d+$/);
  equal([service.spec.type, service.spec.ports[0].protocol], ['ClusterIP', 'TCP']);
  equal(service.metadata.creationTimestamp instanceof Date, true);
});

await check('one kind is listed by label and by field', async () => {
  const byLabel = (selector) =>
    api.list('v1', 'ConfigMap', namespace, undefined, undefined, undefined, undefined, selector);
  equal((await byLabel('part-of=shop')).items.length, 1);
  equal((await byLabel('part-of notin (shop), part-of')).items, []);
  const byField = await api.list(
    'v1',
    'ConfigMap',
    namespace,
    undefined,
    undefined,
    undefined,
    'metadata.name=settings',
  );
  equal(
    byField.items.map(({ data }) => data),
    [{ color: 'red' }],
  );
});

await check('a strategic patch changes one container by its name', async () => {
  const containers = [{ name: 'log', image: 'busybox:1.37' }];
  const patched = await api.patch(deployment({ spec: { template: { spec: { containers } } } }));
  equal(
    patched.spec.template.spec.containers.map(({ name, image }) => [name, image]),
    [
      ['web', 'nginx'],
      ['log', 'busybox:1.37'],
    ],
  );
});

await check('a merge patch replaces the list of containers', async () => {
  const containers = [{ name: 'web', image: 'nginx' }];
  const body = deployment({ spec: { template: { spec: { containers } } } });
  const patched = await api.patch(body, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
  equal(patched.spec.template.spec.containers.length, 1);
  equal(patched.metadata.generation, 3);
});

await check('a dry run changes nothing', async () => {
  const tried = await api.patch(settings({ data: { color: 'blue' } }), undefined, 'All');
  equal(tried.data.color, 'blue');
  equal((await api.read(settings())).data.color, 'red');
});

await check('server-side apply creates, and tells who owns which fields', async () => {
  const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { a: '1', b: '2' } };
  const created = await apply(applied, 'one');
  equal([created.data, managers(created)], [{ a: '1', b: '2' }, ['one Apply']]);
  equal(created.metadata.managedFields[0].fieldsV1, { 'f:data': { 'f:a': {}, 'f:b': {} } });
});

await check('a conflict of server-side apply names the field and its owner, and force settles it', async () => {
  const other = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { a: '9' } };
  const { details, message } = await refused(apply(other, 'two'), 409, 'Conflict');
  equal(message, 'Apply failed with 1 conflict: conflict with "one": .data.a');
  equal(details.causes, [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' }]);
  const forced = await apply(other, 'two', true);
  equal([forced.data, managers(forced)], [{ a: '9', b: '2' }, ['one Apply', 'two Apply']]);
});

await check('what is applied no more goes away', async () => {
  const less = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { c: '3' } };
  equal((await apply(less, 'one')).data, { a: '9', c: '3' });
});

await check('replacing takes the newest revision only', async () => {
  const current = await api.read(settings());
  const replaced = await api.replace({ ...current, data: { color: 'green' } });
  equal(replaced.data, { color: 'green' });
  await refused(api.replace({ ...current, data: { color: 'yellow' } }), 409, 'Conflict');
});

await check('deleting an owner in the foreground takes along what it owns', async () => {
  const owner = await api.read(settings());
  const { apiVersion, kind } = owner;
  const { name, uid } = owner.metadata;
  const ownerReferences = [{ apiVersion, kind, name, uid, blockOwnerDeletion: true, controller: true }];
  const owned = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'owned', ownerReferences } };
  await api.create(owned);
  await api.delete(owner, undefined, undefined, undefined, undefined, 'Foreground');
  for (const object of [owned, owner])
    for (;;) {
      const found = await api.read(object).catch(({ code }) => code);
      if (found === 404) break;
    }
});

await check('a kind that is not there is told by its name', async () => {
  const unknown = api.read({ apiVersion: 'apps/v1', kind: 'Gizmo', metadata: { name: 'x' } });
  const error = await unknown.catch((reason) => reason);
  matches(error.message, /Unrecognized API version and kind: apps\/v1 Gizmo/);
});

await check('the rest of the manifest is deleted, and is not there then', async () => {
  for (const object of manifest().slice(1)) {
    await api.delete(object);
    await refused(api.read(object), 404, 'NotFound');
  }
});

if (!isAdmin)
  await check('a kind of the cluster and another namespace are forbidden', async () => {
    await refused(api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }), 403, 'Forbidden');
    const elsewhere = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'default' } };
    const { message } = await refused(apply(elsewhere, 'one'), 403, 'Forbidden');
    matches(message, /cannot patch resource "configmaps" in API group "" in the namespace "default"$/);
  });
