// kubecolor: kubectl with colours, and without them where nobody looks.
import { check, equal, isCluster, kubectl, match, output, run } from './tool.mjs';

const ESCAPE = String.fromCharCode(27);
const coloured = async (...args) => (await output('kubecolor', ['--force-colors', ...args])).replaceAll(ESCAPE, '^');
const red = (text) => `^[31m${text}^[0m`;

await check('creates, as kubectl does', async () => {
  equal(
    await output('kubecolor', ['create', 'configmap', 'painted', '--from-literal=a=1']),
    'configmap/painted created\n',
  );
  match(
    await coloured('create', 'configmap', 'second', '--from-literal=a=1'),
    /^\^\[\d+mconfigmap\/second created\^\[0m\n$/,
  );
});

await check('colours a table', async () => {
  match(
    await coloured('get', 'configmap', 'painted'),
    /^\^\[37mNAME +DATA +AGE\^\[0m\n\^\[\d+mpainted\^\[0m +\^\[\d+m1\^\[0m +\^\[\d+m\d+s\^\[0m\n$/,
  );
});

await check('colours YAML, JSON and descriptions', async () => {
  match(await coloured('get', 'configmap', 'painted', '-o', 'yaml'), /\n\^\[\d+mkind\^\[0m: \^\[\d+mConfigMap\^\[0m\n/);
  match(await coloured('get', 'configmap', 'painted', '-o', 'json'), /"\^\[\d+mkind\^\[0m": "\^\[\d+mConfigMap\^\[0m"/);
  match(await coloured('describe', 'configmap', 'painted'), /^\^\[\d+mName\^\[0m: +\^\[\d+mpainted\^\[0m\n/);
});

await check('prints without colours to a pipe what kubectl prints', async () => {
  const args = ['get', 'configmap', 'painted', '-o', 'yaml'];
  equal(await output('kubecolor', args), await kubectl(args.join(' ')));
});

await check('ends as kubectl ends', async () => {
  const { code, stderr } = await run('kubecolor', ['--force-colors', 'get', 'configmap', 'nothing']);
  equal(
    [code, stderr.replaceAll(ESCAPE, '^')],
    [1, `${red('Error from server (NotFound): configmaps "nothing" not found')}\n`],
  );
  match(
    await output('kubecolor', ['delete', 'configmap', 'painted', 'second']),
    /^configmap "painted" deleted.*\nconfigmap "second" deleted.*\n$/,
  );
});

if (!isCluster)
  await check('what is forbidden is red, too', async () => {
    const { code, stderr } = await run('kubecolor', ['--force-colors', 'get', 'nodes']);
    equal(code, 1);
    match(
      stderr.replaceAll(ESCAPE, '^'),
      /^\^\[31mError from server \(Forbidden\): nodes is forbidden: User .*\^\[0m\n$/,
    );
  });
