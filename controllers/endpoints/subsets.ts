/** The subsets that pods make: which addresses offer which ports (RepackSubsets). */
import type { Frozen } from '../../server/base/freeze.ts';
import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from '../../server/kube/types.gen.ts';
import { isPodReady } from '../lib/pods.ts';
import {
  addressesOf,
  hostnameIn,
  type IpFamily,
  isEndpoint,
  targetPort,
} from '../lib/service-endpoints/pod-endpoint.ts';
import { compareAddresses, sortedPorts, sortedSubsets } from './subset-order.ts';

/** What one pod offers. */
interface Offer {
  /** The same for the same address of the same pod. */
  readonly name: string;
  readonly address: EndpointAddress;
  readonly isReady: boolean;
  /** A headless service without ports has one entry without a port. */
  readonly ports: readonly { readonly key: string; readonly port?: EndpointPort }[];
}

type Offers = Map<string, Offer>;

/** Services of two families have Endpoints of the first one only. */
function familyOf({ spec }: Frozen<Service>, pod: Frozen<Pod>): IpFamily {
  const [first] = spec.ipFamilies ?? [];
  if (first !== undefined) return first === 'IPv6' ? 'IPv6' : 'IPv4';
  const known = spec.clusterIP && spec.clusterIP !== 'None' ? spec.clusterIP : pod.status.podIP;
  return known?.includes(':') ? 'IPv6' : 'IPv4';
}

function portsOf({ spec }: Frozen<Service>, pod: Frozen<Pod>): Offer['ports'] {
  const { ports = [] } = spec;
  if (ports.length === 0) return spec.clusterIP === 'None' ? [{ key: '' }] : [];
  const found: { key: string; port: EndpointPort }[] = [];
  for (const servicePort of ports) {
    const number = targetPort(pod, servicePort);
    if (number === undefined) continue;
    const { name, protocol, appProtocol } = servicePort;
    const port = { ...(name && { name }), port: number, protocol, ...(appProtocol !== undefined && { appProtocol }) };
    found.push({ key: JSON.stringify(port), port });
  }
  return found;
}

function offerOf(service: Frozen<Service>, pod: Frozen<Pod>): Offer | undefined {
  const { publishNotReadyAddresses = false } = service.spec;
  // Pods that are being deleted stay as long as the service publishes addresses that are not ready.
  if (!isEndpoint(pod, publishNotReadyAddresses)) return undefined;
  const [ip] = addressesOf(pod, familyOf(service, pod));
  if (ip === undefined) return undefined;
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const hostname = hostnameIn(service, pod);
  const { nodeName = '' } = pod.spec;
  const targetRef = { kind: 'Pod', namespace, name, uid };
  return {
    name: `${ip} ${uid}`,
    address: { ip, ...(hostname !== undefined && { hostname }), nodeName, targetRef },
    isReady: publishNotReadyAddresses || isPodReady(pod),
    ports: portsOf(service, pod),
  };
}

/** Makes the subsets of one version of a service. What a version of a pod offers is found out once. */
export class SubsetBuilder {
  readonly service: Frozen<Service>;
  readonly #offers = new WeakMap<Frozen<Pod>, Offer | 'nothing'>();

  constructor(service: Frozen<Service>) {
    this.service = service;
  }

  /** The subsets in upstream's canonical form. */
  subsets(pods: Iterable<Frozen<Pod>>): EndpointSubset[] {
    const byPort = new Map<string, { readonly port?: EndpointPort; readonly offers: Offers }>();
    for (const pod of pods) {
      const offer = this.#offer(pod);
      if (!offer) continue;
      for (const { key, port } of offer.ports) {
        let entry = byPort.get(key);
        if (!entry) {
          entry = { ...(port && { port }), offers: new Map() };
          byPort.set(key, entry);
        }
        entry.offers.set(offer.name, offer);
      }
    }
    return sortedSubsets(joined([...byPort.values()]));
  }

  #offer(pod: Frozen<Pod>): Offer | undefined {
    let offer = this.#offers.get(pod);
    if (offer === undefined) {
      offer = offerOf(this.service, pod) ?? 'nothing';
      this.#offers.set(pod, offer);
    }
    return offer === 'nothing' ? undefined : offer;
  }
}

/** Ports that the same addresses offer share one subset. */
function joined(entries: readonly { readonly port?: EndpointPort; readonly offers: Offers }[]): EndpointSubset[] {
  const groups = new Map<string, { readonly offers: Offers; readonly ports: EndpointPort[] }>();
  for (const { port, offers } of entries) {
    const key = entries.length > 1 ? [...offers.keys()].sort().join('\n') : '';
    const group = groups.get(key) ?? { offers, ports: [] };
    groups.set(key, group);
    if (port) group.ports.push(port);
  }
  return [...groups.values()].map(({ offers, ports }) => subset([...offers.values()], ports));
}

function subset(offers: readonly Offer[], ports: readonly EndpointPort[]): EndpointSubset {
  const addresses = offers.filter(({ isReady }) => isReady).map(({ address }) => address);
  const notReadyAddresses = offers.filter(({ isReady }) => !isReady).map(({ address }) => address);
  return {
    ...(addresses.length > 0 && { addresses: addresses.sort(compareAddresses) }),
    ...(notReadyAddresses.length > 0 && { notReadyAddresses: notReadyAddresses.sort(compareAddresses) }),
    ...(ports.length > 0 && { ports: sortedPorts(ports) }),
  };
}
