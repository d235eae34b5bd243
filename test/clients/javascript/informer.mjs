// Informers and watches of @kubernetes/client-node: what they have seen, restarts, and revisions that are too old.
import {
  CoreV1Api,
  KubeConfig,
  ListWatch,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  Watch,
} from '@kubernetes/client-node';
import { check, deferred, equal, isAdmin, namespace } from './checks.mjs';

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const path = `/api/v1/namespaces/${namespace}/configmaps`;
const labelSelector = 'seen=yes';
const list = () => core.listNamespacedConfigMap({ namespace, labelSelector });

const create = (name, labels = { seen: 'yes' }, data = { value: '1' }) =>
  core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels }, data } });
const patch = (name, body) =>
  core.patchNamespacedConfigMap({ name, namespace, body }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
const remove = (name) => core.deleteNamespacedConfigMap({ name, namespace });

/** Notes what an informer tells, and can be waited for until it is what is expected. */
function recorder(informer, verbs = ['add', 'update', 'delete']) {
  const seen = [];
  const waiting = [];
  for (const verb of verbs)
    informer.on(verb, (object) => {
      seen.push(`${verb} ${object?.metadata.name ?? ''}`.trim());
      for (const { count, resolve } of waiting) if (seen.length >= count) resolve();
    });
  const until = async (expected) => {
    const { promise, resolve } = deferred();
    waiting.push({ count: expected.length, resolve });
    if (seen.length < expected.length) await promise;
    equal(seen, expected);
  };
  return { seen, until };
}

const informer = makeInformer(config, path, list, labelSelector);
const record = recorder(informer);

await check('an informer starts with what is there', async () => {
  await create('first');
  await create('other', { seen: 'no' });
  await informer.start();
  await record.until(['add first']);
  equal(
    [informer.list().length, informer.get('first', namespace).data, informer.get('other', namespace)],
    [1, { value: '1' }, undefined],
  );
});

await check('it tells what is created, changed and deleted', async () => {
  await create('second');
  await patch('second', { data: { value: '2' } });
  await remove('first');
  await record.until(['add first', 'add second', 'update second', 'delete first']);
  equal([informer.list().length, informer.get('second', namespace).data.value], [1, '2']);
});

await check('an object whose labels leave the selector is deleted, and added when they come back', async () => {
  await patch('second', { metadata: { labels: { seen: 'no' } } });
  await patch('other', { metadata: { labels: { seen: 'yes' } } });
  const before = ['add first', 'add second', 'update second', 'delete first'];
  await record.until([...before, 'delete second', 'add other']);
  equal(
    informer.list(namespace).map(({ metadata }) => metadata.name),
    ['other'],
  );
});

await check('started again, it has missed nothing', async () => {
  await informer.stop();
  await create('third');
  await remove('other');
  await informer.start();
  const before = ['add first', 'add second', 'update second', 'delete first', 'delete second', 'add other'];
  await record.until([...before, 'add third', 'delete other']);
  await informer.stop();
});

/** A watch until its end. */
async function watched(query, where = path) {
  const events = [];
  const end = deferred();
  await new Watch(config).watch(where, query, (type, object) => events.push([type, object]), end.resolve);
  return { events, error: await end.promise };
}

await check('a revision that is too old is told by 410', async () => {
  const { events, error } = await watched({ resourceVersion: '1' });
  if (error) equal([error.statusCode, events], [410, []]);
  else
    equal(
      events.map(([type, { kind, code, reason }]) => [type, kind, code, reason]),
      [['ERROR', 'Status', 410, 'Expired']],
    );
});

await check('an informer with a revision that is too old lists again', async () => {
  const stale = new ListWatch(path, new Watch(config), list, false, labelSelector);
  const { until } = recorder(stale, ['add', 'connect']);
  // What a list of a cache that lags behind might answer.
  let lists = 0;
  stale.listFn = async () => {
    const current = await list();
    lists += 1;
    if (lists === 1) current.metadata.resourceVersion = '1';
    return current;
  };
  await stale.start();
  await until(['connect', 'add third', 'connect']);
  await create('fourth');
  await until(['connect', 'add third', 'connect', 'add fourth']);
  equal(lists, 2);
  await stale.stop();
});

await check('a watch ends after its time, with a bookmark before', async () => {
  const { metadata } = await list();
  const query = { resourceVersion: metadata.resourceVersion, allowWatchBookmarks: 'true', timeoutSeconds: '2' };
  const { events, error } = await watched({ ...query, labelSelector: 'nobody=here' });
  equal([error, events.every(([type]) => type === 'BOOKMARK')], [null, true]);
});

await check('an initial list is streamed, and ends with a bookmark that says so', async () => {
  const events = [];
  const bookmark = deferred();
  const query = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' };
  const onEvent = (type, object) => {
    events.push([type, object.metadata.name]);
    if (type === 'BOOKMARK') bookmark.resolve(object);
  };
  const watching = await new Watch(config).watch(path, { ...query, labelSelector }, onEvent, bookmark.reject);
  const { kind, metadata } = await bookmark.promise;
  watching.abort();
  equal([kind, metadata.annotations], ['ConfigMap', { 'k8s.io/initial-events-end': 'true' }]);
  equal(
    events.slice(0, -1).sort(([, a], [, b]) => a.localeCompare(b)),
    [
      ['ADDED', 'fourth'],
      ['ADDED', 'third'],
    ],
  );
});

await check('one object is watched by its name', async () => {
  const { items, metadata } = await core.listNamespacedConfigMap({ namespace, fieldSelector: 'metadata.name=third' });
  equal(items.length, 1);
  const seen = [];
  const deleted = deferred();
  const onEvent = (type, object) => {
    seen.push([type, object.metadata.name]);
    if (type === 'DELETED') deleted.resolve();
  };
  const query = { fieldSelector: 'metadata.name=third', resourceVersion: metadata.resourceVersion };
  const watching = await new Watch(config).watch(path, query, onEvent, deleted.reject);
  await patch('fourth', { data: { value: '4' } });
  await patch('third', { data: { value: '3' } });
  await remove('third');
  await deleted.promise;
  watching.abort();
  equal(seen, [
    ['MODIFIED', 'third'],
    ['DELETED', 'third'],
  ]);
});

if (isAdmin)
  await check('an informer of all namespaces keeps them apart', async () => {
    const fieldSelector = 'metadata.name=kube-root-ca.crt';
    const all = () => core.listConfigMapForAllNamespaces({ fieldSelector });
    const wide = new ListWatch('/api/v1/configmaps', new Watch(config), all, false, undefined, fieldSelector);
    await wide.start();
    equal(wide.list('kube-system').length, 1);
    equal(wide.list().length, (await all()).items.length);
    equal(wide.get('kube-root-ca.crt', namespace).metadata.namespace, namespace);
    await wide.stop();
  });
else
  await check('an informer of what is forbidden tells the error', async () => {
    const all = () => core.listConfigMapForAllNamespaces();
    const wide = makeInformer(config, '/api/v1/configmaps', all);
    const error = deferred();
    wide.on('error', error.resolve);
    await wide.start();
    equal((await error.promise).code, 403);
    const { error: refusal } = await watched({}, '/api/v1/configmaps');
    equal(refusal.statusCode, 403);
  });
