// Lives a varied life on a cluster with a seed, each request after the last has come to rest, and prints the snapshot:
// SEED PORT [MINUTES of the simulated clock]
import { startCluster } from '../../../server/index.ts';
import { ask, readKubeconfig } from '../../support/ask.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const [seed = '1', port = '0', minutes = '3'] = process.argv.slice(2);
const clock = new SimulatedClock();
const cluster = await startCluster({
  seed: Number(seed),
  port: Number(port),
  clock,
  nodes: 3,
  storageClass: 'standard',
  loadBalancerCidr: '172.18.255.0/24',
  logLevel: 'error',
});
const credentials = readKubeconfig(cluster.kubeconfig());

async function send(method: string, path: string, body?: object, type = 'application/json'): Promise<void> {
  const asked = { method, credentials, headers: { 'content-type': type } };
  const { status, text } = await ask(`${cluster.url}${path}`, {
    ...asked,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (status >= 400) throw new Error(`${method} ${path}: ${text}`);
  await cluster.settle();
}

/** Lets time pass; whatever it wakes comes to rest before it goes on. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await clock.advance(1000);
    await cluster.settle();
  }
}

const APPS = '/apis/apps/v1/namespaces/shop';
const CORE = '/api/v1/namespaces/shop';
const BATCH = '/apis/batch/v1/namespaces/shop';
const MERGE = 'application/merge-patch+json';
const template = (app: string, spec: object = {}) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'main', image: 'nginx', ...spec }] },
});
const job = (command: string) => ({
  template: {
    spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', command] }] },
  },
});
const workload = (name: string, replicas: number) => ({
  metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name) },
});

await send('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
await send('POST', `${CORE}/services`, {
  metadata: { name: 'web' },
  spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
});
await send('POST', `${APPS}/deployments`, workload('web', 5));
await send('POST', `${CORE}/services`, {
  metadata: { name: 'db' },
  spec: { clusterIP: 'None', selector: { app: 'db' }, ports: [{ port: 5432 }] },
});
await send('POST', `${APPS}/statefulsets`, {
  metadata: { name: 'db' },
  spec: {
    replicas: 3,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: template('db'),
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  },
});
await send('POST', `${APPS}/daemonsets`, {
  metadata: { name: 'agent' },
  spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent') },
});
await send('POST', `${BATCH}/jobs`, {
  metadata: { name: 'sum' },
  spec: { completions: 4, parallelism: 2, ...job('sleep 2; echo $((1 + 2))') },
});
await send('POST', `${BATCH}/jobs`, { metadata: { name: 'bad' }, spec: { backoffLimit: 1, ...job('exit 3') } });
await send('POST', `${BATCH}/cronjobs`, {
  metadata: { name: 'tick' },
  spec: { schedule: '* * * * *', jobTemplate: { spec: job('sleep 1') } },
});
await send('POST', `/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers`, {
  metadata: { name: 'web' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 9 },
});
await send('POST', `/apis/policy/v1/namespaces/shop/poddisruptionbudgets`, {
  metadata: { name: 'web' },
  spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
});
await pass(30);
await send('PATCH', `${APPS}/deployments/web`, { spec: { replicas: 8 } }, MERGE);
await send('PATCH', `${APPS}/deployments/web`, { spec: { template: template('web', { image: 'nginx:2' }) } }, MERGE);
await pass(20);
await send('PATCH', `${APPS}/statefulsets/db`, { spec: { replicas: 1 } }, MERGE);
await send('POST', '/api/v1/namespaces', { metadata: { name: 'gone' } });
await send('POST', '/apis/apps/v1/namespaces/gone/deployments', workload('old', 3));
await send('DELETE', '/api/v1/namespaces/gone');
await pass(60 * Number(minutes) - 50);
await send('DELETE', `${APPS}/deployments/web`);
await pass(40);

const { text } = await ask(`${cluster.url}/-/snapshot`, { credentials });
process.stdout.write(text);
await cluster.stop();
