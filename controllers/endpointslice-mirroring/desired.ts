/** Which slices Endpoints stand for: desiredCalc in reconciler_helpers.go. */
import { type Frozen, getOwn, setOwn } from '../../server/base/freeze.ts';
import { formatIp, parseIp } from '../../server/kube/ip-addresses.ts';
import type {
  DiscoveryV1EndpointPort,
  Endpoint,
  EndpointAddress,
  EndpointSlice,
  Endpoints,
} from '../../server/kube/types.gen.ts';
import { controllerRefTo } from '../lib/adopt.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const MANAGER = 'endpointslicemirroring-controller.k8s.io';
/** Annotations that say something about the Endpoints, and nothing about what is in them. */
const NOT_MIRRORED: readonly string[] = [
  'endpoints.kubernetes.io/last-change-trigger-time',
  'kubectl.kubernetes.io/last-applied-configuration',
];
const ENDPOINTS = { apiVersion: 'v1', kind: 'Endpoints', resource: 'v1/endpoints' };

/** Upstream's --mirroring-max-endpoints-per-subset. */
export const ADDRESSES_MAX = 1000;

export type IpFamily = 'IPv4' | 'IPv6';

/** One slice that there should be, or none where it has no endpoints. */
export interface DesiredSlice {
  readonly family: IpFamily;
  readonly ports: DiscoveryV1EndpointPort[];
  /** By what makes an endpoint the same one. */
  readonly endpoints: Map<string, Endpoint>;
}

export interface Desired {
  /** By address type and ports. */
  readonly slices: Map<string, DesiredSlice>;
  readonly invalidCount: number;
  /** Of those that are invalid, and those that are too many. */
  readonly skippedCount: number;
}

/** Slices with the same address type and ports hold the same endpoints. */
export function sliceKey(ports: Frozen<DiscoveryV1EndpointPort[]> | null | undefined, family: string): string {
  const texts = (ports ?? []).map(({ name = '', protocol = '', port = 0, appProtocol = '' }) =>
    JSON.stringify([name, protocol, port, appProtocol]),
  );
  return `${family} ${texts.sort().join()}`;
}

/** EndpointSet tells endpoints apart by these. */
export function endpointKey({ addresses, hostname, nodeName, targetRef }: Frozen<Endpoint>): string {
  const { kind, namespace, name, uid } = targetRef ?? {};
  return JSON.stringify([[...(addresses ?? [])].sort(), hostname, nodeName, kind, namespace, name, uid]);
}

export function desiredOf(endpoints: Frozen<Endpoints>): Desired {
  const slices = new Map<string, DesiredSlice>();
  let [invalidCount, skippedCount] = [0, 0];
  for (const { addresses, notReadyAddresses, ports: subsetPorts } of endpoints.subsets ?? []) {
    const ports = (subsetPorts ?? []).map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
      name,
      port,
      protocol,
      ...(appProtocol !== undefined && { appProtocol }),
    }));
    const sliceOf = (family: IpFamily): DesiredSlice => {
      const key = sliceKey(ports, family);
      const slice = slices.get(key) ?? { family, ports, endpoints: new Map() };
      slices.set(key, slice);
      return slice;
    };
    const all = [
      ...(addresses ?? []).map((address) => ({ address, ready: true })),
      ...(notReadyAddresses ?? []).map((address) => ({ address, ready: false })),
    ];
    let count = 0;
    for (const { address, ready } of all) {
      if (count >= ADDRESSES_MAX) break;
      const parsed = parseIp(address.ip);
      if (!parsed) {
        invalidCount++;
        continue;
      }
      // However it was written.
      const ip = formatIp(parsed);
      const endpoint = endpointOf(address, ip, ready);
      sliceOf(ip.includes(':') ? 'IPv6' : 'IPv4').endpoints.set(endpointKey(endpoint), endpoint);
      count++;
    }
    skippedCount += all.length - count;
  }
  return { slices, invalidCount, skippedCount };
}

function endpointOf(
  { hostname = '', nodeName, targetRef }: Frozen<EndpointAddress>,
  ip: string,
  ready: boolean,
): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname !== '' && { hostname }),
    ...(targetRef && { targetRef: { ...targetRef } }),
    ...(nodeName !== undefined && { nodeName }),
  };
}

/** Annotations that slices take over. */
export function mirroredAnnotations({ metadata }: Frozen<Endpoints>): Record<string, string> {
  return without(metadata.annotations, NOT_MIRRORED);
}

/** Labels of a slice that its Endpoints have given it. */
export function takenLabels({ metadata }: Frozen<EndpointSlice>): Record<string, string> {
  return without(metadata.labels, [MANAGED_BY, SERVICE_NAME]);
}

function without(map: Readonly<Record<string, string>> | undefined, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !keys.includes(key)));
}

/** @param name of the slice that this one takes the place of */
export function newSlice(endpoints: Frozen<Endpoints>, desired: DesiredSlice, name: string | undefined): EndpointSlice {
  const { namespace = '', name: service = '' } = endpoints.metadata;
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(endpoints.metadata.labels ?? {})) setOwn(labels, key, value);
  labels[SERVICE_NAME] = service;
  labels[MANAGED_BY] = MANAGER;
  return {
    metadata: {
      namespace,
      ...(name === undefined ? { generateName: `${service}-` } : { name }),
      labels,
      annotations: mirroredAnnotations(endpoints),
      ownerReferences: [controllerRefTo(endpoints, ENDPOINTS)],
    },
    addressType: desired.family,
    endpoints: [...desired.endpoints.values()],
    ports: desired.ports,
  };
}

export function isMirrored(slice: Frozen<EndpointSlice>): boolean {
  return getOwn(slice.metadata.labels, MANAGED_BY) === MANAGER;
}
