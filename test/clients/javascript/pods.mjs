// Pods that answer, through @kubernetes/client-node: logs, exec, attach, copies and port-forward.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Attach, CoreV1Api, Cp, Exec, KubeConfig, Log, PortForward, Watch } from '@kubernetes/client-node';
import { check, equal, isAdmin, matches, namespace, refused } from './checks.mjs';

const PATIENCE_MS = 60_000;

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);

/** A stream that what is written to it can be asked of. */
function sink() {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (data) => {
    text += data;
  });
  const until = async (wanted) => {
    while (!text.includes(wanted)) await delay(20);
    return text;
  };
  return { stream, until, text: () => text };
}

async function createPod(name, image, command, { stdin = false, restartPolicy } = {}) {
  const spec = { containers: [{ name: 'main', image, command, stdin }], restartPolicy };
  await core.createNamespacedPod({ namespace, body: { metadata: { name }, spec } });
  await new Promise((resolve, reject) => {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const onEvent = (_type, pod) => {
      if (pod.metadata.name !== name) return;
      if (pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')) resolve();
    };
    new Watch(config)
      .watch(path, {}, onEvent, (error) => error && reject(error))
      .then((watching) => {
        setTimeout(() => watching.abort(), PATIENCE_MS).unref();
      }, reject);
  });
}

async function execute(command, input) {
  const [stdout, stderr] = [sink(), sink()];
  const stdin = input === undefined ? null : new PassThrough();
  const status = await new Promise((resolve, reject) => {
    new Exec(config)
      .exec(namespace, 'web', 'main', command, stdout.stream, stderr.stream, stdin, false, resolve)
      .then(() => stdin?.end(input), reject);
  });
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

await check('create a pod and watch it until it is ready', () => createPod('web', 'nginx'));

await check('follow a log to its end', async () => {
  const command = ['sh', '-c', 'for i in 1 2 3; do echo line $i; sleep 0.5; done'];
  await createPod('talker', 'busybox', command, { restartPolicy: 'Never' });
  const said = sink();
  await new Log(config).log(namespace, 'talker', 'main', said.stream, { follow: true });
  await once(said.stream, 'end');
  equal(said.text(), 'line 1\nline 2\nline 3\n');
});

await check('read the end of a log, with times', async () => {
  const log = await core.readNamespacedPodLog({ name: 'talker', namespace, tailLines: 2, timestamps: true });
  matches(log, /^\d{4}-\d\d-\d\dT[\d:.]+Z line 2\n\d{4}-\d\d-\d\dT[\d:.]+Z line 3\n$/);
  const other = { name: 'talker', namespace, container: 'other' };
  const { message } = await refused(core.readNamespacedPodLog(other), 400, 'BadRequest');
  equal(message, 'container other is not valid for pod talker');
});

await check('exec and take its output', async () => {
  const { status, stdout } = await execute(['cat', '/etc/hostname']);
  equal([status.status, stdout], ['Success', 'web\n']);
});

await check('exec with stdin and an exit code', async () => {
  const command = ['sh', '-c', 'read word; echo got $word; echo bad >&2; exit 3'];
  const { status, stdout, stderr } = await execute(command, 'something\n');
  equal([stdout, stderr, status.reason], ['got something\n', 'bad\n', 'NonZeroExitCode']);
  equal(status.details.causes, [{ reason: 'ExitCode', message: '3' }]);
});

await check('attach', async () => {
  const command = ['sh', '-c', 'read word; echo got $word; sleep 1000'];
  await createPod('attached', 'busybox', command, { stdin: true });
  const [said, stdin] = [sink(), new PassThrough()];
  const socket = await new Attach(config).attach(namespace, 'attached', 'main', said.stream, null, stdin, false);
  stdin.write('something\n');
  await said.until('got something\n');
  socket.close();
});

// Only there: what it copies back it packs with gzip, and does not unpack.
await check('copy a folder into a pod', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clients-'));
  try {
    writeFileSync(join(folder, 'there.txt'), 'what is in it\n');
    await new Cp(config).cpToPod(namespace, 'web', 'main', folder, '/srv');
    let { stdout } = await execute(['cat', '/srv/there.txt']);
    while (stdout === '') ({ stdout } = await execute(['cat', '/srv/there.txt']));
    equal(stdout, 'what is in it\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

await check('a request through a forwarded port', async () => {
  const forward = new PortForward(config);
  const server = createServer((socket) => void forward.portForward(namespace, 'web', [80], socket, null, socket));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const said = sink();
  const socket = connect(server.address().port, '127.0.0.1');
  socket.pipe(said.stream);
  socket.write('GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n');
  await said.until('Welcome to nginx!');
  socket.destroy();
  server.close();
});

await check('a request through the proxy of the API', async () => {
  const answer = await core.connectGetNamespacedPodProxy({ name: 'web', namespace });
  matches(String(answer), /Welcome to nginx!/);
});

await check('a command that is not there, and a container that is not', async () => {
  const { status } = await execute(['no-such-command']);
  equal(status.status, 'Failure');
  matches(status.message, /no-such-command/);
  const exec = new Exec(config);
  const failure = await exec
    .exec(namespace, 'web', 'other', ['true'], sink().stream, sink().stream, null, false)
    .catch((error) => error);
  matches(failure.message, /Unexpected server response: 400/);
});

await check('a pod ends and is gone', async () => {
  await core.deleteNamespacedPod({ name: 'talker', namespace, gracePeriodSeconds: 0 });
  await refused(core.readNamespacedPod({ name: 'talker', namespace }), 404, 'NotFound');
});

if (!isAdmin)
  await check('exec and logs in another namespace are forbidden', async () => {
    const exec = new Exec(config);
    const failure = await exec
      .exec('kube-system', 'web', 'main', ['true'], sink().stream, sink().stream, null, false)
      .catch((error) => error);
    matches(failure.message, /Unexpected server response: 403/);
    await refused(core.readNamespacedPodLog({ name: 'web', namespace: 'kube-system' }), 403, 'Forbidden');
  });

process.exit();
