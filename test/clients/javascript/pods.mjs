// Pods that answer, through @kubernetes/client-node: logs, exec, attach, copies and port-forward.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Attach, CoreV1Api, Cp, Exec, KubeConfig, Log, PortForward, Watch } from '@kubernetes/client-node';

const PATIENCE_MS = 30_000;
const namespace = process.env.NAMESPACE ?? 'default';

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);

async function check(what, test) {
  const late = delay(PATIENCE_MS).then(() => {
    throw new Error('waited in vain');
  });
  try {
    await Promise.race([test(), late]);
    process.stdout.write(`ok ${what}\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write(`not ok ${what}: ${String(error?.message ?? error).replaceAll('\n', ' ')}\n`);
  }
}

function equal(actual, expected) {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(`is ${JSON.stringify(actual)}`);
}

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

async function createPod(name, image, command, stdin = false) {
  const spec = { containers: [{ name: 'main', image, command, stdin }] };
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

await check('follow a log', async () => {
  await createPod('talker', 'busybox', ['sh', '-c', 'for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000']);
  const said = sink();
  const following = await new Log(config).log(namespace, 'talker', 'main', said.stream, { follow: true });
  await said.until('line 3\n');
  following.abort();
  equal(said.text(), 'line 1\nline 2\nline 3\n');
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
  await createPod('attached', 'busybox', command, true);
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

process.exit();
