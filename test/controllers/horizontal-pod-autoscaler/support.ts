/** A cluster with autoscalers whose time a test moves. */
import { Client } from '../../../controllers/lib/client.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { RunningCluster } from '../../../server/index.ts';
import { startCluster } from '../../../server/index.ts';
import type {
  Deployment,
  Event,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  Pod,
} from '../../../server/kube/types.gen.ts';
import { ask, readKubeconfig } from '../../support/ask.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key } from '../../support/workloads.ts';

export const AUTOSCALERS = 'autoscaling/v2/horizontalpodautoscalers';
const DEPLOYMENTS = 'apps/v1/deployments';
const SYNC_PERIOD_MS = 15_000;

export interface Autoscaled extends AsyncDisposable {
  readonly cluster: RunningCluster;
  readonly client: Client;
  /** Lets controllers finish, then passes so many sync periods. */
  periods(count: number): Promise<void>;
  /** A deployment `name` whose containers ask for 100m and 64Mi. */
  deploy(name: string, replicas: number): Promise<void>;
  /** An autoscaler of the deployment of the same name, for 50 % of CPU unless `spec` says otherwise. */
  autoscale(name: string, spec?: Partial<HorizontalPodAutoscalerSpec>): Promise<void>;
  tell(kind: string, body: object): Promise<number>;
  /** What each pod of `app: name` uses. */
  use(name: string, usage: Readonly<Record<string, string>>): Promise<number>;
  get(name: string): Promise<Frozen<HorizontalPodAutoscaler>>;
  replicas(name: string): Promise<number | undefined>;
  pods(name: string): Promise<readonly Frozen<Pod>[]>;
  /** `type=status reason: message` of a condition. */
  condition(name: string, type: string): Promise<string | undefined>;
  /** `reason: message` of the Events about an autoscaler, each once. */
  events(name: string): Promise<string[]>;
}

export async function autoscaled({ simulatedMetrics = true } = {}): Promise<Autoscaled> {
  const clock = new SimulatedClock();
  const cluster = await startCluster({ logLevel: 'error', clock, simulatedMetrics, seed: 1 });
  const client = new Client(cluster.transport());
  const credentials = readKubeconfig(cluster.kubeconfig());
  const get = (name: string): Promise<Frozen<HorizontalPodAutoscaler>> =>
    client.get<HorizontalPodAutoscaler>(AUTOSCALERS, key(name));
  const tell = async (kind: string, body: object): Promise<number> => {
    const url = `${cluster.url}/-/metrics/${kind}`;
    return (await ask(url, { method: 'PUT', credentials, body: JSON.stringify(body) })).status;
  };
  return {
    cluster,
    client,
    tell,
    get,
    async periods(count) {
      await cluster.settle();
      for (let i = 0; i < count; i++) {
        await clock.advance(SYNC_PERIOD_MS);
        await cluster.settle();
      }
    },
    async deploy(name, replicas) {
      const resources = { requests: { cpu: '100m', memory: '64Mi' } };
      const labels = { app: name };
      const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx', resources }] } };
      const spec = { replicas, selector: { matchLabels: labels }, template };
      await client.create(DEPLOYMENTS, { metadata: key(name), spec } as unknown as Deployment);
      await cluster.settle();
    },
    async autoscale(name, spec = {}) {
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
      const metrics = [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ];
      const whole = { scaleTargetRef, minReplicas: 1, maxReplicas: 10, metrics, ...spec };
      await client.create(AUTOSCALERS, { metadata: key(name), spec: whole } as unknown as HorizontalPodAutoscaler);
      await cluster.settle();
    },
    use: (name, usage) => tell('resource', { selector: `app=${name}`, usage }),
    replicas: async (name) => (await client.get<Deployment>(DEPLOYMENTS, key(name))).spec.replicas,
    pods: (name) => client.list<Pod>('v1/pods', 'default', `app=${name}`),
    async condition(name, type) {
      const found = (await get(name)).status.conditions?.find((condition) => condition.type === type);
      return found && `${found.status} ${found.reason}: ${found.message}`;
    },
    async events(name) {
      await cluster.settle();
      const events = await client.list<Event>('v1/events', 'default');
      return events
        .filter(({ involvedObject: { kind, name: about } }) => kind === 'HorizontalPodAutoscaler' && about === name)
        .map(({ reason, message }) => `${reason}: ${message}`);
    },
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}
