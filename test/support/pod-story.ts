import { Client } from '../../controllers/lib/client.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import type { ContainerStatus, Event, Pod, PodCondition } from '../../server/kube/types.gen.ts';
import type { StartOptions } from '../../server/start-options.ts';
import { ask, readKubeconfig } from './ask.ts';
import { SimulatedClock } from './simulated-clock.ts';

const KEY = { namespace: 'default', name: 'p' };

/** The life of the pod `p` of a cluster whose time passes when the story says so. */
export class PodStory implements AsyncDisposable {
  readonly cluster: RunningCluster;
  readonly clock: SimulatedClock;
  readonly client: Client;

  private constructor(cluster: RunningCluster, clock: SimulatedClock) {
    this.cluster = cluster;
    this.clock = clock;
    this.client = new Client(cluster.transport());
  }

  static async begin(options: StartOptions = {}): Promise<PodStory> {
    const clock = new SimulatedClock();
    return new PodStory(
      await startCluster({ logLevel: 'error', seed: 1, nodes: 1, kubeletEvents: 'all', clock, ...options }),
      clock,
    );
  }

  /** Creates the pod. @param spec as YAML; what it begins with is the annotation, if that is given */
  async create(spec: string, behaviour?: string): Promise<void> {
    const annotations = behaviour === undefined ? '' : `, annotations: {fauxkube.dev/behaviour: "${behaviour}"}`;
    await this.apply(`{apiVersion: v1, kind: Pod, metadata: {name: p${annotations}}, spec: ${spec}}`);
  }

  async apply(manifest: string): Promise<void> {
    await this.cluster.apply(manifest);
    await this.cluster.settle();
  }

  async pass(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
    await this.cluster.settle();
  }

  /** The same second by second, for commands that go on when they have slept. */
  async live(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) await this.pass(1);
  }

  pod(): Promise<Frozen<Pod>> {
    return this.client.get<Pod>('v1/pods', KEY);
  }

  async delete(gracePeriodSeconds?: number): Promise<void> {
    await this.client.delete('v1/pods', KEY, gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });
    await this.cluster.settle();
  }

  async isGone(): Promise<boolean> {
    return (await this.client.list('v1/pods', 'default')).length === 0;
  }

  /** The status of a container, init containers included. */
  async container(name = 'c'): Promise<Frozen<ContainerStatus>> {
    const { containerStatuses = [], initContainerStatuses = [] } = (await this.pod()).status;
    const found = [...initContainerStatuses, ...containerStatuses].find((status) => status.name === name);
    if (!found) throw new Error(`nothing is told of container ${name}`);
    return found;
  }

  async condition(wanted: string): Promise<Frozen<PodCondition> | undefined> {
    return (await this.pod()).status.conditions?.find(({ type }) => type === wanted);
  }

  /** What kubectl shows: `1/1 Running`. */
  async shown(): Promise<string> {
    const { ca, cert, key } = readKubeconfig(this.cluster.kubeconfig());
    const { text } = await ask(`${this.cluster.url}/api/v1/namespaces/default/pods/p`, {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      credentials: { ca, cert, key },
    });
    const { rows } = JSON.parse(text) as { rows: [{ cells: string[] }] };
    return `${rows[0].cells[1]} ${rows[0].cells[2]}`;
  }

  /** The answer of `pods/log`. @param query such as `previous=true&tailLines=1` */
  async log(query = ''): Promise<string> {
    const { ca, cert, key } = readKubeconfig(this.cluster.kubeconfig());
    const url = `${this.cluster.url}/api/v1/namespaces/default/pods/p/log?${query}`;
    return (await ask(url, { credentials: { ca, cert, key } })).text;
  }

  /** The Events of the kubelet about pods in their order: `Warning BackOff spec.containers{c}: Back-off…`. */
  async events(): Promise<string[]> {
    const events = await this.client.list<Event>('v1/events', 'default');
    const ours = events.filter(
      ({ source, involvedObject: { kind } }) => source.component === 'kubelet' && kind === 'Pod',
    );
    return ours
      .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map(
        ({ type, reason, message, involvedObject: { fieldPath = 'pod' } }) =>
          `${type} ${reason} ${fieldPath}: ${message}`,
      );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.stop();
  }
}
