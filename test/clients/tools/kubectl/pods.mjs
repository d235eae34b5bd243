// Pods: run, logs, exec, cp, port-forward, attach, debug, top.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  check,
  equal,
  file,
  joined,
  kubectl,
  kubectlCommand,
  kubectlFails,
  match,
  output,
  Running,
  run,
  startKubectl,
} from '../tool.mjs';

const ready = (name) => kubectl(`wait pod ${name} --for=condition=Ready --timeout=60s`);

await check('run a pod, and wait for it', async () => {
  equal(await kubectl('run web --image=nginx --port=80 --labels=app=pods --env=WORD=xyzzy'), 'pod/web created\n');
  equal(await ready('web'), 'pod/web condition met\n');
  match(
    await kubectl('get pod web -o wide --no-headers'),
    /^web +1\/1 +Running +0 +\d+s +[\d.]+ +\S+ +<none> +<none>\n$/,
  );
  match(
    await kubectl('describe pod web'),
    /\nEvents:\n[\s\S]*Normal +Scheduled [\s\S]*Normal +Pulled [\s\S]*Normal +Created [\s\S]*Normal +Started /,
  );
});

await check('run with a terminal-less attach prints what the pod says and removes it', async () => {
  const args = ['run', 'once', '--image=busybox', '--restart=Never', '--rm', '-i', '--quiet', '--', 'cat'];
  equal((await output(kubectlCommand, args, { input: 'through and through\n' })).split('\n')[0], 'through and through');
  match(await kubectlFails('get pod once'), /NotFound/);
});

await check('logs: followed, of the last lines, with a prefix', async () => {
  const talk = 'for i in 1 2 3; do echo line $i; sleep 0.2; done; read word';
  await kubectl('run talker --image=busybox -i --labels=app=talker --attach=false -- sh -c', talk);
  await ready('talker');
  const following = startKubectl('logs -f talker');
  await following.said(/^line 1\nline 2\nline 3\n$/);
  await following.end();
  equal(await kubectl('logs talker --tail=1'), 'line 3\n');
  match(
    await kubectl('logs -l app=talker --prefix --timestamps --tail=1'),
    /^\[pod\/talker\/talker\] \d{4}-\d\d-\d\dT[\d:.]+Z line 3\n$/,
  );
  equal(await kubectl('logs talker --limit-bytes=6'), 'line 1');
  const no = await kubectlFails('logs talker -c nothing');
  match(no, /container nothing is not valid for pod talker( out of: talker)?\n$/);
});

await check('attach sends what is typed, and the log of a pod that has ended stays', async () => {
  await kubectl(
    'run asked --image=busybox -i --restart=Never --attach=false -- sh -c',
    'read word; echo got $word; exit 4',
  );
  await ready('asked');
  const attached = new Running(kubectlCommand, ['attach', '-i', 'asked'], { input: 'something\n' });
  await attached.said(/got something\n/);
  await attached.ended;
  equal(
    await kubectl('wait pod asked --for=jsonpath={.status.phase}=Failed --timeout=30s'),
    'pod/asked condition met\n',
  );
  equal(await kubectl('logs asked'), 'got something\n');
  match(await kubectl('get pod asked --no-headers'), /^asked +0\/1 +Error +0 +\d+s\n$/);
});

await check('exec takes its input and gives output, errors and exit code', async () => {
  equal(await kubectl('exec web -- sh -c', 'echo $WORD; hostname'), 'xyzzy\nweb\n');
  const options = { input: 'something\n' };
  const args = ['exec', '-i', 'web', '--', 'sh', '-c', 'read word; echo got $word; echo bad >&2; exit 3'];
  const { code, stdout, stderr } = await run(kubectlCommand, args, options);
  equal([code, stdout, stderr], [3, 'got something\n', 'bad\ncommand terminated with exit code 3\n']);
  match(await kubectlFails('exec nothing -- true'), /^Error from server \(NotFound\): pods "nothing" not found\n$/);
});

await check('cp into a pod and back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clients-'));
  try {
    await kubectl(`cp ${file('there.txt', 'what is in it\n')} web:/srv/there.txt`);
    equal(await kubectl('exec web -- cat /srv/there.txt'), 'what is in it\n');
    await kubectl(`cp web:/srv ${folder}`);
    equal(readFileSync(join(folder, 'there.txt'), 'utf8'), 'what is in it\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

await check('port-forward to a pod and to a service', async () => {
  await kubectl('expose pod web --port=8000 --target-port=80');
  for (const target of ['pod/web :80', 'service/web :8000']) {
    const forwarding = startKubectl(`port-forward ${target}`);
    const [, port] = await forwarding.said(/^Forwarding from 127\.0\.0\.1:(\d+) -> 80\n/);
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    equal(answer.status, 200);
    match(await answer.text(), /Welcome to nginx!/);
    await forwarding.end();
  }
});

await check('debug adds a container, and copies a pod', async () => {
  const debug = 'debug web --image=busybox --container=looker --profile=general --attach=false -- sh -c';
  await kubectl(debug, 'echo looking');
  const state = 'jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.reason}=Completed';
  await kubectl('wait pod web --timeout=30s --for', state);
  equal(await kubectl('logs web -c looker'), 'looking\n');
  await kubectl('debug web --copy-to=copy --set-image=web=nginx:1.25 --profile=general --attach=false');
  equal(await kubectl('get pod copy -o', 'jsonpath={.spec.containers[0].image}'), 'nginx:1.25');
});

await check('top tells what pods use', async () => {
  match(await kubectl('top pod web --no-headers'), /^web +\d+m +\d+Mi *\n$/);
  match(await kubectl('top pods -l app=pods --containers --no-headers'), /^web +web +\d+m +\d+Mi *\n/m);
  match(await kubectl('top pods --sort-by=memory'), /^NAME +CPU\(cores\) +MEMORY\(bytes\) *\n/);
});

await check('delete with a grace period, by force, and evict no pod of a full budget', async () => {
  match(await kubectl('delete pod talker --grace-period=1'), /^pod "talker" deleted/);
  await kubectl('create poddisruptionbudget all --selector=app=pods --min-available=1');
  match(await kubectl('get pdb all --no-headers'), /^all +1 +N\/A +\d +\d+s\n$/);
  const forced = await run(kubectlCommand, ['delete', 'pod', 'web', 'copy', '--force']);
  match(
    forced.stderr,
    joined(
      /^Warning: Immediate deletion does not wait for confirmation that the running resource /,
      /has been terminated\. The resource may continue to run on the cluster indefinitely\.\n/,
      /$/,
    ),
  );
  match(forced.stdout, /^pod "web" force deleted.*\npod "copy" force deleted.*\n$/);
});
