// stern: the logs of several pods, of those that come later too.
import { check, equal, isCluster, kubectl, match, namespace, output, Running, run } from './tool.mjs';

const { TOOL } = process.env;
const talk = 'echo "$(hostname) says one"; echo "$(hostname) says two"; read word';
const speaker = (name, app) =>
  kubectl(`run ${name} --image=busybox -i --attach=false --labels=app=${app} -- sh -c`, talk);
const ready = (...names) => kubectl(`wait --for=condition=Ready --timeout=60s pod ${names.join(' ')}`);
const stern = (...args) => new Running(TOOL, ['--color=never', ...args], { input: null });
const toEnd = (...args) => output(TOOL, ['--color=never', '--no-follow', ...args]);
const lines = (text) => text.trim().split('\n').sort();

await speaker('left', 'talk');
await speaker('right', 'talk');
await speaker('other', 'other');
await ready('left', 'right', 'other');

await check('prints what all pods of a name have said, and ends', async () => {
  const said = await toEnd('left|right');
  equal(lines(said), [
    'left left left says one',
    'left left left says two',
    'right right right says one',
    'right right right says two',
  ]);
});

await check('takes pods by a label, and lines by an expression', async () => {
  equal(lines(await toEnd('--selector=app=talk', '--include=two', '--output=raw')), [
    'left says two',
    'right says two',
  ]);
  equal(lines(await toEnd('.', '--exclude-pod=left', '--exclude=one', '--output=raw')), [
    'other says two',
    'right says two',
  ]);
  equal(lines(await toEnd('pod/other', '--tail=1', '--output=raw')), ['other says two']);
});

await check('takes pods by a field, and the pods of a deployment', async () => {
  equal(lines(await toEnd('--field-selector=metadata.name=other', '--output=raw')), [
    'other says one',
    'other says two',
  ]);
  await kubectl('create deployment many --image=busybox --replicas=2 -- sh -c', 'echo many; sleep 1000');
  await kubectl('rollout status deployment many --timeout=60s');
  equal(await toEnd('deployment/many', '--output=raw'), 'many\nmany\n');
});

await check('prints JSON with the names of node, pod and container', async () => {
  const said = await toEnd('other', '--output=json', '--tail=1');
  const { nodeName, annotations, ...line } = JSON.parse(said);
  equal(line, {
    message: 'other says two',
    namespace,
    podName: 'other',
    containerName: 'other',
    labels: { app: 'other' },
  });
  equal(annotations ?? {}, {});
  equal(nodeName, await kubectl('get pod other -o', 'jsonpath={.spec.nodeName}'));
});

await check('follows pods that come and go', async () => {
  const following = stern('--selector=app=late', '--only-log-lines');
  await speaker('late', 'late');
  await following.said(/^late late late says two$/m);
  await speaker('later', 'late');
  await following.said(/^later later later says two$/m);
  await kubectl('delete pod late --now');
  await following.end('SIGINT');
});

await check('tells of pods that it adds and takes away', async () => {
  const following = stern('left', '--tail=0');
  await following.said(/^\+ left › left$/m, 'stderr');
  await kubectl('delete pod left --now');
  await following.said(/^- left › left$/m, 'stderr');
  await following.end('SIGINT');
});

if (!isCluster)
  await check('pods of all namespaces are forbidden', async () => {
    const { code, stderr } = await run(TOOL, ['.', '--all-namespaces', '--no-follow']);
    equal(code, 1);
    match(stderr, /pods is forbidden: User "\S+" cannot list resource "pods" in API group "" at the cluster scope/);
  });
