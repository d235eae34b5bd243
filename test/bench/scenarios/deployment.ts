import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, open } from '../load/connection.ts';
import type { Row, Scenario } from '../scenario.ts';
import { atMost } from '../target.ts';

const ROWS: Readonly<Record<number, Row>> = {
  100: { work: 'Deployment of 100 until Ready and in slices', unit: 's', target: atMost(0.4) },
  1000: { work: 'Deployment of 1,000 until Ready and in slices', unit: 's', target: atMost(1.5) },
};
const CPU: Row = { work: '… CPU of a replica', unit: 'ms', target: atMost(1.5) };
const MANY: Row = { work: '600 Deployments of one replica until Ready', unit: 's', target: atMost(5) };

const NODES = 8;
const MANY_COUNT = 600;
const POLL_MS = 20;
const LIMIT_MS = 60_000;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const SERVICES = '/api/v1/namespaces/default/services';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';

interface Deployment {
  readonly status?: { readonly readyReplicas?: number };
}

interface DeploymentList {
  readonly items: readonly Deployment[];
}

interface EndpointSliceList {
  readonly items: readonly {
    readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[] | null;
  }[];
}

function bodies(name: string, replicas: number): { service: Buffer; deployment: Buffer } {
  const labels = { app: name };
  const containers = [{ name: 'main', image: 'registry.example/shop/main:v2.4.1', ports: [{ containerPort: 8080 }] }];
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
  return { service: Buffer.from(JSON.stringify(service)), deployment: Buffer.from(JSON.stringify(deployment)) };
}

/** Asks as a script with kubectl would. @throws Error when it takes too long */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const limitMs = performance.now() + LIMIT_MS;
  while (!(await holds())) {
    if (performance.now() > limitMs) throw new Error(`${what} took more than ${LIMIT_MS / 1000} s`);
    await delay(POLL_MS);
  }
}

async function deploySeconds(connection: Connection, replicas: number): Promise<number> {
  const name = `replicas-${replicas}`;
  const { service, deployment } = bodies(name, replicas);
  await connection.exchange('POST', SERVICES, service);
  const startedMs = performance.now();
  await connection.exchange('POST', DEPLOYMENTS, deployment);
  await until(`readiness of ${name}`, async () => {
    const { status } = await connection.getJson<Deployment>(`${DEPLOYMENTS}/${name}`);
    return (status?.readyReplicas ?? 0) >= replicas;
  });
  await until(`endpoints of ${name}`, async () => {
    const selector = `labelSelector=kubernetes.io%2Fservice-name%3D${name}`;
    const { items } = await connection.getJson<EndpointSliceList>(`${SLICES}?${selector}`);
    const endpoints = items.flatMap((slice) => slice.endpoints ?? []);
    return endpoints.filter(({ conditions }) => conditions?.ready !== false).length >= replicas;
  });
  return (performance.now() - startedMs) / 1000;
}

/** One after the other, as `kubectl create -f` sends them. */
async function deployManySeconds(connection: Connection): Promise<number> {
  const startedMs = performance.now();
  for (let i = 0; i < MANY_COUNT; i++)
    await connection.exchange('POST', DEPLOYMENTS, bodies(`single-${i}`, 1).deployment);
  await until(`readiness of ${MANY_COUNT} Deployments`, async () => {
    const { status } = await connection.getJson<Deployment>(`${DEPLOYMENTS}/single-${MANY_COUNT - 1}`);
    if (!status?.readyReplicas) return false;
    const { items } = await connection.getJson<DeploymentList>(DEPLOYMENTS);
    return items.every((item) => (item.status?.readyReplicas ?? 0) > 0);
  });
  return (performance.now() - startedMs) / 1000;
}

/** Controllers, scheduler and simulated kubelets at work: there is no floor for these. */
export const deployment: Scenario = {
  name: 'deployment',
  rows: [...Object.values(ROWS), CPU, MANY],
  async run(bench) {
    for (let i = 1; i <= bench.rounds; i++) {
      bench.progress(`${deployment.name}: round ${i} of ${bench.rounds}`);
      const subject = await bench.fauxkube({ nodes: NODES });
      const connection = await open(subject.endpoint);
      for (const [text, row] of Object.entries(ROWS)) {
        const replicas = Number(text);
        const before = subject.cost();
        bench.record(row, 'fauxkube', await deploySeconds(connection, replicas));
        const after = subject.cost();
        const isLast = row === Object.values(ROWS).at(-1);
        const cpuSeconds = isLast && before && after ? after.cpuSeconds - before.cpuSeconds : undefined;
        bench.record(CPU, 'fauxkube', cpuSeconds === undefined ? undefined : (cpuSeconds * 1000) / replicas);
      }
      bench.record(MANY, 'fauxkube', await deployManySeconds(connection));
      connection.close();
      await subject.end();
    }
  },
};
