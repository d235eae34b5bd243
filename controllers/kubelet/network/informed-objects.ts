import type { Frozen } from '../../../server/base/freeze.ts';
import type { ClusterObjects } from '../../../server/kube/network/cluster-objects.ts';
import { type Key, keyOf } from '../../../server/kube/object.ts';
import type { ResourceId } from '../../../server/kube/transport.ts';
import type {
  EndpointSlice,
  Namespace,
  NetworkPolicy,
  Node,
  Pod,
  Service,
  ServiceCIDR,
} from '../../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../../lib/controller.ts';
import { isPodTerminal, PODS } from '../../lib/pods.ts';
import { SERVICE_CIDRS } from '../../lib/service-cidrs.ts';

const SERVICES = 'v1/services';
const SLICES = 'discovery.k8s.io/v1/endpointslices';
const NAMESPACES = 'v1/namespaces';
const POLICIES = 'networking.k8s.io/v1/networkpolicies';

/** What the network reads besides pods and nodes. */
export const NETWORK_READS: readonly ResourceId[] = [SERVICES, SLICES, NAMESPACES, POLICIES, SERVICE_CIDRS];

/** What the network of pods knows of the cluster: the objects of informers, as they are when somebody asks. */
export class InformedObjects implements ClusterObjects {
  readonly #env: ControllerEnv;

  constructor(env: ControllerEnv) {
    this.#env = env;
  }

  service(key: Key): Frozen<Service> | undefined {
    return this.#env.lister<Service>(SERVICES).get(key);
  }

  services(): readonly Frozen<Service>[] {
    return this.#env.lister<Service>(SERVICES).list();
  }

  /** Services that are found at an address, also from outside. */
  servicesFoundAt(address: string): readonly Frozen<Service>[] {
    return this.#env.lister<Service>(SERVICES).at(address);
  }

  servicesAt(address: string): readonly Frozen<Service>[] {
    return this.servicesFoundAt(address).filter(({ spec }) => spec.clusterIPs?.includes(address));
  }

  hasNamespace(name: string): boolean {
    return this.namespaceLabels(name) !== undefined;
  }

  namespaceLabels(name: string): Readonly<Record<string, string>> | undefined {
    const namespace = this.#env.lister<Namespace>(NAMESPACES).get({ namespace: '', name });
    return namespace && (namespace.metadata.labels ?? {});
  }

  slicesOf(service: Key): readonly Frozen<EndpointSlice>[] {
    return this.#env.lister<EndpointSlice>(SLICES).ofService(service);
  }

  slicesIn(namespace: string): readonly Frozen<EndpointSlice>[] {
    return this.#env.lister<EndpointSlice>(SLICES).list(namespace);
  }

  pod(key: Key): Frozen<Pod> | undefined {
    return this.#env.lister<Pod>(PODS).get(key);
  }

  podAt(address: string): Key | undefined {
    const pod = this.#env
      .lister<Pod>(PODS)
      .at(address)
      .find((candidate) => !isPodTerminal(candidate));
    return pod && keyOf(pod);
  }

  podsOn(node: string): readonly Frozen<Pod>[] {
    return this.#env.lister<Pod>(PODS).onNode(node);
  }

  node(name: string): Frozen<Node> | undefined {
    return this.#env.lister<Node>('v1/nodes').get({ namespace: '', name });
  }

  nodeAt(address: string): Frozen<Node> | undefined {
    return this.#env.lister<Node>('v1/nodes').at(address)[0];
  }

  policiesIn(namespace: string): readonly Frozen<NetworkPolicy>[] {
    return this.#env.lister<NetworkPolicy>(POLICIES).list(namespace);
  }

  serviceCidrs(): readonly Frozen<ServiceCIDR>[] {
    return this.#env.lister<ServiceCIDR>(SERVICE_CIDRS).list();
  }
}
