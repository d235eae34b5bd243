// CustomObjectsApi of @kubernetes/client-node, with the kind that needs.yaml defines.
import { CustomObjectsApi, KubeConfig, PatchStrategy, setHeaderOptions, Watch } from '@kubernetes/client-node';
import { check, deferred, equal, isAdmin, matches, namespace, refused } from './checks.mjs';

const config = new KubeConfig();
config.loadFromDefault();
const api = config.makeApiClient(CustomObjectsApi);

const kind = { group: 'javascript.example.com', version: 'v1', namespace, plural: 'gadgets' };
const one = { ...kind, name: 'web' };
const gadget = (name, spec) => ({
  apiVersion: 'javascript.example.com/v1',
  kind: 'Gadget',
  metadata: { name, labels: { app: name } },
  spec,
});
const as = (strategy) => setHeaderOptions('Content-Type', strategy);

let created;

await check('a custom object is created with the defaults of its schema', async () => {
  created = await api.createNamespacedCustomObject({ ...kind, body: gadget('web', { size: 1 }) });
  equal(created.spec, { size: 1, color: 'red' });
  equal([created.metadata.generation, created.status], [1, undefined]);
});

await check('one that breaks its schema is refused with every cause', async () => {
  const body = gadget('bad', { size: 11, color: 'blue' });
  const { details, message } = await refused(api.createNamespacedCustomObject({ ...kind, body }), 422, 'Invalid');
  matches(message, /^Gadget\.javascript\.example\.com "bad" is invalid: /);
  const causes = details.causes.map(({ reason, field }) => `${field} ${reason}`).sort();
  // The first says that rules were not looked at.
  equal(causes, ['<nil> FieldValueInvalid', 'spec.color FieldValueNotSupported', 'spec.size FieldValueInvalid']);
});

await check('an unknown field is refused when asked for, and pruned otherwise', async () => {
  const body = gadget('more', { size: 1, weight: 3 });
  const strict = { ...kind, body, fieldValidation: 'Strict' };
  const { message } = await refused(api.createNamespacedCustomObject(strict), 400, 'BadRequest');
  matches(message, /strict decoding error: unknown field "spec\.weight"/);
  const { spec } = await api.createNamespacedCustomObject({ ...kind, body, dryRun: 'All' });
  equal(spec, { size: 1, color: 'red' });
});

await check('it is watched from the revision of a list on', async () => {
  const list = await api.listNamespacedCustomObject(kind);
  equal([list.kind, list.items.map(({ metadata }) => metadata.name)], ['GadgetList', ['web']]);
  const seen = [];
  const all = deferred();
  const onEvent = (type, { metadata, spec }) => {
    seen.push([type, metadata.name, spec.size]);
    if (type === 'DELETED') all.resolve();
  };
  const path = `/apis/javascript.example.com/v1/namespaces/${namespace}/gadgets`;
  const query = { resourceVersion: list.metadata.resourceVersion };
  const watching = await new Watch(config).watch(path, query, onEvent, all.reject);
  await api.createNamespacedCustomObject({ ...kind, body: gadget('seen', { size: 2 }) });
  const patch = { ...kind, name: 'seen', body: { spec: { size: 3 } } };
  await api.patchNamespacedCustomObject(patch, as(PatchStrategy.MergePatch));
  await api.deleteNamespacedCustomObject({ ...kind, name: 'seen' });
  await all.promise;
  watching.abort();
  equal(seen, [
    ['ADDED', 'seen', 2],
    ['MODIFIED', 'seen', 3],
    ['DELETED', 'seen', 3],
  ]);
});

await check('it is patched as JSON and merged, and only built-in kinds are patched strategically', async () => {
  const operations = [{ op: 'add', path: '/spec/parts', value: ['wheel'] }];
  const patched = await api.patchNamespacedCustomObject({ ...one, body: operations }, as(PatchStrategy.JsonPatch));
  equal(patched.spec.parts, ['wheel']);
  const body = { spec: { parts: null, size: 2 } };
  const merged = await api.patchNamespacedCustomObject({ ...one, body }, as(PatchStrategy.MergePatch));
  equal([merged.spec, merged.metadata.generation], [{ size: 2, color: 'red' }, 3]);
  const strategic = api.patchNamespacedCustomObject({ ...one, body }, as(PatchStrategy.StrategicMergePatch));
  const { message } = await refused(strategic, 415, 'UnsupportedMediaType');
  matches(message, /application\/json-patch\+json, application\/merge-patch\+json, application\/apply-patch\+yaml/);
});

await check('a rule over the old object holds', async () => {
  const patch = { ...one, body: { spec: { size: 1 } } };
  const call = api.patchNamespacedCustomObject(patch, as(PatchStrategy.MergePatch));
  const { details } = await refused(call, 422, 'Invalid');
  equal(details.causes[0].message, 'Invalid value: cannot shrink');
});

await check('replacing takes only the newest revision', async () => {
  const stale = { ...created, spec: { size: 4 } };
  await refused(api.replaceNamespacedCustomObject({ ...one, body: stale }), 409, 'Conflict');
  const current = await api.getNamespacedCustomObject(one);
  const body = { ...current, spec: { size: 4, color: 'green' } };
  equal((await api.replaceNamespacedCustomObject({ ...one, body })).spec, { size: 4, color: 'green' });
});

await check('the status is changed only through its subresource', async () => {
  const current = await api.getNamespacedCustomObject(one);
  const elsewhere = await api.replaceNamespacedCustomObject({ ...one, body: { ...current, status: { ready: 1 } } });
  equal(elsewhere.status, undefined);
  const body = { ...elsewhere, spec: { size: 9 }, status: { ready: 1, phase: 'Ready' } };
  const replaced = await api.replaceNamespacedCustomObjectStatus({ ...one, body });
  equal([replaced.spec.size, replaced.status], [4, { ready: 1, phase: 'Ready' }]);
  const patch = { ...one, body: { status: { ready: 2 } } };
  const patched = await api.patchNamespacedCustomObjectStatus(patch, as(PatchStrategy.MergePatch));
  equal([patched.status, patched.metadata.generation], [{ ready: 2, phase: 'Ready' }, current.metadata.generation]);
});

await check('it is scaled', async () => {
  const scale = await api.getNamespacedCustomObjectScale(one);
  equal([scale.kind, scale.spec.replicas, scale.status.replicas], ['Scale', 4, 2]);
  const patch = { ...one, body: { spec: { replicas: 5 } } };
  await api.patchNamespacedCustomObjectScale(patch, as(PatchStrategy.MergePatch));
  equal((await api.getNamespacedCustomObject(one)).spec.size, 5);
});

await check('a finalizer holds it until it is taken away', async () => {
  const hold = { ...one, body: { metadata: { finalizers: ['javascript.example.com/hold'] } } };
  await api.patchNamespacedCustomObject(hold, as(PatchStrategy.MergePatch));
  const deleted = await api.deleteNamespacedCustomObject(one);
  equal([deleted.kind, typeof deleted.metadata.deletionTimestamp], ['Gadget', 'string']);
  equal((await api.getNamespacedCustomObject(one)).metadata.finalizers, ['javascript.example.com/hold']);
  const release = { ...one, body: { metadata: { finalizers: null } } };
  await api.patchNamespacedCustomObject(release, as(PatchStrategy.MergePatch));
  const { details } = await refused(api.getNamespacedCustomObject(one), 404, 'NotFound');
  equal(details, { name: 'web', group: 'javascript.example.com', kind: 'gadgets' });
});

await check('a collection is deleted by its label', async () => {
  for (const name of ['a', 'b']) await api.createNamespacedCustomObject({ ...kind, body: gadget(name, { size: 1 }) });
  await api.deleteCollectionNamespacedCustomObject({ ...kind, labelSelector: 'app in (a)' });
  const { items } = await api.listNamespacedCustomObject(kind);
  equal(
    items.map(({ metadata }) => metadata.name),
    ['b'],
  );
});

if (isAdmin)
  await check('all of the cluster are listed', async () => {
    const { items } = await api.listCustomObjectForAllNamespaces({ ...kind, resourcePlural: kind.plural });
    equal(
      items.map(({ metadata }) => [metadata.namespace, metadata.name]),
      [[namespace, 'b']],
    );
  });
else
  await check('those of other namespaces are forbidden', async () => {
    const elsewhere = { ...kind, namespace: 'default' };
    const { message } = await refused(api.listNamespacedCustomObject(elsewhere), 403, 'Forbidden');
    matches(message, /^gadgets\.javascript\.example\.com is forbidden: User /);
    await refused(api.createNamespacedCustomObject({ ...elsewhere, body: gadget('x', { size: 1 }) }), 403, 'Forbidden');
  });
