/** A pod as an endpoint of a service: k8s.io/endpointslice, podToEndpoint and getEndpointPorts. */
import { deepEqual, type Frozen, getOwn } from '../../server/base/freeze.ts';
import type { DiscoveryV1EndpointPort, Endpoint, Node, Pod, Service } from '../../server/kube/types.gen.ts';
import { fnv128 } from '../lib/fnv128.ts';
import { isPodReady } from '../lib/pods.ts';
import { addressesOf, hostnameIn, type IpFamily, targetPort } from '../lib/service-endpoints/pod-endpoint.ts';

const ZONE = 'topology.kubernetes.io/zone';

function endpointOf(pod: Frozen<Pod>, zone: string, service: Frozen<Service>, family: IpFamily): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = (service.spec.publishNotReadyAddresses ?? false) || (serving && !terminating);
  const hostname = hostnameIn(service, pod);
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return {
    addresses: addressesOf(pod, family),
    conditions: { ready, serving, terminating },
    ...(hostname !== undefined && { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec.nodeName && { nodeName: pod.spec.nodeName }),
    ...(zone !== '' && { zone }),
  };
}

const keys = new WeakMap<Frozen<Endpoint>, string>();

/** Endpoints with the same key are the same endpoint, perhaps changed. */
export function endpointKey(endpoint: Frozen<Endpoint>): string {
  let key = keys.get(endpoint);
  if (key === undefined) {
    const { addresses, hostname = '', targetRef } = endpoint;
    const ips = [...(addresses ?? [])].sort().join();
    key = `${targetRef?.name ?? ''}\n${targetRef?.namespace ?? ''}\n${hostname}\n${ips}`;
    keys.set(endpoint, key);
  }
  return key;
}

/** Which desired endpoint a stored one was found equal to: both live through many looks. */
const equal = new WeakMap<Frozen<Endpoint>, Frozen<Endpoint>>();

/** Whether a stored endpoint is as desired, given that it has the same key. */
export function isAsDesired(stored: Frozen<Endpoint>, desired: Frozen<Endpoint>): boolean {
  if (equal.get(stored) === desired) return true;
  const isEqual = sameEndpoint(stored, desired);
  if (isEqual) equal.set(stored, desired);
  return isEqual;
}

function sameEndpoint(a: Frozen<Endpoint>, b: Frozen<Endpoint>): boolean {
  if (a.nodeName !== b.nodeName || a.zone !== b.zone || !deepEqual(a.conditions, b.conditions)) return false;
  const [left, right] = [{ ...a.targetRef }, { ...b.targetRef }];
  delete left.resourceVersion;
  delete right.resourceVersion;
  return deepEqual(left, right);
}

/** The ports of a service on one pod: those whose names the pod does not know are missing. */
function portsOf({ spec }: Frozen<Service>, pod: Frozen<Pod>): DiscoveryV1EndpointPort[] {
  const found: DiscoveryV1EndpointPort[] = [];
  for (const servicePort of spec.ports ?? []) {
    const port = targetPort(pod, servicePort);
    if (port === undefined) continue;
    const { name = '', protocol, appProtocol } = servicePort;
    found.push({ name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) });
  }
  return found;
}

/** One set of ports, in upstream's order and with a key of its own. */
export interface PortSet {
  readonly key: string;
  readonly ports: DiscoveryV1EndpointPort[];
}

/** Makes port sets, each one once: nearly all pods of a service have the same. */
export class PortSets {
  readonly #known = new Map<string, PortSet>();

  of(ports: readonly Frozen<DiscoveryV1EndpointPort>[]): PortSet {
    const text = ports.map(portText).join();
    let known = this.#known.get(text);
    if (!known) {
      const sorted = ports.map((port) => ({ port, text: portText(port), hash: '' }));
      if (sorted.length > 1) {
        for (const entry of sorted) entry.hash = fnv128(entry.text);
        sorted.sort((a, b) => (a.hash < b.hash ? -1 : 1));
      }
      known = { key: sorted.map((entry) => entry.text).join(), ports: sorted.map(({ port }) => ({ ...port })) };
      this.#known.set(text, known);
    }
    return known;
  }
}

/** What spew prints of a port: its hash is the place of the port in the slice (NewPortMapKey). */
function portText({ name, protocol, port, appProtocol }: Frozen<DiscoveryV1EndpointPort>): string {
  const start = `(v1.EndpointPort){Name:(*string)${name ?? '<nil>'} Protocol:(*v1.Protocol)${protocol ?? '<nil>'}`;
  return `${start} Port:(*int32)${port ?? '<nil>'} AppProtocol:(*string)${appProtocol ?? '<nil>'}}`;
}

interface Made {
  readonly zone: string;
  readonly endpoint: Endpoint;
}

/** Makes the endpoints of one version of a service. What a version of a pod comes to is found out once. */
export class EndpointBuilder {
  readonly service: Frozen<Service>;
  readonly portSets = new PortSets();
  readonly #made = { IPv4: new WeakMap<Frozen<Pod>, Made>(), IPv6: new WeakMap<Frozen<Pod>, Made>() };
  readonly #ports = new WeakMap<Frozen<Pod>, PortSet>();

  constructor(service: Frozen<Service>) {
    this.service = service;
  }

  ports(pod: Frozen<Pod>): PortSet {
    let ports = this.#ports.get(pod);
    if (!ports) {
      ports = this.portSets.of(portsOf(this.service, pod));
      this.#ports.set(pod, ports);
    }
    return ports;
  }

  endpoint(pod: Frozen<Pod>, node: Frozen<Node> | undefined, family: IpFamily): Endpoint {
    const zone = getOwn(node?.metadata.labels, ZONE) ?? '';
    let made = this.#made[family].get(pod);
    if (made?.zone !== zone) {
      made = { zone, endpoint: endpointOf(pod, zone, this.service, family) };
      this.#made[family].set(pod, made);
    }
    return made.endpoint;
  }
}
