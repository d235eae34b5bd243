// Objects: create, apply, diff, edit, patch, replace, label, annotate, delete.
import { dirname } from 'node:path';
import {
  check,
  equal,
  file,
  kubectl,
  kubectlCommand,
  kubectlFails,
  kubectlWith,
  match,
  namespace,
  output,
  run,
} from '../tool.mjs';

const configMap = (name, data, metadata = {}) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data });
const list = (...items) => `{"apiVersion":"v1","kind":"List","items":[${items.join()}]}`;
const data = async (name) => JSON.parse(await kubectl(`get configmap ${name} -o`, 'jsonpath={.data}'));

await check('create makes objects from flags, and says so', async () => {
  equal(await kubectl('create configmap made --from-literal=a=1 --from-literal=b=2'), 'configmap/made created\n');
  equal(await data('made'), { a: '1', b: '2' });
  const secret = await kubectl('create secret generic hidden --from-literal=word=xyzzy -o', 'jsonpath={.data.word}');
  equal(secret, 'eHl6enk=');
  const quoted = await kubectlFails('create configmap made --from-literal=a=1');
  equal(quoted, 'error: failed to create configmap: configmaps "made" already exists\n');
});

await check('create -f with generateName, and a dry run that keeps nothing', async () => {
  const generated = configMap(undefined, { a: '1' }, { generateName: 'some-' });
  match(await kubectlWith(generated, 'create -f -'), /^configmap\/some-[a-z0-9]{5} created\n$/);
  const dry = await kubectlWith(configMap('dry', { a: '1' }), 'create -f - --dry-run=server');
  equal(dry, 'configmap/dry created (server dry run)\n');
  match(await kubectlFails('get configmap dry'), /^Error from server \(NotFound\): configmaps "dry" not found\n$/);
});

await check('a field that there is not is refused, or warned of', async () => {
  const bad = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bad"},"dat":{"a":"1"}}';
  const refused = await run(kubectlCommand, ['create', '-f', '-'], { input: bad });
  const why = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dat"';
  equal(refused.stderr, `Error from server (BadRequest): error when creating "STDIN": ${why}\n`);
  const warned = await run(kubectlCommand, ['create', '--validate=warn', '-f', '-'], { input: bad });
  equal(warned.stderr, 'Warning: unknown field "dat"\n');
  equal(warned.stdout, 'configmap/bad created\n');
});

await check('apply creates, configures and leaves unchanged, and keeps what it has last applied', async () => {
  equal(await kubectlWith(configMap('applied', { a: '1', b: '2' }), 'apply -f -'), 'configmap/applied created\n');
  equal(await kubectlWith(configMap('applied', { a: '1', b: '2' }), 'apply -f -'), 'configmap/applied unchanged\n');
  await kubectl('patch configmap applied -p', '{"data":{"other":"3"}}');
  equal(await kubectlWith(configMap('applied', { a: '9' }), 'apply -f -'), 'configmap/applied configured\n');
  equal(await data('applied'), { a: '9', other: '3' });
  const last = JSON.parse(await kubectl('apply view-last-applied configmap applied -o json'));
  equal(last.data, { a: '9' });
});

await check('diff tells what apply would change, by its exit code too', async () => {
  const same = await run(kubectlCommand, ['diff', '-f', '-'], { input: configMap('applied', { a: '9' }) });
  equal([same.code, same.stdout], [0, '']);
  const { code, stdout } = await run(kubectlCommand, ['diff', '-f', '-'], { input: configMap('applied', { a: '8' }) });
  equal(code, 1);
  match(stdout, /\n- {2}a: "9"\n\+ {2}a: "8"\n/);
  equal(await data('applied'), { a: '9', other: '3' });
});

await check('server-side apply tells who owns the field of a conflict, and takes it by force', async () => {
  const apply = (value, ...more) =>
    run(kubectlCommand, ['apply', '--server-side', '-f', '-', ...more], { input: configMap('owned', { a: value }) });
  equal((await apply('1', '--field-manager=first')).stdout, 'configmap/owned serverside-applied\n');
  const { code, stderr } = await apply('2', '--field-manager=second');
  equal(code, 1);
  match(stderr, /^error: Apply failed with 1 conflict: conflict with "first": \.data\.a\n/);
  equal((await apply('2', '--field-manager=second', '--force-conflicts')).code, 0);
  const managers = await kubectl(
    'get configmap owned --show-managed-fields -o',
    'jsonpath={.metadata.managedFields[*].manager}',
  );
  equal(managers, 'second');
});

await check('apply --server-side takes over what client-side apply has owned', async () => {
  const migrated = await kubectlWith(configMap('applied', { a: '10' }), 'apply --server-side -f -');
  equal(migrated, 'configmap/applied serverside-applied\n');
  equal(await data('applied'), { a: '10', other: '3' });
});

await check('apply --prune deletes what is no more among the manifests', async () => {
  const labels = { labels: { set: 'pruned' } };
  const both = list(configMap('keep', { a: '1' }, labels), configMap('drop', { a: '1' }, labels));
  await kubectlWith(both, 'apply -f -');
  const prune = 'apply --prune -l set=pruned --prune-allowlist=core/v1/ConfigMap -f -';
  const said = await kubectlWith(configMap('keep', { a: '1' }, labels), prune);
  equal(said, 'configmap/keep unchanged\nconfigmap/drop pruned\n');
});

await check('an apply set is pruned by what its parent has', async () => {
  const set = (...names) => {
    const options = {
      input: list(...names.map((name) => configMap(name, { a: '1' }))),
      more: { KUBECTL_APPLYSET: 'true' },
    };
    const args = ['apply', '--prune', '--applyset=secrets/parent', '-n', namespace, '-f', '-'];
    return output(kubectlCommand, args, options);
  };
  await set('member-a', 'member-b');
  equal(await set('member-a'), 'configmap/member-a unchanged\nconfigmap/member-b pruned\n');
});

await check('apply -k and delete -k of a kustomization', async () => {
  const kustomization = 'namePrefix: built-\nconfigMapGenerator: [{name: map, literals: [a=1]}]\n';
  const folder = dirname(file('kustomization.yaml', kustomization));
  match(await kubectl(`apply -k ${folder}`), /^configmap\/built-map-[a-z0-9]{10} created\n$/);
  match(await kubectl(`kustomize ${folder}`), /\nkind: ConfigMap\nmetadata:\n {2}name: built-map-[a-z0-9]{10}\n$/);
  match(await kubectl(`delete -k ${folder}`), /^configmap "built-map-[a-z0-9]{10}" deleted.*\n$/);
});

await check('edit sends what the editor has changed', async () => {
  const editor = file('editor.sh', '#!/bin/sh\nsed -i "s/a: \\"1\\"/a: edited/" "$1"\n', 0o700);
  const more = { KUBE_EDITOR: editor };
  equal(await output(kubectlCommand, ['edit', 'configmap', 'made'], { more }), 'configmap/made edited\n');
  equal(await data('made'), { a: 'edited', b: '2' });
  const nothing = await run(kubectlCommand, ['edit', 'configmap', 'made'], { more: { KUBE_EDITOR: 'true' } });
  equal(nothing.stderr + nothing.stdout, 'Edit cancelled, no changes made.\n');
});

await check('patch of each type', async () => {
  equal(await kubectl('patch configmap made -p', '{"data":{"c":"3"}}'), 'configmap/made patched\n');
  equal(await kubectl('patch configmap made -p', '{"data":{"c":"3"}}'), 'configmap/made patched (no change)\n');
  await kubectl('patch configmap made --type=merge -p', '{"data":{"b":null}}');
  await kubectl(
    'patch configmap made --type=json -p',
    '[{"op":"test","path":"/data/c","value":"3"},{"op":"remove","path":"/data/c"}]',
  );
  equal(await data('made'), { a: 'edited' });
  const bad = await kubectlFails('patch configmap made --type=json -p', '[{"op":"test","path":"/data/a","value":"3"}]');
  match(bad, /^The request is invalid: the server rejected our request due to an error|testing value \/data\/a failed/);
});

await check('replace, also with an old resourceVersion, and by force', async () => {
  const old = await kubectl('get configmap made -o json');
  equal(await kubectlWith(configMap('made', { z: '1' }), 'replace -f -'), 'configmap/made replaced\n');
  const late = await run(kubectlCommand, ['replace', '-f', '-'], { input: old });
  const why = 'Operation cannot be fulfilled on configmaps "made": the object has been modified; ';
  match(late.stderr, new RegExp(`^Error from server \\(Conflict\\): error when replacing "STDIN": ${why}`));
  const uid = await kubectl('get configmap made -o', 'jsonpath={.metadata.uid}');
  const forced = await kubectlWith(configMap('made', { z: '2' }), 'replace --force -f -');
  match(forced, /^configmap "made" deleted(?: from \S+ namespace)?\nconfigmap\/made replaced\n$/);
  equal((await kubectl('get configmap made -o', 'jsonpath={.metadata.uid}')) === uid, false);
});

await check('label and annotate, and refuse to change what is there', async () => {
  equal(await kubectl('label configmap made tier=front'), 'configmap/made labeled\n');
  equal(
    await kubectlFails('label configmap made tier=back'),
    "error: 'tier' already has a value (front), and --overwrite is false\n",
  );
  equal(await kubectl('label configmap made tier=back --overwrite'), 'configmap/made labeled\n');
  match(await kubectl('annotate configmap made note=here'), /^configmap\/made annotated?\n$/);
  equal(await kubectl('get configmap -l tier=back -o name'), 'configmap/made\n');
  equal(await kubectl('label configmap made tier-'), 'configmap/made unlabeled\n');
  equal(await kubectl('annotate configmap made --list'), 'note=here\n');
});

await check('delete by selector, by file, and wait for a finalizer', async () => {
  await kubectl('label configmap keep owned group=gone');
  const said = await kubectl('delete configmap -l group=gone');
  match(said, /^configmap "keep" deleted.*\nconfigmap "owned" deleted.*\n$/);
  match(await kubectlFails('delete configmap keep'), /NotFound/);
  equal(await kubectl('delete configmap keep --ignore-not-found'), '');
  await kubectl('patch configmap made -p', '{"metadata":{"finalizers":["example.com/hold"]}}');
  await kubectl('delete configmap made --wait=false');
  match(
    await kubectlFails('wait --for=delete configmap/made --timeout=1s'),
    /timed out waiting for the condition on configmaps\/made/,
  );
  const waiting = kubectl('wait --for=delete configmap/made --timeout=30s');
  await kubectl('patch configmap made --type=merge -p', '{"metadata":{"finalizers":null}}');
  await waiting;
  match(await kubectlFails('get configmap made'), /NotFound/);
});
