// kubernetes-fluent-client: create, apply, patch, finalize, scale, watch, and a kind of one's own.
import { fetchStatus, GenericKind, K8s, kind, RegisterKind, WatchEvent } from 'kubernetes-fluent-client';
import { check, deferred, equal, isAdmin, matches, namespace } from './checks.mjs';

class Gadget extends GenericKind {}
RegisterKind(Gadget, { group: 'javascript.example.com', version: 'v1', kind: 'Gadget', plural: 'gadgets' });

const maps = () => K8s(kind.ConfigMap).InNamespace(namespace);
const settings = (data, more = {}) => ({ metadata: { name: 'settings', namespace, ...more }, data });

/** What the library throws is the answer. */
async function refused(call, status, reason) {
  const answer = await call.catch((thrown) => thrown);
  equal([answer.ok, answer.status, answer.data?.kind, answer.data?.reason], [false, status, 'Status', reason]);
  return answer.data;
}

await check('an object is created once', async () => {
  const created = await K8s(kind.ConfigMap).Create(settings({ color: 'red' }, { labels: { part: 'one' } }));
  equal([created.kind, created.data, created.metadata.namespace], ['ConfigMap', { color: 'red' }, namespace]);
  await refused(K8s(kind.ConfigMap).Create(settings({})), fetchStatus.CONFLICT, 'AlreadyExists');
});

await check('it is read by name, by label and by field', async () => {
  equal((await maps().Get('settings')).data.color, 'red');
  equal((await maps().WithLabel('part', 'one').Get()).items.length, 1);
  equal((await maps().WithLabel('part').Get()).items.length, 1);
  const { kind: listKind, items } = await maps().WithField('metadata.name', 'settings').WithLabel('part', 'two').Get();
  equal([listKind, items], ['ConfigMapList', []]);
  await refused(maps().Get('missing'), 404, 'NotFound');
});

await check('apply conflicts with whoever created it, until it is forced', async () => {
  const { message } = await refused(K8s(kind.ConfigMap).Apply(settings({ color: 'blue' })), 409, 'Conflict');
  matches(message, /^Apply failed with 1 conflict: conflict with "kubernetes-fluent-client" using v1: \.data\.color$/);
  const forced = await K8s(kind.ConfigMap).Apply(settings({ color: 'blue' }), { force: true });
  equal([forced.data, forced.metadata.labels], [{ color: 'blue' }, { part: 'one' }]);
  equal(
    forced.metadata.managedFields.map(({ manager, operation }) => [manager, operation]),
    [
      ['pepr', 'Apply'],
      ['kubernetes-fluent-client', 'Update'],
    ],
  );
});

await check('apply creates what is not there, and drops what is applied no more', async () => {
  const other = (data) => ({ metadata: { name: 'other', namespace }, data });
  equal((await K8s(kind.ConfigMap).Apply(other({ a: '1', b: '2' }))).data, { a: '1', b: '2' });
  equal((await K8s(kind.ConfigMap).Apply(other({ b: '2' }))).data, { b: '2' });
});

await check('a JSON patch is sent as it is', async () => {
  const operations = [
    { op: 'test', path: '/data/color', value: 'blue' },
    { op: 'add', path: '/data/size', value: '3' },
  ];
  const patch = () => K8s(kind.ConfigMap, { namespace, name: 'settings' });
  equal((await patch().Patch(operations)).data, { color: 'blue', size: '3' });
  await refused(patch().Patch([{ op: 'test', path: '/data/color', value: 'red' }]), 422, 'Invalid');
});

await check('a watcher tells what is there and what happens then', async () => {
  const seen = [];
  const deleted = deferred();
  const connected = deferred();
  const watcher = K8s(kind.ConfigMap)
    .InNamespace(namespace)
    .WithLabel('watched')
    .Watch(({ metadata, data }, phase) => {
      seen.push([phase, metadata.name, data?.value]);
      if (phase === 'DELETED') deleted.resolve();
    });
  watcher.events.on(WatchEvent.CONNECT, connected.resolve);
  const watched = (value) => ({
    metadata: { name: 'watched', namespace, labels: { watched: 'yes' } },
    data: { value },
  });
  await K8s(kind.ConfigMap).Create(watched('1'));
  await watcher.start();
  await connected.promise;
  await K8s(kind.ConfigMap).Apply(watched('2'), { force: true });
  await maps().Delete('watched');
  await deleted.promise;
  watcher.close();
  equal(seen, [
    ['ADDED', 'watched', '1'],
    ['MODIFIED', 'watched', '2'],
    ['DELETED', 'watched', '2'],
  ]);
});

await check('a finalizer is added, holds the object, and is removed', async () => {
  await maps().Finalize('add', 'example.com/hold', 'settings');
  equal((await maps().Get('settings')).metadata.finalizers, ['example.com/hold']);
  await maps().Delete('settings');
  matches((await maps().Get('settings')).metadata.deletionTimestamp, /^\d{4}-/);
  await maps().Finalize('remove', 'example.com/hold', 'settings');
  await refused(maps().Get('settings'), 404, 'NotFound');
  await maps().Delete('settings');
});

await check('a kind of one’s own is applied, checked, and told of its status', async () => {
  const gadget = (spec) => ({ metadata: { name: 'web', namespace }, spec });
  equal((await K8s(Gadget).Apply(gadget({ size: 2 }))).spec, { size: 2, color: 'red' });
  const { details } = await refused(K8s(Gadget).Apply(gadget({ size: 11 })), 422, 'Invalid');
  equal(details.causes[0].field, 'spec.size');
  const told = await K8s(Gadget).PatchStatus({ ...gadget({ size: 9 }), status: { phase: 'Ready' } });
  equal([told.spec.size, told.status, told.metadata.generation], [2, { phase: 'Ready' }, 1]);
  const { items } = await K8s(Gadget).InNamespace(namespace).Get();
  equal(items.length, 1);
  await K8s(Gadget).InNamespace(namespace).Delete('web');
  await refused(K8s(Gadget).InNamespace(namespace).Get('web'), 404, 'NotFound');
});

await check('a status that a kind does not have cannot be changed', async () => {
  const call = K8s(kind.ConfigMap).PatchStatus({ metadata: { name: 'other', namespace }, status: { phase: 'x' } });
  await (isAdmin ? refused(call, 404, 'NotFound') : refused(call, 403, 'Forbidden'));
});

await check('a Deployment is scaled', async () => {
  const labels = { app: 'web' };
  const containers = [{ name: 'main', image: 'nginx' }];
  // No node is called so: they stay where they are created.
  const podSpec = { containers, nodeSelector: { 'kubernetes.io/hostname': 'none' } };
  const template = { metadata: { labels }, spec: podSpec };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  await K8s(kind.Deployment).Apply({ metadata: { name: 'web', namespace }, spec });
  await K8s(kind.Deployment).InNamespace(namespace).Scale(3, 'web');
  equal((await K8s(kind.Deployment).InNamespace(namespace).Get('web')).spec.replicas, 3);
});

await check('a pod is evicted, and what is gone is deleted and evicted without a word', async () => {
  const pods = () => K8s(kind.Pod).InNamespace(namespace);
  const containers = [{ name: 'main', image: 'nginx' }];
  const nodeSelector = { 'kubernetes.io/hostname': 'none' };
  await K8s(kind.Pod).Create({ metadata: { name: 'lonely', namespace }, spec: { containers, nodeSelector } });
  await pods().Evict('lonely');
  await refused(pods().Get('lonely'), 404, 'NotFound');
  await pods().Evict('lonely');
  await pods().Delete('lonely');
});

await check('logs of a Deployment come from its pods, and a pod answers through its proxy', async () => {
  const labels = { app: 'talker' };
  const command = ['sh', '-c', 'echo one; echo two; sleep 1000'];
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'busybox', command }] } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  const ready = deferred();
  const phases = new Map();
  const pods = K8s(kind.Pod)
    .InNamespace(namespace)
    .Watch(({ metadata, status }) => {
      const isReady = status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
      phases.set(metadata.labels?.app, isReady);
      if (phases.get('talker') && phases.get('server')) ready.resolve();
    });
  await K8s(kind.Deployment).Apply({ metadata: { name: 'talker', namespace }, spec });
  const server = { metadata: { name: 'server', namespace, labels: { app: 'server' } } };
  await K8s(kind.Pod).Apply({ ...server, spec: { containers: [{ name: 'main', image: 'nginx' }] } });
  await pods.start();
  await ready.promise;
  pods.close();
  const lines = await K8s(kind.Deployment).InNamespace(namespace).Logs('talker');
  equal(
    lines.map((line) => line.replace(/^\[pod\/talker-\S+\] /, '')),
    ['one', 'two'],
  );
  matches(await K8s(kind.Pod).InNamespace(namespace).Proxy('server', '80'), /Welcome to nginx!/);
});

await check('any other path is asked for as it is', async () => {
  const { major } = await K8s(GenericKind, { kindOverride: { kind: 'Info', group: '', version: 'v1' } }).Raw(
    '/version',
  );
  equal(major, '1');
});

if (isAdmin)
  await check('a namespace is applied, listed by field, and deleted', async () => {
    const name = `${namespace}-more`;
    await K8s(kind.Namespace).Apply({ metadata: { name } });
    const { items } = await K8s(kind.Namespace).WithField('metadata.name', name).Get();
    equal(
      items.map(({ status }) => status.phase),
      ['Active'],
    );
    await K8s(kind.Namespace).Delete(name);
  });
else
  await check('other namespaces are forbidden', async () => {
    await refused(K8s(kind.ConfigMap).InNamespace('default').Get(), 403, 'Forbidden');
    await refused(K8s(kind.ConfigMap).Apply({ metadata: { name: 'x', namespace: 'default' } }), 403, 'Forbidden');
    await refused(K8s(kind.Namespace).Apply({ metadata: { name: 'x' } }), 403, 'Forbidden');
  });

// Its agents keep their connections for ten minutes.
process.exit();
