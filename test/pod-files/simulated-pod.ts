import { parse } from 'yaml';
import { mountProblems } from '../../controllers/kubelet/references.ts';
import { PodSurroundings } from '../../controllers/kubelet/runtime/files/pod-surroundings.ts';
import { nodeSettings } from '../../controllers/kubelet/runtime/files/runtime-files.ts';
import type {
  IssuedToken,
  MountedCertificate,
  PodSources,
  TokenWish,
} from '../../controllers/kubelet/runtime/files/sources.ts';
import { VolumeStore } from '../../controllers/kubelet/runtime/files/volume-store.ts';
import type { FileTree } from '../../controllers/kubelet/runtime/machine/file-tree.ts';
import type { Machine, StartOptions } from '../../controllers/kubelet/runtime/machine/machine.ts';
import type { AnyContainer } from '../../controllers/kubelet/runtime/pod-runtime.ts';
import { deepFreeze, type Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type {
  ClusterTrustBundle,
  ConfigMap,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
} from '../../server/kube/types.gen.ts';
import { newMachine, runCommand } from '../shell/simulated.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const NODE =
  '{kind: Node, metadata: {name: n}, status: {addresses: [{type: InternalIP, address: 172.18.0.11}, ' +
  '{type: Hostname, address: n}], allocatable: {cpu: "8", memory: 32Gi, ephemeral-storage: 100Gi}}}';

/** The objects of a cluster that one pod may read, and the volumes that outlive it. */
export class Surroundings {
  readonly clock = new SimulatedClock(Date.UTC(2026, 10, 23, 7, 30));
  readonly store = new VolumeStore(this.clock);
  readonly wishes: TokenWish[] = [];
  readonly #objects = new Map<string, Frozen<KubeObject>>();

  constructor(...manifests: readonly string[]) {
    this.apply(NODE, ...manifests);
  }

  /** Objects as YAML; one without a namespace has none. Applied again it is another one. */
  apply(...manifests: readonly string[]): this {
    for (const manifest of manifests) {
      const object = deepFreeze(parse(manifest) as KubeObject);
      this.#objects.set(keyOf(String(object.kind), object.metadata), object);
    }
    return this;
  }

  remove(kind: string, name: string, namespace = 'ns'): void {
    this.#objects.delete(keyOf(kind, { namespace, name }));
  }

  get<T extends KubeObject>(kind: string, name: string, namespace?: string): Frozen<T> | undefined {
    return this.#objects.get(keyOf(kind, { name, ...(namespace !== undefined && { namespace }) })) as
      | Frozen<T>
      | undefined;
  }

  all<T extends KubeObject>(kind: string, namespace?: string): Frozen<T>[] {
    const found = [...this.#objects.values()].filter(
      (object) => object.kind === kind && object.metadata.namespace === namespace,
    );
    return found as Frozen<T>[];
  }

  /** A pod `p` in the namespace `ns`. @param spec as YAML */
  pod(spec: string, metadata = ''): SimulatedPod {
    this.apply(`{kind: Pod, metadata: {name: p, namespace: ns, uid: u1, ${metadata}}, spec: ${spec}}`);
    return new SimulatedPod(this);
  }
}

const keyOf = (kind: string, { namespace = '', name = '' }: { namespace?: string; name?: string }): string =>
  `${kind} ${namespace}/${name}`;

class GivenSources implements PodSources {
  readonly #given: Surroundings;

  constructor(given: Surroundings) {
    this.#given = given;
  }

  configMap(name: string): Frozen<ConfigMap> | undefined {
    return this.#given.get<ConfigMap>('ConfigMap', name, 'ns');
  }

  secret(name: string): Frozen<Secret> | undefined {
    return this.#given.get<Secret>('Secret', name, 'ns');
  }

  claim(name: string): Frozen<PersistentVolumeClaim> | undefined {
    return this.#given.get<PersistentVolumeClaim>('PersistentVolumeClaim', name, 'ns');
  }

  persistentVolume(name: string): Frozen<PersistentVolume> | undefined {
    return this.#given.get<PersistentVolume>('PersistentVolume', name);
  }

  certificate(): MountedCertificate {
    return { problem: 'nobody signs' };
  }

  trustBundles(): readonly Frozen<ClusterTrustBundle>[] {
    return this.#given.all<ClusterTrustBundle>('ClusterTrustBundle');
  }

  node(): Frozen<Node> | undefined {
    return this.#given.get<Node>('Node', 'n');
  }

  nodeFiles(): FileTree {
    return this.#given.store.nodeFiles(
      'n',
      () => nodeSettings('n', this.node()),
      () => [],
    );
  }

  pod(): Frozen<Pod> | undefined {
    return this.#given.get<Pod>('Pod', 'p', 'ns');
  }

  podIPs(): readonly string[] {
    // Whoever calls it without its object fails here.
    return this.#given.get('Node', 'n') ? ['10.244.0.5'] : [];
  }

  imageFiles(): undefined {
    return undefined;
  }

  services(namespace: string): readonly Frozen<Service>[] {
    return this.#given.all<Service>('Service', namespace);
  }

  async token(wish: TokenWish): Promise<IssuedToken> {
    this.#given.wishes.push(wish);
    const expiresMs = this.#given.clock.now() + wish.expirationSeconds * 1000;
    return { token: `token-${this.#given.wishes.length}`, expiresMs };
  }
}

/** What a command said: on both outputs, and how it ended when it failed. */
export class SimulatedPod {
  readonly surroundings: PodSurroundings;
  readonly #pod: Frozen<Pod>;
  readonly #sources: GivenSources;

  constructor(given: Surroundings) {
    this.#sources = new GivenSources(given);
    const pod = given.get<Pod>('Pod', 'p', 'ns');
    if (!pod) throw new Error('there is no pod');
    this.#pod = pod;
    this.surroundings = new PodSurroundings(pod, this.#sources, given.store, () => undefined);
  }

  /** The first unless a name is given. */
  container(name?: string): AnyContainer {
    const { containers, initContainers = [] } = this.#pod.spec;
    const all = [...(containers ?? []), ...initContainers];
    const found = name === undefined ? all[0] : all.find((container) => container.name === name);
    if (!found) throw new Error(`there is no container ${name}`);
    return found;
  }

  /** Why a container cannot be made. */
  problem(name?: string): string | undefined {
    return this.surroundings.problem(this.container(name));
  }

  /** Why volumes cannot be mounted. */
  mountProblems(): string[] {
    return mountProblems(this.#pod, this.#sources).map(({ message }) => message);
  }

  /** A container as it runs. */
  async machine(name?: string): Promise<Machine> {
    const container = this.container(name);
    await this.surroundings.prepare(container);
    const machine = newMachine({
      hostname: this.surroundings.hostname,
      mounts: () => this.surroundings.mounts(container),
      files: () => this.surroundings.files(container),
    });
    return machine;
  }

  /** What a script prints in a container of its own, or in one that runs already; errors among the rest. */
  async run(script: string, { container, machine, ...options }: RunOptions = {}): Promise<string> {
    const used = machine ?? (await this.machine(container));
    const env = this.surroundings.environment(this.container(container));
    const { stdout, stderr } = await runCommand(used, ['sh', '-c', script], { env, ...options });
    return Buffer.from(stdout + stderr, 'latin1').toString();
  }
}

type RunOptions = StartOptions & { readonly container?: string; readonly machine?: Machine };
