/** Where packets for an address go, as kube-proxy's rules and the routes of nodes have it. */
import { isIPv6 } from 'node:net';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Random } from '../../../server/base/random.ts';
import { formatIp, networkOf, parseCidr } from '../../../server/kube/ip-addresses.ts';
import { isBalanced } from '../../../server/kube/network/addresses.ts';
import { backendsOf, clusterOnes, localOnes, portNamed, usable } from '../../../server/kube/network/backends.ts';
import { type Key, keyOf } from '../../../server/kube/object.ts';
import type { EndpointSlice, Node, Pod, Service, ServicePort } from '../../../server/kube/types.gen.ts';
import { isPodTerminal } from '../../lib/pods.ts';
import { isLoopback } from '../runtime/machine/loopback.ts';
import { Affinity } from './affinity.ts';
import type { InformedObjects } from './informed-objects.ts';
import { isInBlock, type Protocol } from './policies.ts';

/** Who opens a connection. */
export interface Client {
  readonly address: string;
  readonly node: string;
}

/** What it is opened to. */
export interface Target {
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
}

/** Where a connection arrives. */
export interface Arrival {
  readonly address: string;
  readonly port: number;
  /** The pods that may be there: several when they share the network of a node. */
  readonly pods: readonly Key[];
  /** Whom the pod sees as its client, if not the one that it is. */
  readonly seenAs?: string;
}

/** `dropped`: nobody ever answers. */
export type Route = Arrival | 'dropped' | 'refused' | 'unreachable';

const DEFAULT_AFFINITY_SECONDS = 10_800;
const ZONE = 'topology.kubernetes.io/zone';

const isOf =
  (wanted: Protocol) =>
  ({ protocol = 'TCP' }: { readonly protocol?: string | undefined }): boolean =>
    protocol === wanted;

/** Where packets are taken for a service. */
interface Door {
  readonly node: string;
  /** Other nodes are not to be troubled. */
  readonly isLocal: boolean;
}

/** What else decides. */
interface Way {
  readonly client: Client;
  readonly target: Target;
  readonly nowMs: number;
  readonly before: Arrival | undefined;
}

/** Services, and slices of their endpoints, that others than kube-proxy care for. */
const FOREIGN = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'];

const isProxied = ({ metadata: { labels = {} } }: Frozen<Service | EndpointSlice>): boolean =>
  FOREIGN.every((label) => !Object.hasOwn(labels, label));

export class Routes {
  readonly #objects: InformedObjects;
  readonly #random: Random;
  readonly #affinity = new Affinity();

  constructor(objects: InformedObjects, random: Random) {
    this.#objects = objects;
    this.#random = random;
  }

  /** @param before where the client's last packet to the same target went: the next one goes there, if it still can */
  find(client: Client, target: Target, nowMs: number, before?: Arrival): Route {
    const { address, port, protocol } = target;
    const services = this.#objects.servicesFoundAt(address).filter(isProxied);
    const way = { client, target, nowMs, before };
    for (const service of services) {
      const found = service.spec.ports?.find((each) => each.port === port && isOf(protocol)(each));
      if (!found) continue;
      const ranges = isBalanced(service, address) ? (service.spec.loadBalancerSourceRanges ?? []) : [];
      if (ranges.length > 0 && !ranges.some((range) => isInBlock(range, client.address))) return 'dropped';
      // Pods that come by an outer address are let in as if they came by the inner one.
      const isLocal = service.spec.internalTrafficPolicy === 'Local' && !!service.spec.clusterIPs?.includes(address);
      return this.#service(service, found, { node: client.node, isLocal }, way);
    }
    if (services.some(({ spec }) => spec.clusterIPs?.includes(address))) return 'refused';
    const pod = this.#objects.podAt(address);
    if (pod) return { address, port, pods: [pod] };
    const node = isLoopback(address) ? this.#objects.node(client.node) : this.#objects.nodeAt(address);
    if (node) return this.#node(node, target, way);
    return this.#objects.serviceCidrs().some(({ spec }) => spec.cidrs?.some((cidr) => isInBlock(cidr, address)))
      ? 'dropped'
      : 'unreachable';
  }

  #service(
    service: Frozen<Service>,
    { name = '' }: Frozen<ServicePort>,
    { node, isLocal }: Door,
    { client, target, nowMs, before }: Way,
  ): Route {
    const { protocol } = target;
    // kube-proxy keeps rules of its own for each family.
    const family = isIPv6(target.address) ? 'IPv6' : 'IPv4';
    const slices = this.#objects
      .slicesOf(keyOf(service))
      .filter((slice) => slice.addressType === family && isProxied(slice));
    const all = backendsOf(slices, portNamed(name, protocol));
    const place = { node, zone: this.#objects.node(node)?.metadata.labels?.[ZONE] ?? '' };
    const backends = isLocal ? localOnes(all, place) : clusterOnes(all, place);
    // kube-proxy rejects what leads nowhere, and drops what would lead to other nodes only.
    if (backends.length === 0) return isLocal && usable(all).length > 0 ? 'dropped' : 'refused';
    const { sessionAffinity, sessionAffinityConfig } = service.spec;
    const isSticky = sessionAffinity === 'ClientIP';
    const session = `${service.metadata.uid} ${protocol} ${name} ${client.address}`;
    const known =
      (before && backends.find((each) => each.address === before.address && each.port === before.port)) ??
      (isSticky ? this.#affinity.find(session, backends, nowMs) : undefined);
    const chosen = known ?? backends[Math.floor(this.#random.fraction() * backends.length)];
    if (!chosen) return 'refused';
    const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS;
    if (isSticky) this.#affinity.remember(session, chosen, nowMs + seconds * 1000);
    const pod = chosen.target ?? this.#objects.podAt(chosen.address);
    const seenAs = chosen.address === client.address ? this.#bridge(client) : undefined;
    return { address: chosen.address, port: chosen.port, pods: pod ? [pod] : [], ...(seenAs && { seenAs }) };
  }

  /** Whoever reaches itself through a service comes back from its node: the first address of the pods' range. */
  #bridge({ address, node }: Client): string | undefined {
    const cidr = this.#objects.node(node)?.spec.podCIDRs?.find((range) => isInBlock(range, address));
    const block = cidr === undefined ? undefined : parseCidr(cidr);
    if (!block) return undefined;
    const network = networkOf(block);
    return formatIp({ ...network, bits: network.bits + 1n });
  }

  /** A node itself: node ports, host ports of its pods, and pods in its network. */
  #node({ metadata: { name = '' } }: Frozen<Node>, { address, port, protocol }: Target, way: Way): Route {
    for (const service of this.#objects.services()) {
      const found = service.spec.ports?.find((each) => each.nodePort === port && isOf(protocol)(each));
      if (!found || !isProxied(service)) continue;
      // What comes from the node itself is neither internal nor external traffic to kube-proxy.
      const isLocal = service.spec.externalTrafficPolicy === 'Local' && way.client.node !== name;
      const route = this.#service(service, found, { node: name, isLocal }, way);
      if (typeof route === 'string' || isLocal) return route;
      return { ...route, seenAs: isLoopback(address) ? way.client.address : address };
    }
    const pods = this.#objects.podsOn(name).filter((pod) => !isPodTerminal(pod));
    for (const pod of pods) {
      const containerPort = hostPort(pod, { address, port, protocol });
      if (containerPort === undefined || pod.status.podIP === undefined) continue;
      return { address: pod.status.podIP, port: containerPort, pods: [keyOf(pod)] };
    }
    const inside = pods.filter(({ spec }) => spec.hostNetwork).map(keyOf);
    return { address, port, pods: inside, ...(isLoopback(address) && { seenAs: address }) };
  }
}

/** The port of a container that a port of its node leads to. */
function hostPort({ spec }: Frozen<Pod>, target: Target): number | undefined {
  if (spec.hostNetwork) return undefined;
  const isMeant = isOf(target.protocol);
  for (const { ports = [] } of spec.containers ?? [])
    for (const { hostPort: port, hostIP = '', containerPort, protocol } of ports ?? [])
      if (port === target.port && isMeant({ protocol }) && ['', '0.0.0.0', '::', target.address].includes(hostIP))
        return containerPort;
  return undefined;
}
