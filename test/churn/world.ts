/** The cluster of a run, and what the operations need of it. */
import { seededRandom } from '../../server/base/random.ts';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { ClientRequest, Transport } from '../../server/kube/transport.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { Choice } from './choice.ts';
import { CLASS, NAMESPACES, QUOTA } from './objects.ts';

export const NODES = ['node01', 'node02', 'node03', 'node04'] as const;

/** What an answer to an operation may be: others were faster, or rules forbid it. */
const EXPECTED = new Set([403, 404, 409, 422, 429]);

export class World {
  readonly cluster: RunningCluster;
  readonly transport: Transport;
  readonly clock: SimulatedClock;
  readonly choice: Choice;
  /** Addresses and node ports that services had at any time. */
  readonly addresses = new Set<string>();
  readonly nodePorts = new Set<number>();
  /** How many answers had each code. */
  readonly codes = new Map<number, number>();

  constructor(cluster: RunningCluster, clock: SimulatedClock, seed: number) {
    this.cluster = cluster;
    this.transport = cluster.transport();
    this.clock = clock;
    this.choice = new Choice(seededRandom(seed + 1));
  }

  /** @returns undefined when it was refused. @throws what no client should ever be told */
  async send(request: ClientRequest): Promise<KubeObject | undefined> {
    try {
      const answer = (await this.transport.send(request)) as KubeObject;
      this.#count(200);
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError && EXPECTED.has(error.code))) throw error;
      this.#count(error.code);
      return undefined;
    }
  }

  async list(resource: string, namespace = ''): Promise<readonly KubeObject[]> {
    return (await this.transport.list({ resource, namespace })).items as readonly KubeObject[];
  }

  /** An object of a resource that exists right now. */
  async any(resource: string): Promise<KubeObject | undefined> {
    const objects = (await this.list(resource)).filter(({ metadata }) =>
      (NAMESPACES as readonly string[]).includes(metadata.namespace ?? ''),
    );
    return this.choice.of(objects);
  }

  async makeNamespace(name: string): Promise<void> {
    await this.send({
      verb: 'create',
      resource: 'v1/namespaces',
      key: { namespace: '', name },
      body: { metadata: { name } },
    });
    const { resource, body } = QUOTA;
    await this.send({ verb: 'create', resource, key: { namespace: name, name: '' }, body });
  }

  #count(code: number): void {
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }
}

/** A fresh cluster with namespaces, quotas and a storage class. */
export async function openWorld(seed: number): Promise<World> {
  const clock = new SimulatedClock();
  const cluster = await startCluster({ clock, seed, nodes: NODES.length, storageClass: CLASS, logLevel: 'error' });
  const world = new World(cluster, clock, seed);
  for (const name of NAMESPACES) await world.makeNamespace(name);
  await cluster.settle();
  return world;
}
