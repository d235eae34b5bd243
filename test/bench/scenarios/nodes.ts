import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createSender, type Sender } from '../load/sender.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { restingPercent } from '../subjects/resting.ts';
import { atMost } from '../target.ts';

const COUNT = 5000;
const LIST: Row = { work: '5,000 nodes of a list until Ready', unit: 's', target: atMost(6) };
const CPU: Row = { work: '… CPU of a node', unit: 'ms' };
const FIXTURE: Row = { work: '5,000 nodes of a fixture, from the start', unit: 's', target: atMost(6) };
const FEW: Row = { work: 'CPU at rest with 2 nodes', unit: '%', target: atMost(1) };
const MANY: Row = { work: 'CPU at rest with 5,000 nodes', unit: '%', target: atMost(10) };

const NODES = '/api/v1/nodes';
const POLL_MS = 100;
const LIMIT_MS = 120_000;

interface Node {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** As `kubectl create -f list.json` would send them. */
const nodes = Array.from({ length: COUNT }, (_, i) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `n${i}`, labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' } },
  status: { capacity: { cpu: '8', memory: '32Gi', pods: '110' } },
}));

const isReady = ({ status }: Node): boolean =>
  status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;

/**
 * Asks for the last node first: a list of them all is dear, and what it takes to send and read it is not waited for by
 * anybody who only needs the nodes.
 *
 * @returns when the list was asked for that shows them all ready
 * @throws Error when it takes too long
 */
async function untilReady({ send }: Sender): Promise<number> {
  const limitMs = performance.now() + LIMIT_MS;
  for (;;) {
    const askedMs = performance.now();
    if (isReady(JSON.parse(await send('GET', `${NODES}/n${COUNT - 1}`)) as Node)) {
      const { items } = JSON.parse(await send('GET', NODES)) as { readonly items: readonly Node[] };
      if (items.filter(isReady).length >= COUNT) return askedMs;
    }
    if (performance.now() > limitMs) throw new Error(`nodes were not ready after ${LIMIT_MS / 1000} s`);
    await delay(POLL_MS);
  }
}

async function measureList(bench: Bench): Promise<void> {
  const subject = await bench.fauxkube();
  bench.record(FEW, 'fauxkube', await restingPercent(subject));
  const sender = createSender(subject.endpoint, 1);
  const bodies = nodes.map((node) => Buffer.from(JSON.stringify(node)));
  const before = subject.cost();
  const startedMs = performance.now();
  for (const body of bodies) await sender.send('POST', NODES, body);
  const readyMs = await untilReady(sender);
  bench.record(LIST, 'fauxkube', (readyMs - startedMs) / 1000);
  const after = subject.cost();
  const cpuMs = before && after && (after.cpuSeconds - before.cpuSeconds) * 1000;
  bench.record(CPU, 'fauxkube', cpuMs === undefined ? undefined : cpuMs / COUNT);
  sender.close();
  bench.record(MANY, 'fauxkube', await restingPercent(subject));
  await subject.end();
}

async function measureFixture(bench: Bench): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-bench-nodes-'));
  try {
    writeFileSync(join(folder, 'nodes.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: nodes }));
    const startedMs = performance.now();
    const subject = await bench.fauxkube({ fixtures: folder });
    const sender = createSender(subject.endpoint, 1);
    const readyMs = await untilReady(sender);
    bench.record(FIXTURE, 'fauxkube', (readyMs - startedMs) / 1000);
    sender.close();
    await subject.end();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Large clusters: how soon they are there, and what they cost while nothing happens. */
export const manyNodes: Scenario = {
  name: 'nodes',
  rows: [LIST, CPU, FIXTURE, FEW, MANY],
  async run(bench) {
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${manyNodes.name}: round ${round} of ${bench.rounds}`);
      await measureList(bench);
      await measureFixture(bench);
    }
  },
};
