// A chart with hooks and a test, through the helm that TOOL is.
import {
  check,
  equal,
  isCluster,
  joined,
  kubectl,
  kubectlFails,
  match,
  namespace,
  output,
  run,
  words,
} from '../tool.mjs';

const chart = new URL('chart', import.meta.url).pathname;
const { TOOL } = process.env;
const helm = (text, ...more) => output(TOOL, words(text, more));
const helmFails = async (text, ...more) => {
  const { code, stderr, stdout } = await run(TOOL, words(text, more));
  if (code === 0) throw new Error(`${text} did not fail: ${stdout}`);
  return stderr;
};
const [, major] = /^v(\d+)\./.exec(await helm('version --short')) ?? [];
// Renamed in helm 4.
const rollback = major === '3' ? '--atomic' : '--rollback-on-failure';
// Neither alone asks the server in helm 3, and helm 4 takes only one.
const asking = major === '3' ? '--dry-run=server --validate' : '--dry-run=server';
const revisions = async () =>
  JSON.parse(await helm('history shop -o json')).map(({ revision, status }) => `${revision} ${status}`);

await kubectl('create configmap existing --from-literal=word=xyzzy');

await check('install --wait runs the hook first and waits for what is ready', async () => {
  const said = await helm(`install shop ${chart} --wait --timeout 60s`);
  match(
    said,
    new RegExp(
      `^NAME: shop\nLAST DEPLOYED: .*\nNAMESPACE: ${namespace}\nSTATUS: deployed\n` +
        `REVISION: 1\n[\\s\\S]*NOTES:\nshop says hello\\.\n`,
    ),
  );
  equal(await kubectl('get deployment shop -o', 'jsonpath={.status.readyReplicas}'), '1');
  equal(await kubectl('get job shop-prepare -o', 'jsonpath={.status.succeeded}'), '1');
  equal(
    await kubectl('get deployment shop -o', 'jsonpath={.metadata.annotations.meta\\.helm\\.sh/release-name}'),
    'shop',
  );
});

await check('lookup and capabilities come from the cluster', async () => {
  const { data } = JSON.parse(await kubectl('get configmap shop -o json'));
  const { serverVersion } = JSON.parse(await kubectl('version -o json'));
  equal(data, {
    budgets: 'true',
    greeting: 'hello',
    kept: 'xyzzy',
    version: `${serverVersion.major}.${serverVersion.minor}`,
  });
});

await check('list, status and get', async () => {
  const [release, ...others] = JSON.parse(await helm('list -o json'));
  equal(
    [release.name, release.namespace, release.revision, release.status, release.chart, others.length],
    ['shop', namespace, '1', 'deployed', 'shop-1.0.0', 0],
  );
  match(await helm('status shop'), /^NAME: shop\n[\s\S]*STATUS: deployed\n/);
  match(
    await helm('get manifest shop'),
    /^---\n# Source: shop\/templates\/configmap\.tpl\napiVersion: v1\nkind: ConfigMap\n/,
  );
  match(await helm('get hooks shop'), /^---\n# Source: shop\/templates\/(prepare|tests\/answers)\.tpl\n/);
  equal(await kubectl('get secrets -l owner=helm,name=shop -o', 'jsonpath={.items[*].type}'), 'helm.sh/release.v1');
});

await check('upgrade keeps what else was changed, and get values tells what was set', async () => {
  await kubectl('label configmap shop also=kept');
  match(
    await helm(`upgrade shop ${chart} --wait --timeout 60s --set greeting=bye,replicas=2`),
    /^Release "shop" has been upgraded\. Happy Helming!\n/,
  );
  equal(await helm('get values shop'), 'USER-SUPPLIED VALUES:\ngreeting: bye\nreplicas: 2\n');
  equal(await kubectl('get configmap -l also=kept -o', 'jsonpath={.items[*].data.greeting}'), 'bye');
  equal(await kubectl('get deployment shop -o', 'jsonpath={.status.readyReplicas}'), '2');
});

await check('history, and rollback', async () => {
  equal(await revisions(), ['1 superseded', '2 deployed']);
  equal(await helm('rollback shop 1 --wait --timeout 60s'), 'Rollback was a success! Happy Helming!\n');
  equal(await revisions(), ['1 superseded', '2 superseded', '3 deployed']);
  equal(await kubectl('get configmap shop -o', 'jsonpath={.data.greeting}'), 'hello');
});

await check('test runs a pod that asks the service, and shows its log', async () => {
  const said = await helm('test shop --logs --timeout 60s');
  match(said, /\nTEST SUITE: +shop-answers\n[\s\S]*Phase: +Succeeded\n/);
  match(said, /\nPOD LOGS: shop-answers( \(ask\))?\n[\s\S]*Welcome to nginx!/);
});

await check('a dry run asks the server and changes nothing', async () => {
  match(
    await helm(`upgrade shop ${chart} --dry-run=server --set greeting=never`),
    /\n {2}greeting: "never"\n {2}kept: "xyzzy"\n/,
  );
  equal(await revisions(), ['1 superseded', '2 superseded', '3 deployed']);
});

await check('template asks the server, and is refused a kind that it has not', async () => {
  const rendered = await helm(`template shop ${chart} --is-upgrade ${asking}`);
  match(rendered, /\n {2}kept: "xyzzy"\n[\s\S]*\nkind: Deployment\n/);
  const bad = await helmFails(`template shop ${chart} --is-upgrade ${asking} --set custom=Thing`);
  const why = 'resource mapping not found for name: "shop" namespace: "" from "": no matches for kind "Thing"';
  match(bad, new RegExp(`Error: [^\n]*${why} in version "example\\.com/v1"\nensure CRDs are installed first\n`));
});

await check('an upgrade that does not become ready is rolled back', async () => {
  const late = await helmFails(`upgrade shop ${chart} ${rollback} --timeout 4s --set nodeSelector.none=such`);
  match(
    late,
    joined(
      /Error: UPGRADE FAILED: release shop failed, and has been rolled back due to /,
      /(atomic|rollback-on-failure) being set: /,
    ),
  );
  equal(await revisions(), ['1 superseded', '2 superseded', '3 superseded', '4 failed', '5 deployed']);
});

await check('an installation whose hook fails is undone', async () => {
  const failed = await helmFails(`install bad ${chart} ${rollback} --timeout 30s --set prepare=false`);
  match(
    failed,
    joined(
      /Error: INSTALLATION FAILED: release bad failed, and has been uninstalled due to /,
      /(atomic|rollback-on-failure) being set: failed pre-install: /,
    ),
  );
  match(await helmFails('status bad'), /Error: release: not found\n$/);
  match(await kubectlFails('get deployment bad'), /NotFound/);
});

await check('what belongs to nobody is not taken over, unless it is said', async () => {
  await kubectl('create configmap second --from-literal=mine=1');
  const refused = await helmFails(`install second ${chart} --set prepare=true`);
  match(
    refused,
    joined(
      /ConfigMap "second" in namespace "\S+" exists and cannot be imported into the current /,
      /release: invalid ownership metadata; /,
    ),
  );
  await helm(`install second ${chart} --take-ownership${major === '3' ? '' : ' --force-conflicts'}`);
  equal(await kubectl('get configmap second -o', 'jsonpath={.data.greeting}'), 'hello');
});

await check('uninstall removes everything, with its history or without', async () => {
  equal(await helm('uninstall second --wait'), 'release "second" uninstalled\n');
  equal(await helm('uninstall shop --wait --keep-history'), 'release "shop" uninstalled\n');
  equal((await revisions()).at(-1), '5 uninstalled');
  equal(await kubectl('get deployment,service,configmap -l app.kubernetes.io/managed-by=Helm -o name'), '');
  // The pods follow their deployment a little later.
  await kubectl('wait --for=delete pod -l app.kubernetes.io/name=shop --timeout=50s');
});

if (!isCluster)
  await check('releases of another namespace are forbidden', async () => {
    const forbidden = await helmFails('list -n default');
    match(
      forbidden,
      joined(
        /^Error: list: failed to list: secrets is forbidden: User "\S+" cannot list resource /,
        /"secrets" in API group "" in the namespace "default"\n$/,
      ),
    );
  });
