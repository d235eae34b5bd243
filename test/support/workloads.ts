/** A cluster in which workload controllers run, and everything they ask for is noted. */
import type { ControllerDefinition } from '../../controllers/lib/controller.ts';
import { ControllerManager } from '../../controllers/lib/manager.ts';
import { type Clock, systemClock } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { createLogger } from '../../server/base/log.ts';
import { seededRandom } from '../../server/base/random.ts';
import { LocalTransport } from '../../server/cluster/local-transport.ts';
import type { Key, KubeObject } from '../../server/kube/object.ts';
import type { ClientRequest, Transport, TransportObserver } from '../../server/kube/transport.ts';
import type { Deployment, Event, Pod, PodSpec, ReplicaSet } from '../../server/kube/types.gen.ts';
import { type TestCluster, testCluster } from './test-cluster.ts';

export const DEPLOYMENTS = 'apps/v1/deployments';
export const REPLICA_SETS = 'apps/v1/replicasets';
export const PODS = 'v1/pods';

/** Something that happens on the way between controllers and the cluster. */
export interface Meddling {
  /** Called before each request of a controller; what it throws is the answer. */
  readonly request?: (request: ClientRequest) => void;
  /** Called instead of handing a watch event to an informer; `pass` hands it on, now or later. */
  readonly event?: (resource: string, pass: () => void) => void;
}

export interface Workloads extends TestCluster {
  /**
   * Every write that a controller asked for, Events left out: `create v1/pods`, `update apps/v1/deployments/status`.
   */
  readonly writes: string[];
  /** Starts the controllers once more, as another process would: their informers know nothing. */
  restart(): Promise<void>;
  get<T extends KubeObject>(resource: string, name: string): Promise<Frozen<T>>;
  pods(): Promise<readonly Frozen<Pod>[]>;
  replicaSets(): Promise<readonly Frozen<ReplicaSet>[]>;
  /** `reason: message`, each as often as it was counted. */
  events(about: string): Promise<string[]>;
}

/** A transport that notes and meddles. */
function meddled(inner: Transport, writes: string[], meddling: Meddling): Transport {
  return {
    send: async (request) => {
      const { verb, resource, subresource } = request;
      if (verb !== 'get' && resource !== 'v1/events')
        writes.push(`${verb} ${resource}${subresource ? `/${subresource}` : ''}`);
      meddling.request?.(request);
      return inner.send(request);
    },
    list: (request) => inner.list(request),
    resources: () => inner.resources(),
    undiscovered: () => inner.undiscovered(),
    watchAll: (options, observer) => inner.watchAll(options, observer),
    watch: (request, observer) => {
      const { event } = meddling;
      const late: TransportObserver = {
        event: (type, object) =>
          event ? event(request.resource, () => observer.event(type, object)) : observer.event(type, object),
        end: (expired) => observer.end(expired),
      };
      return inner.watch(request, late);
    },
  };
}

export async function workloads(
  controllers: readonly ControllerDefinition[],
  { clock = systemClock(), ...meddling }: { clock?: Clock } & Meddling = {},
): Promise<Workloads> {
  const cluster = await testCluster({ clock });
  const { client, cluster: parts } = cluster;
  const writes: string[] = [];
  const start = async (): Promise<ControllerManager> => {
    const manager = new ControllerManager({
      definitions: controllers,
      transport: (user, agent) => meddled(new LocalTransport(parts.pipeline, user, agent), writes, meddling),
      clock,
      random: seededRandom(2),
      activity: parts.activity,
      log: createLogger('error'),
      enabled: () => true,
    });
    await manager.start();
    return manager;
  };
  let manager = await start();
  return {
    ...cluster,
    writes,
    async restart() {
      manager.stop();
      manager = await start();
    },
    get: (resource, name) => client.get(resource, key(name)),
    pods: () => client.list<Pod>(PODS, 'default'),
    replicaSets: () => client.list<ReplicaSet>(REPLICA_SETS, 'default'),
    async events(about) {
      const events = (await client.list<Event>('v1/events', 'default')).filter(
        ({ involvedObject }) => involvedObject.name === about,
      );
      return events
        .flatMap(({ reason, message, count = 1 }) => Array.from({ length: count }, () => `${reason}: ${message}`))
        .sort();
    },
    async stop() {
      manager.stop();
      await cluster.stop();
    },
  };
}

export const key = (name: string): Key => ({ namespace: 'default', name });

/** A pod spec with one container. */
export const podSpec = (image = 'nginx:1'): Pick<PodSpec, 'containers'> =>
  ({ containers: [{ name: 'c', image }] }) as Pick<PodSpec, 'containers'>;

type Spec<T extends KubeObject & { spec: unknown }> = Partial<T['spec']>;

/** A deployment whose pods carry `app: NAME`. */
export function deployment(name: string, spec: Spec<Deployment> = {}): KubeObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: podSpec() };
  return { metadata: { ...key(name) }, spec: { replicas: 3, selector: { matchLabels: labels }, template, ...spec } };
}

/** A replica set whose pods carry `app: NAME`. */
export function replicaSet(name: string, spec: Spec<ReplicaSet> = {}): KubeObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: podSpec() };
  return { metadata: { ...key(name) }, spec: { replicas: 2, selector: { matchLabels: labels }, template, ...spec } };
}

/** The change that begins a rollout. */
export const newImage = (image: string): object => ({
  spec: { template: { spec: { containers: [{ name: 'c', image }] } } },
});
