// kustomize: what it builds, applied and pruned by kubectl.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, equal, isCluster, joined, kubectl, kubectlWith, match, output, run } from '../tool.mjs';

const { TOOL } = process.env;
const folder = mkdtempSync(join(tmpdir(), 'clients-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const name of ['base', 'staging'])
  cpSync(new URL(name, import.meta.url).pathname, join(folder, name), { recursive: true });
const staging = join(folder, 'staging');
const build = (...args) => output(TOOL, ['build', staging, ...args]);
const apply = async (...more) => kubectlWith(await build(), 'apply -f -', ...more);
const settings = () =>
  kubectl('get configmap -l app=web -o', 'jsonpath={range .items[*]}{.metadata.name} {.data.mode}{"\\n"}{end}');
const prune = ['--prune', '-l', 'app=web', '--prune-allowlist=core/v1/ConfigMap', '--prune-allowlist=core/v1/Service'];

await check('what it builds is applied', async () => {
  match(
    await apply(),
    joined(
      /^configmap\/staging-settings-[a-z0-9]{10} created\nservice\/staging-web created\n/,
      /deployment\.apps\/staging-web created\n$/,
    ),
  );
  await kubectl('rollout status deployment staging-web --timeout=60s');
  equal(
    await kubectl(
      'get deployment staging-web -o',
      'jsonpath={.status.readyReplicas} {.spec.template.spec.containers[0].image}',
    ),
    '2 nginx:1.25',
  );
  equal(await kubectl('get service staging-web -o', 'jsonpath={.spec.ports[0].port}'), '8080');
});

await check('applied once more, nothing changes', async () => {
  match(
    await apply(),
    joined(
      /^configmap\/staging-settings-[a-z0-9]{10} unchanged\nservice\/staging-web unchanged\n/,
      /deployment\.apps\/staging-web unchanged\n$/,
    ),
  );
  const { code, stdout } = await run(process.env.KUBECTL, ['diff', '-k', staging]);
  equal([code, stdout], [0, '']);
});

await check('another setting is another map, which the deployment rolls out', async () => {
  const before = (await settings()).trim();
  const file = join(staging, 'kustomization.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('mode=staging', 'mode=changed'));
  match(
    await apply(),
    joined(
      /^configmap\/staging-settings-[a-z0-9]{10} created\nservice\/staging-web unchanged\n/,
      /deployment\.apps\/staging-web configured\n$/,
    ),
  );
  await kubectl('rollout status deployment staging-web --timeout=60s');
  const names = (await settings()).trim().split('\n');
  equal([names.length, names.includes(before)], [2, true]);
});

await check('--prune deletes the map that is no more used', async () => {
  const said = await apply(...prune);
  match(said, /\ndeployment\.apps\/staging-web unchanged\nconfigmap\/staging-settings-[a-z0-9]{10} pruned\n$/);
  match(await settings(), /^staging-settings-[a-z0-9]{10} changed\n$/);
});

await check('edit sets an image and a suffix, and what bore the old name is pruned', async () => {
  await output('sh', [
    '-c',
    `cd "${staging}" && "${TOOL}" edit set image nginx=nginx:1.26 && "${TOOL}" edit set namesuffix -- -b`,
  ]);
  const said = await apply(...prune, '--prune-allowlist=apps/v1/Deployment');
  match(
    said,
    joined(
      /^configmap\/staging-settings-b-[a-z0-9]{10} created\nservice\/staging-web-b created\n/,
      /deployment\.apps\/staging-web-b created\n/,
    ),
  );
  match(
    said,
    joined(
      /\nconfigmap\/staging-settings-[a-z0-9]{10} pruned\nservice\/staging-web pruned\n/,
      /deployment\.apps\/staging-web pruned\n$/,
    ),
  );
  await kubectl('rollout status deployment staging-web-b --timeout=60s');
  const images = 'jsonpath={.items[*].spec.template.spec.containers[0].image}';
  equal(await kubectl('get deployments -l app=web -o', images), 'nginx:1.26');
});

await check('apply -k, server-side, takes over the same objects', async () => {
  const said = await kubectl(`apply --server-side --field-manager=ci --force-conflicts -k ${staging}`);
  match(
    said,
    joined(
      /^configmap\/staging-settings-b-[a-z0-9]{10} serverside-applied\n/,
      /service\/staging-web-b serverside-applied\ndeployment\.apps\/staging-web-b /,
      /serverside-applied\n$/,
    ),
  );
  match(
    await kubectl(
      'get service staging-web-b --show-managed-fields -o',
      'jsonpath={.metadata.managedFields[*].manager}',
    ),
    /(^| )ci( |$)/,
  );
});

await check('delete -k', async () => {
  match(
    await kubectl(`delete -k ${staging}`),
    joined(
      /^configmap "staging-settings-b-[a-z0-9]{10}" deleted.*\nservice "staging-web-b" /,
      /deleted.*\ndeployment\.apps "staging-web-b" deleted.*\n$/,
    ),
  );
  equal(await kubectl('get deployment,service,configmap -l app=web -o name'), '');
});

if (!isCluster)
  await check('the namespace of another is forbidden', async () => {
    await output('sh', ['-c', `cd "${staging}" && "${TOOL}" edit set namespace default`]);
    match(
      await apply().catch(({ message }) => message),
      /\(Forbidden\): [\s\S]*cannot get resource "configmaps" in API group "" in the namespace "default"\n/,
    );
  });
