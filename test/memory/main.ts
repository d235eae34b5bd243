/** `npm run memory`: what a server keeps of pods that are gone. It has to be as small at the end as at the start. */
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { systemClock } from '../../server/base/clock.ts';
import { rest } from '../../server/base/turn.ts';
import { LIMITS } from '../../server/kube/limits.ts';
import { programOptions } from '../support/program-options.ts';
import { type MeasuredServer, type Memory, startMeasured, TOKEN } from './server.ts';

const AT_ONCE = 32;
const PAUSE_MS = 200;
const PATIENCE_MS = 10 * 60_000;
const ALLOWED = 1.15;
const NAMESPACE = 'shop';
const PODS_PER_NODE = 200;
/**
 * The start is a server that has served somebody, and whose watches may not ask for that any more: what it reads and
 * compiles for the first pods, and for what it does often, is there for good, and does not grow with their number.
 */
const WARM_UP_PODS = 1000;
/** Leases are renewed every ten seconds; each write forgets what is too old. */
const HISTORY_SLACK_MS = 15_000;

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
const clock = systemClock();

function ask(
  server: MeasuredServer,
  method: string,
  path: string,
  body?: object,
): Promise<{ code: number; text: string }> {
  const text = body && JSON.stringify(body);
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const asked = request(`${server.url}${path}`, { method, agent, headers }, (answer) => {
      let received = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        received += part;
      });
      answer.once('end', () => resolve({ code: answer.statusCode ?? 0, text: received }));
      answer.once('error', reject);
    });
    asked.once('error', reject);
    asked.end(text);
  });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpMs = clock.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (clock.now() > giveUpMs) throw new Error(`waited in vain until ${what}`);
    await rest(PAUSE_MS);
  }
}

const pods = `/api/v1/namespaces/${NAMESPACE}/pods`;

async function count(server: MeasuredServer, fieldSelector: string): Promise<number> {
  const { text } = await ask(server, 'GET', `${pods}?limit=1&fieldSelector=${encodeURIComponent(fieldSelector)}`);
  const { items, metadata } = JSON.parse(text) as { items: unknown[]; metadata: { remainingItemCount?: number } };
  // With a selector, nobody counts what is left.
  if (metadata.remainingItemCount !== undefined || items.length === 0) return items.length;
  const all = JSON.parse((await ask(server, 'GET', `${pods}?fieldSelector=${encodeURIComponent(fieldSelector)}`)).text);
  return (all as { items: unknown[] }).items.length;
}

/** Makes pods in a namespace of their own, waits until they run, and deletes it. */
async function round(server: MeasuredServer, podCount: number): Promise<void> {
  const namespaces = '/api/v1/namespaces';
  await ask(server, 'POST', namespaces, { metadata: { name: NAMESPACE } });
  const account = `${namespaces}/${NAMESPACE}/serviceaccounts/default`;
  await until('the namespace has its account', async () => (await ask(server, 'GET', account)).code === 200);
  let made = 0;
  const make = async (): Promise<void> => {
    while (made < podCount) {
      const name = `p${++made}`;
      const spec = { containers: [{ name: 'c', image: 'nginx' }] };
      const { code, text } = await ask(server, 'POST', pods, { metadata: { name, labels: { app: name } }, spec });
      if (code !== 201) throw new Error(text);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, make));
  await until('all pods run', async () => (await count(server, 'status.phase!=Running')) === 0);
  await ask(server, 'DELETE', `${namespaces}/${NAMESPACE}`);
  await until(
    'the namespace is gone',
    async () => (await ask(server, 'GET', `${namespaces}/${NAMESPACE}`)).code === 404,
  );
}

/** Watches that were interrupted may ask for the last five minutes. */
const untilForgotten = (): Promise<void> => rest(LIMITS.retainedEventsMs + HISTORY_SLACK_MS);

const text = ({ rssMb, heapMb }: Memory): string => `RSS ${rssMb.toFixed(0)} MB, reachable ${heapMb.toFixed(1)} MB`;

async function main(): Promise<void> {
  const values = programOptions('memory', {
    pods: { is: 'number', text: 'how many in a round', default: 10_000 },
    rounds: { is: 'number', text: 'how often they are made and deleted', default: 10 },
    snapshots: { is: 'text', text: 'a folder for heap snapshots of the start and the end' },
  });
  const podCount = values.pods;
  const server = await startMeasured([`--nodes=${Math.ceil(podCount / PODS_PER_NODE)}`]);
  try {
    await round(server, WARM_UP_PODS);
    await untilForgotten();
    const start = await server.memory();
    process.stdout.write(`start: ${text(start)}\n`);
    if (values.snapshots !== undefined) await server.snapshot(join(values.snapshots, 'start.heapsnapshot'));
    let end = start;
    for (let done = 1; done <= values.rounds; done++) {
      const startedMs = clock.now();
      await round(server, podCount);
      end = await server.memory();
      const seconds = ((clock.now() - startedMs) / 1000).toFixed(0);
      process.stdout.write(`${done} × ${podCount} pods: ${text(end)} (${seconds} s)\n`);
    }
    await untilForgotten();
    end = await server.memory();
    process.stdout.write(`five minutes later: ${text(end)}\n`);
    if (values.snapshots !== undefined) await server.snapshot(join(values.snapshots, 'end.heapsnapshot'));
    const grown = end.rssMb / start.rssMb;
    process.stdout.write(`${grown.toFixed(2)} times the start\n`);
    if (grown > ALLOWED) process.exitCode = 1;
  } finally {
    server.stop();
    agent.destroy();
  }
}

await main();
