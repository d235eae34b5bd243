import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { ResourceId } from '../../server/kube/transport.ts';
import type {
  ClusterTrustBundle,
  ConfigMap,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodCertificateProjection,
  Secret,
  Service,
  TokenRequest,
} from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import { nodeUser } from './heartbeats.ts';
import { internalAddress } from './node-addresses.ts';
import { PodCertificates } from './pod-certificates.ts';
import type { PodMemory } from './pod-memory.ts';
import { nodeSettings } from './runtime/files/runtime-files.ts';
import type { IssuedToken, MountedCertificate, PodSources, TokenWish } from './runtime/files/sources.ts';
import type { VolumeStore } from './runtime/files/volume-store.ts';
import type { FileTree } from './runtime/machine/file-tree.ts';
import type { ImageDirectory } from './runtime/machine/inode.ts';
import type { PodRuntime } from './runtime/pod-runtime.ts';

const ACCOUNTS = 'v1/serviceaccounts';
export const TRUST_BUNDLES = 'certificates.k8s.io/v1/clustertrustbundles';

/** What is read for pods besides pods and nodes, and what pods wait for: config maps, secrets, trust bundles. */
export const REFERRED: readonly ResourceId[] = ['v1/services', 'v1/persistentvolumes'];

/** Reads what one pod refers to from the informers, and gets tokens as its node. */
export class PodReferences implements PodSources {
  readonly #env: ControllerEnv;
  readonly #memory: PodMemory;
  readonly #store: VolumeStore;
  readonly #runtime: Pick<PodRuntime, 'imageFiles'>;
  readonly #hostNetwork: boolean;
  readonly #account: string;
  readonly #pod: Frozen<Pod>;
  #certificates: PodCertificates | undefined;

  constructor(
    pod: Frozen<Pod>,
    memory: PodMemory,
    { env, store, runtime }: { env: ControllerEnv; store: VolumeStore; runtime: Pick<PodRuntime, 'imageFiles'> },
  ) {
    this.#runtime = runtime;
    this.#pod = pod;
    this.#hostNetwork = pod.spec.hostNetwork ?? false;
    this.#account = pod.spec.serviceAccountName ?? 'default';
    this.#memory = memory;
    this.#env = env;
    this.#store = store;
  }

  #inNamespace<T extends KubeObject>(resource: ResourceId, name: string): Frozen<T> | undefined {
    return this.#env.lister<T>(resource).get({ namespace: this.#memory.key.namespace, name });
  }

  configMap(name: string): Frozen<ConfigMap> | undefined {
    return this.#inNamespace<ConfigMap>('v1/configmaps', name);
  }

  secret(name: string): Frozen<Secret> | undefined {
    return this.#inNamespace<Secret>('v1/secrets', name);
  }

  claim(name: string): Frozen<PersistentVolumeClaim> | undefined {
    return this.#inNamespace<PersistentVolumeClaim>('v1/persistentvolumeclaims', name);
  }

  persistentVolume(name: string): Frozen<PersistentVolume> | undefined {
    return this.#env.lister<PersistentVolume>('v1/persistentvolumes').get({ namespace: '', name });
  }

  certificate(volume: string, source: number, wanted: Frozen<PodCertificateProjection>): MountedCertificate {
    this.#certificates ??= new PodCertificates(this.#pod, this.#memory.node, this.#env);
    return this.#certificates.look(volume, source, wanted);
  }

  trustBundles(): readonly Frozen<ClusterTrustBundle>[] {
    return this.#env.lister<ClusterTrustBundle>(TRUST_BUNDLES).list();
  }

  node(): Frozen<Node> | undefined {
    return this.#env.lister<Node>('v1/nodes').get({ namespace: '', name: this.#memory.node });
  }

  nodeFiles(): FileTree {
    const { node } = this.#memory;
    return this.#store.nodeFiles(
      node,
      () => nodeSettings(node, this.node()),
      () => this.#env.lister<Pod>(PODS).onNode(node),
    );
  }

  pod(): Frozen<Pod> | undefined {
    const pod = this.#env.lister<Pod>(PODS).get(this.#memory.key);
    return pod?.metadata.uid === this.#memory.uid ? pod : undefined;
  }

  podIPs(): readonly string[] {
    const node = this.#hostNetwork ? this.node() : undefined;
    const address = node && internalAddress(node);
    return address === undefined ? (this.#memory.podIPs ?? []) : [address];
  }

  imageFiles(image: string): ImageDirectory | undefined {
    return this.#runtime.imageFiles(image);
  }

  services(namespace: string): readonly Frozen<Service>[] {
    return this.#env.lister<Service>('v1/services').list(namespace);
  }

  async token({ audience, expirationSeconds }: TokenWish): Promise<IssuedToken> {
    const { namespace, name } = this.#memory.key;
    const request: Omit<TokenRequest, 'status'> = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { namespace, name: this.#account },
      spec: {
        audiences: audience === undefined ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid: this.#memory.uid },
      },
    };
    const client = this.#env.clientOf(nodeUser(this.#memory.node));
    const { status } = await client.create<TokenRequest>(ACCOUNTS, request, 'token');
    return { token: status?.token ?? '', expiresMs: Date.parse(status?.expirationTimestamp ?? '') };
  }
}
