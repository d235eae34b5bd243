// kubectx and kubens, which switch contexts and namespaces of the kubeconfig.
import { readFileSync } from 'node:fs';
import { check, equal, file, isCluster, joined, kubectl, match, namespace, output, run } from './tool.mjs';

const config = file('config', readFileSync(process.env.KUBECONFIG, 'utf8'));
const more = { KUBECONFIG: config };
const kubectx = (...args) => output('kubectx', args, { more });
const kubens = (...args) => run('kubens', args, { more });
const current = () =>
  kubectl('config view --minify -o', 'jsonpath={.contexts[0].context.namespace}', '--kubeconfig', config);

await check('kubectx lists contexts, and renames one', async () => {
  const name = (await kubectl('config current-context')).trim();
  equal(await kubectx(), `${name}\n`);
  equal(await kubectx(`mine=${name}`), `Context "${name}" renamed to "mine".\n`);
  equal(await kubectx('-c'), 'mine\n');
});

await check('kubens tells the namespace', async () => {
  equal((await kubens('-c')).stdout, `${namespace}\n`);
});

if (isCluster) {
  await check('kubens lists namespaces, switches to one and back', async () => {
    await kubectl('create namespace elsewhere');
    match((await kubens()).stdout, new RegExp(`^default\nelsewhere\n(.*\n)*${namespace}\n`));
    equal((await kubens('elsewhere')).code, 0);
    equal(await current(), 'elsewhere');
    await kubens('-');
    equal(await current(), namespace);
    await kubectl('delete namespace elsewhere');
  });
  await check('kubens does not switch to what is not there', async () => {
    const { code, stderr } = await kubens('nothing');
    equal([code, stderr], [1, 'error: no namespace exists with name "nothing".\n']);
    equal(await current(), namespace);
  });
} else
  await check('kubens may not list namespaces', async () => {
    const { stderr } = await kubens();
    match(
      stderr,
      joined(
        /^Error from server \(Forbidden\): namespaces is forbidden: User "\S+" cannot list /,
        /resource "namespaces" in API group "" at the cluster scope\n/,
      ),
    );
  });
