import { setTimeout as delay } from 'node:timers/promises';
import { articleFlow } from '../../support/article-flow.ts';
import { readKubeconfig } from '../../support/ask.ts';
import { closedLoop } from '../load/closed-loop.ts';
import { open } from '../load/connection.ts';
import { PODS, podBodies } from '../load/pod-bodies.ts';
import { createSender } from '../load/sender.ts';
import { median } from '../median.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { atMost } from '../target.ts';

const MADE: Row = { work: 'a virtual cluster, made', unit: 'ms', target: atMost(5) };
const UNUSED: Row = { work: 'memory of one that nobody has used', unit: 'MB', target: atMost(0.1) };
const FLOWS: Row = { work: '100 of them run the first steps at once', unit: 's', target: atMost(15) };
const USED: Row = { work: 'memory of one that did', unit: 'MB' };
const FORK: Row = { work: 'a copy of a cluster with 10,000 pods, made', unit: 'ms', target: atMost(5) };
const SAVE: Row = { work: '… a savepoint of it', unit: 'ms', target: atMost(1) };
const EVENTS: Row = { work: '… brought back with events, one pod gone', unit: 'ms', target: atMost(5) };
const EXPIRED: Row = { work: '… brought back, watches and controllers anew', unit: 'ms' };
const RESET: Row = { work: 'reset after a Deployment of three', unit: 'ms', target: atMost(5) };

const CLUSTERS = '/-/clusters';
const SAVEPOINTS = '/-/savepoints';
const WARM_UP = 20;
const UNUSED_COUNT = 200;
const FLOW_COUNT = 100;
const PODS_COUNT = 10_000;
const IN_FLIGHT = 16;
const REPEATS = 10;
const SETTLE_MS = 6000;
const KB = 1024;

interface Made {
  readonly url: string;
  readonly kubeconfig: string;
}

async function many(bench: Bench): Promise<void> {
  const subject = await bench.fauxkube();
  const { send, close } = createSender(subject.endpoint, 1);
  const make = async (wish: object = {}): Promise<Made> =>
    JSON.parse(await send('POST', CLUSTERS, Buffer.from(JSON.stringify(wish)))) as Made;
  for (let i = 0; i < WARM_UP; i++) await make();
  await delay(SETTLE_MS);
  const beforeMb = subject.cost()?.rssMb;
  const takenMs: number[] = [];
  for (let i = 0; i < UNUSED_COUNT; i++) {
    const startedMs = performance.now();
    await make();
    takenMs.push(performance.now() - startedMs);
  }
  bench.record(MADE, 'fauxkube', median(takenMs));
  await delay(SETTLE_MS);
  const afterMb = subject.cost()?.rssMb;
  const grownMb = beforeMb === undefined || afterMb === undefined ? undefined : afterMb - beforeMb;
  bench.record(UNUSED, 'fauxkube', grownMb && Math.round((grownMb / UNUSED_COUNT) * KB) / KB);

  const clusters = await Promise.all(Array.from({ length: FLOW_COUNT }, () => make()));
  const startedMs = performance.now();
  await Promise.all(clusters.map(flow));
  bench.record(FLOWS, 'fauxkube', (performance.now() - startedMs) / 1000);
  await delay(SETTLE_MS);
  const usedMb = subject.cost()?.rssMb;
  bench.record(USED, 'fauxkube', usedMb && afterMb && (usedMb - afterMb) / FLOW_COUNT);
  close();
  await subject.end();
}

async function flow({ url, kubeconfig }: Made): Promise<void> {
  const { ca, cert, key } = readKubeconfig(kubeconfig);
  const { send, close } = createSender({ url: new URL(url).origin, ca, cert, key }, 1);
  const { pathname } = new URL(url);
  await articleFlow(async (method, path, body) => {
    const text = await send(method, pathname + path, body && Buffer.from(JSON.stringify(body)));
    return { status: method === 'POST' ? 201 : 200, text };
  });
  close();
}

async function copies(bench: Bench): Promise<void> {
  const subject = await bench.fauxkube();
  const connection = await open(subject.endpoint);
  const bodies = podBodies('copied', PODS_COUNT);
  await closedLoop(IN_FLIGHT, { requests: PODS_COUNT }, (i) => connection.exchange('POST', PODS, bodies[i]));
  const post = async (path: string, body: object): Promise<number> => {
    const startedMs = performance.now();
    await connection.exchange('POST', path, Buffer.from(JSON.stringify(body)));
    return performance.now() - startedMs;
  };
  const forkMs: number[] = [];
  const saveMs: number[] = [];
  const eventsMs: number[] = [];
  const expiredMs: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    forkMs.push(await post(CLUSTERS, { from: 'main' }));
    saveMs.push(await post(SAVEPOINTS, { name: `saved-${i}` }));
    const gone = `${PODS}/copied-${String(i).padStart(5, '0')}`;
    await connection.exchange('DELETE', gone);
    eventsMs.push(await post(`${SAVEPOINTS}/saved-${i}/restore`, { watches: 'events' }));
    await connection.exchange('DELETE', gone);
    expiredMs.push(await post(`${SAVEPOINTS}/saved-${i}/restore`, {}));
  }
  bench.record(FORK, 'fauxkube', median(forkMs));
  bench.record(SAVE, 'fauxkube', median(saveMs));
  bench.record(EVENTS, 'fauxkube', median(eventsMs));
  bench.record(EXPIRED, 'fauxkube', median(expiredMs));
  await subject.end();
}

const WEB = {
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'registry.example/shop/main:v2.4.1' }] },
    },
  },
};

/** Between two tests that share a cluster. */
async function resets(bench: Bench): Promise<void> {
  const subject = await bench.fauxkube();
  const { send, close } = createSender(subject.endpoint, 1);
  const post = (path: string, body: object): Promise<string> => send('POST', path, Buffer.from(JSON.stringify(body)));
  const takenMs: number[] = [];
  for (let i = 0; i < WARM_UP + REPEATS; i++) {
    await post('/apis/apps/v1/namespaces/default/deployments', WEB);
    await post('/-/settle', {});
    const startedMs = performance.now();
    await post('/-/reset', {});
    if (i >= WARM_UP) takenMs.push(performance.now() - startedMs);
  }
  bench.record(RESET, 'fauxkube', median(takenMs));
  close();
  await subject.end();
}

/** What a test suite pays for a cluster of each test. */
export const virtualClusters: Scenario = {
  name: 'virtual-clusters',
  rows: [MADE, UNUSED, FLOWS, USED, FORK, SAVE, EVENTS, EXPIRED, RESET],
  async run(bench) {
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`virtual-clusters, round ${round}`);
      await many(bench);
      await copies(bench);
      await resets(bench);
    }
  },
};
