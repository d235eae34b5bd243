// kapp of Carvel: an app is deployed, inspected, changed, compared and deleted by its label. It is found on PATH: not
// every module proxy has its Go module.
import { check, equal, file, isCluster, kubectl, kubectlFails, match, namespace, output, run } from './tool.mjs';

const kapp = (...args) => output('kapp', [...args, '--namespace', namespace]);
const tables = async (...args) => JSON.parse(await kapp(...args, '--json')).Tables;
const rows = async (...args) => (await tables(...args)).flatMap(({ Rows }) => Rows ?? []);

const manifest = ({ replicas, colour }) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings', annotations: { 'kapp.k14s.io/versioned': '' } },
        data: { colour },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: {
          replicas,
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'web', image: 'nginx', envFrom: [{ configMapRef: { name: 'settings' } }] }] },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web' },
        spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
      },
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          name: 'after',
          annotations: {
            'kapp.k14s.io/change-rule': 'upsert after upserting web',
            'kapp.k14s.io/change-group': 'after',
          },
        },
        spec: {
          template: {
            spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'busybox', command: ['true'] }] },
          },
        },
      },
    ],
  });

const first = file('first.json', manifest({ replicas: 2, colour: 'blue' }));
const second = file('second.json', manifest({ replicas: 3, colour: 'green' }));
const deploy = (path, ...more) => kapp('deploy', '--app', 'shop', '--file', path, '--yes', ...more);
const field = (what, path) => kubectl(`get ${what} -o`, `jsonpath={${path}}`);

await check('deploy makes everything and waits until it is well', async () => {
  match(await deploy(first), /\nSucceeded\n$/);
  equal(await field('deployment web', '.status.readyReplicas'), '2');
  equal(await field('job after', '.status.succeeded'), '1');
  equal(await field('configmap settings-ver-1', '.data.colour'), 'blue');
  const used = await field('deployment web', '.spec.template.spec.containers[0].envFrom[0].configMapRef.name');
  equal(used, 'settings-ver-1');
});

await check('inspect has what was deployed, and what the cluster made of it', async () => {
  const found = await rows('inspect', '--app', 'shop');
  const owned = (owner) => found.filter((row) => row.owner === owner).map(({ kind }) => kind);
  equal(owned('kapp').sort(), ['ConfigMap', 'Deployment', 'Job', 'Service']);
  equal([...new Set(owned('cluster').sort())], ['EndpointSlice', 'Endpoints', 'Pod', 'ReplicaSet']);
  equal([...new Set(found.map((row) => row.reconcile_state))], ['ok']);
});

await check('deploying the same again changes nothing', async () => {
  const before = await field('deployment web', '.metadata.resourceVersion');
  equal(await rows('deploy', '--app', 'shop', '--file', first, '--yes'), []);
  equal(await field('deployment web', '.metadata.resourceVersion'), before);
});

await check('the changes of a dry run are not made', async () => {
  const changes = await rows('deploy', '--app', 'shop', '--file', second, '--yes', '--diff-run');
  const named = changes.map(({ name, op }) => `${op} ${name}`).sort();
  equal(named, ['create settings-ver-2', 'update web']);
  equal(await field('deployment web', '.spec.replicas'), '2');
});

await check('a change makes a new version of what is versioned, and the others use it', async () => {
  match(await deploy(second), /\nSucceeded\n$/);
  equal(await field('deployment web', '.status.readyReplicas'), '3');
  const used = await field('deployment web', '.spec.template.spec.containers[0].envFrom[0].configMapRef.name');
  equal(used, 'settings-ver-2');
});

await check('app-change has what was done', async () => {
  const changes = await rows('app-change', 'list', '--app', 'shop');
  equal(
    changes.map(({ successful }) => successful),
    ['true', 'true'],
  );
});

await check('list has the app', async () => {
  equal(
    (await rows('list')).map(({ name }) => name),
    ['shop'],
  );
});

if (!isCluster)
  await check('what is forbidden is told', async () => {
    const metadata = { name: 'everywhere' };
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules: [] };
    const path = file('role.json', JSON.stringify(role));
    const args = ['deploy', '--app', 'roles', '--file', path, '--yes', '--namespace', namespace];
    const { code, stderr, stdout } = await run('kapp', args);
    equal(code, 1);
    const told = (stderr + stdout).replace(/\s+/g, ' ');
    match(told, /clusterroles\S* "everywhere" is forbidden: User "\S+" cannot get resource "clusterroles" /);
  });

await check('delete takes all of it away', async () => {
  match(await kapp('delete', '--app', 'shop', '--yes'), /\nSucceeded\n$/);
  for (const what of ['deployment web', 'service web', 'job after', 'configmap settings-ver-2'])
    match(await kubectlFails(`get ${what}`), /NotFound/);
});
