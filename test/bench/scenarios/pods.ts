import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { openChannels } from '../load/channels.ts';
import { closedLoop } from '../load/closed-loop.ts';
import { open } from '../load/connection.ts';
import { createSender, type Sender } from '../load/sender.ts';
import { median } from '../median.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import type { Subject } from '../subjects/subject.ts';
import { atLeast, atMost } from '../target.ts';

const MEMORY: Row = { work: 'memory that 1,000 running pods add, with them', unit: 'MB', target: atMost(60) };
const SHELLS: Row = { work: '… each with a shell that runs', unit: 'MB' };
const EXEC: Row = { work: 'first exec in a pod', unit: 'ms', target: atMost(30) };
const FORWARD: Row = { work: 'port-forward: MB a second', unit: '/s', target: atLeast(100) };
const LINES: Row = { work: 'log lines of 100 pods', unit: '/s', target: atLeast(5000) };
const READS: Row = { work: '… GET of a pod meanwhile, of 100 %', unit: '%', target: atLeast(80) };
const SHELL_LINES: Row = { work: '… of as many loops in a shell', unit: '/s' };
const SHELL_READS: Row = { work: '… GET of a pod meanwhile, of 100 %', unit: '%' };

const DEFAULT = '/api/v1/namespaces/default';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const COUNT = 1000;
const EXECS = 20;
const FORWARDED_BYTES = 200 * 1024 * 1024;
const WRITERS = 100;
const LINES_PER_WRITER = 60;
const POLL_MS = 50;
const SETTLE_MS = 3000;
const READ_MS = 3000;
const READ_STREAMS = 4;

/** A Deployment of pods that run a command, or what their image runs. */
async function deploy(
  sender: Sender,
  name: string,
  replicas: number,
  image: string,
  command?: readonly string[],
): Promise<void> {
  const container = { name: 'main', image, ...(command && { command }) };
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { automountServiceAccountToken: false, containers: [container] } };
  const body = { metadata: { name }, spec: { replicas, selector: { matchLabels: labels }, template } };
  await sender.send('POST', DEPLOYMENTS, Buffer.from(JSON.stringify(body)));
  for (;;) {
    const { status } = JSON.parse(await sender.send('GET', `${DEPLOYMENTS}/${name}`)) as {
      readonly status: { readonly readyReplicas?: number };
    };
    if (status.readyReplicas === replicas) return;
    await delay(POLL_MS);
  }
}

async function podNames(sender: Sender, app: string): Promise<string[]> {
  const text = await sender.send('GET', `${DEFAULT}/pods?labelSelector=app%3D${app}`);
  const { items } = JSON.parse(text) as { readonly items: readonly { readonly metadata: { readonly name: string } }[] };
  return items.map(({ metadata }) => metadata.name);
}

async function memoryOf(bench: Bench, row: Row, image: string, command?: readonly string[]): Promise<void> {
  const subject = await bench.fauxkube({ nodes: 10 });
  const sender = createSender(subject.endpoint, 2);
  await deploy(sender, 'first', 1, image, command);
  await delay(SETTLE_MS);
  const before = subject.cost()?.rssMb;
  await deploy(sender, 'many', COUNT, image, command);
  await delay(SETTLE_MS);
  const after = subject.cost()?.rssMb;
  bench.record(row, 'fauxkube', before === undefined || after === undefined ? undefined : after - before);
  sender.close();
  await subject.end();
}

/** From the request to its status, in pods of which nobody has wanted anything. */
async function execs(bench: Bench, { endpoint }: Subject, sender: Sender): Promise<void> {
  await deploy(sender, 'quiet', EXECS, 'nginx');
  const takenMs: number[] = [];
  for (const name of await podNames(sender, 'quiet')) {
    const startedMs = performance.now();
    const path = `${DEFAULT}/pods/${name}/exec?stdout=true&stderr=true&command=echo&command=hello`;
    const { socket, onFrame } = await openChannels(endpoint, path, 'v5.channel.k8s.io');
    let said = '';
    onFrame((channel, data) => {
      if (channel === 1) said += data.toString();
    });
    await once(socket, 'close');
    takenMs.push(performance.now() - startedMs);
    if (said !== 'hello\n') throw new Error(`exec said ${JSON.stringify(said)}`);
  }
  bench.record(EXEC, 'fauxkube', median(takenMs));
}

/** What comes out of a pod that sends as much as it can. */
async function forward(bench: Bench, { endpoint }: Subject, sender: Sender): Promise<void> {
  const megabytes = FORWARDED_BYTES / 1024 / 1024;
  await deploy(sender, 'source', 1, 'busybox', [
    'sh',
    '-c',
    `dd if=/dev/zero bs=1M count=${megabytes} | nc -l -p 8080; sleep 1000`,
  ]);
  const [name] = await podNames(sender, 'source');
  const path = `${DEFAULT}/pods/${name}/portforward?ports=8080`;
  const startedMs = performance.now();
  const { socket, onFrame } = await openChannels(endpoint, path, 'v4.channel.k8s.io');
  let received = 0;
  await new Promise<void>((resolve, reject) => {
    // The first frame of each channel is the number of the port.
    const seen = new Set<number>();
    onFrame((channel, data) => {
      if (!seen.has(channel)) seen.add(channel);
      else if (channel === 0) received += data.length;
      else reject(new Error(data.toString()));
      if (received >= FORWARDED_BYTES) resolve();
    });
    socket.once('close', () => reject(new Error(`port-forward ended after ${received} bytes`)));
  });
  bench.record(FORWARD, 'fauxkube', (megabytes * 1000) / (performance.now() - startedMs));
  socket.terminate();
}

async function readsPerSecond({ endpoint }: Subject, name: string): Promise<number> {
  const connection = await open(endpoint);
  const send = (): Promise<number> => connection.exchange('GET', `${DEFAULT}/pods/${name}`);
  const perSecond = await closedLoop(READ_STREAMS, { forMs: READ_MS }, send);
  connection.close();
  return perSecond;
}

/** Both number their lines. */
async function written(sender: Sender, name: string): Promise<number> {
  const text = await sender.send('GET', `${DEFAULT}/pods/${name}/log?tailLines=1`);
  return Number(/\bline (\d+)/.exec(text)?.[1] ?? /^[IWEF]\d{4} \S+ +\d+ \S+\] (\d+) /.exec(text)?.[1] ?? 0);
}

interface Writer {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
}

const SECONDS = 600;
const GENERATOR: Writer = {
  name: 'generators',
  image: 'registry.k8s.io/e2e-test-images/agnhost:2.53',
  command: [
    '/agnhost',
    'logs-generator',
    `--log-lines-total=${LINES_PER_WRITER * SECONDS}`,
    `--run-duration=${SECONDS}s`,
  ],
};
const LOOP: Writer = {
  name: 'loops',
  image: 'busybox',
  command: [
    'sh',
    '-c',
    `i=0; while :; do i=$((i + 1)); echo "line $i of a service"; sleep ${(1 / LINES_PER_WRITER).toFixed(4)}; done`,
  ],
};

/** Lines of a hundred pods in a second, and what is left of the reads, beside those of a server with nothing to do. */
async function logs(bench: Bench, { name, image, command }: Writer, lines: Row, reads: Row): Promise<void> {
  const subject = await bench.fauxkube({ nodes: 4 });
  const sender = createSender(subject.endpoint, 4);
  await deploy(sender, 'still', 1, 'nginx');
  const [still = ''] = await podNames(sender, 'still');
  await readsPerSecond(subject, still);
  const alone = await readsPerSecond(subject, still);
  await deploy(sender, name, WRITERS, image, command);
  const names = await podNames(sender, name);
  const count = async (): Promise<number> => {
    let sum = 0;
    for (const pod of names) sum += await written(sender, pod);
    return sum;
  };
  const [before, startedMs] = [await count(), performance.now()];
  const beside = await readsPerSecond(subject, still);
  bench.record(lines, 'fauxkube', (((await count()) - before) * 1000) / (performance.now() - startedMs));
  bench.record(reads, 'fauxkube', (beside / alone) * 100);
  sender.close();
  await subject.end();
}

/** Pods that do something: what they cost, and how fast they answer. */
export const pods: Scenario = {
  name: 'pods',
  rows: [MEMORY, SHELLS, EXEC, FORWARD, LINES, READS, SHELL_LINES, SHELL_READS],
  async run(bench) {
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${pods.name}: round ${round} of ${bench.rounds}`);
      await memoryOf(bench, MEMORY, 'nginx');
      await memoryOf(bench, SHELLS, 'busybox', ['sh', '-c', 'while :; do sleep 1000; done']);
      const subject = await bench.fauxkube({ nodes: 4 });
      const sender = createSender(subject.endpoint, 4);
      await execs(bench, subject, sender);
      await forward(bench, subject, sender);
      sender.close();
      await subject.end();
      await logs(bench, GENERATOR, LINES, READS);
      await logs(bench, LOOP, SHELL_LINES, SHELL_READS);
    }
  },
};
