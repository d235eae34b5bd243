// kapply, the command of cli-utils: a set of objects is applied, waited for, pruned and destroyed by its inventory.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, equal, isCluster, kubectl, kubectlFails, match, namespace, output, run } from './tool.mjs';

const { TOOL } = process.env;
const folder = mkdtempSync(join(tmpdir(), 'clients-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const write = (object) => writeFileSync(join(folder, `${object.metadata.name}.yaml`), JSON.stringify(object));
const events = (text) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const statuses = (all, type) =>
  all.filter((event) => event.type === type).map(({ name, status }) => `${name} ${status}`);
const apply = async (...more) =>
  events(
    await output(TOOL, ['apply', folder, '--output=json', '--reconcile-timeout=60s', '--prune-timeout=60s', ...more]),
  );

const configMap = (name, data, annotations) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, annotations },
  data,
});
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
const spec = { replicas: 2, selector: { matchLabels: { app: 'web' } }, template };
// Which waits for the map, and the map for its deletion.
const first = { 'config.kubernetes.io/depends-on': `/namespaces/${namespace}/ConfigMap/settings` };
write({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace, annotations: first }, spec });
write(configMap('settings', { a: '1' }));
write(configMap('passing', { a: '1' }));

await check('init writes an inventory', async () => {
  match(await output(TOOL, ['init', folder]), /^namespace: \S+ is used for inventory object\nInitialized: .*\n$/);
});

await check('preview asks the server and applies nothing', async () => {
  const all = events(await output(TOOL, ['preview', folder, '--server-side', '--output=json']));
  equal(statuses(all, 'apply').sort(), ['passing Successful', 'settings Successful', 'web Successful']);
  match(await kubectlFails('get configmap settings'), /NotFound/);
});

await check('apply goes by what depends on what, and waits until all is current', async () => {
  const all = await apply();
  equal(statuses(all, 'apply').at(-1), 'web Successful');
  equal(statuses(all, 'wait').at(-1), 'web Successful');
  equal(await kubectl('get deployment web -o', 'jsonpath={.status.readyReplicas}'), '2');
});

await check('the inventory has what was applied', async () => {
  const inventory = await kubectl(
    'get configmap -l cli-utils.sigs.k8s.io/inventory-id -o',
    'jsonpath={.items[*].data}',
  );
  equal(Object.keys(JSON.parse(inventory)).sort(), [
    `${namespace}_passing__ConfigMap`,
    `${namespace}_settings__ConfigMap`,
    `${namespace}_web_apps_Deployment`,
  ]);
});

await check('status of all of it is current', async () => {
  const said = await output(TOOL, ['status', folder, '--poll-until=current', '--timeout=30s']);
  match(said, new RegExp(`/deployment\\.apps/${namespace}/web is Current: Deployment is available\\. Replicas: 2\n`));
  match(said, new RegExp(`/configmap/${namespace}/settings is Current: Resource is always ready\n`));
});

await check('what has left the folder is pruned', async () => {
  rmSync(join(folder, 'passing.yaml'));
  equal(statuses(await apply(), 'prune'), ['passing Successful']);
  match(await kubectlFails('get configmap passing'), /NotFound/);
});

await check('what another has made is left alone', async () => {
  await kubectl('create configmap foreign --from-literal=mine=1');
  write(configMap('foreign', { a: '1' }));
  const { stdout } = await run(TOOL, ['apply', folder, '--output=json']);
  equal(
    statuses(events(stdout), 'apply').find((one) => one.startsWith('foreign')),
    'foreign Skipped',
  );
  equal(await kubectl('get configmap foreign -o', 'jsonpath={.data}'), '{"mine":"1"}');
  rmSync(join(folder, 'foreign.yaml'));
});

if (!isCluster)
  await check('what is forbidden cannot be waited for', async () => {
    const metadata = { name: 'everywhere' };
    write({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules: [] });
    const { code, stdout } = await run(TOOL, ['apply', folder, '--output=json']);
    rmSync(join(folder, 'everywhere.yaml'));
    equal(code, 1);
    // It watches what it has applied in the whole cluster, and whichever kind is asked for first is refused.
    const { error } = events(stdout).find(({ type }) => type === 'error');
    match(error, /is forbidden: User "\S+" cannot list resource "\w+" .* at the cluster scope/);
  });

await check('destroy deletes what was applied, in reverse', async () => {
  const all = events(await output(TOOL, ['destroy', folder, '--output=json', '--delete-timeout=60s']));
  equal(statuses(all, 'delete'), ['web Successful', 'settings Successful']);
  match(await kubectlFails('get deployment web'), /NotFound/);
});
