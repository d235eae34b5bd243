/** What the slices of a service look like apart from their endpoints: k8s.io/endpointslice, utils.go. */
import { type Frozen, getOwn, setOwn } from '../../server/base/freeze.ts';
import type { DiscoveryV1EndpointPort, EndpointSlice, Service } from '../../server/kube/types.gen.ts';
import { type ControllerKind, controllerRefTo } from '../lib/adopt.ts';
import { type IpFamily, isHeadless } from '../lib/service-endpoints/pod-endpoint.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const MANAGER = 'endpointslice-controller.k8s.io';
const HEADLESS = 'service.kubernetes.io/headless';
const RESERVED: readonly string[] = [SERVICE_NAME, MANAGED_BY, HEADLESS];

const SERVICE: ControllerKind = { apiVersion: 'v1', kind: 'Service', resource: 'v1/services' };

type Labels = Record<string, string>;

const ownEntries = (labels: Readonly<Labels> | undefined): [string, string][] =>
  Object.entries(labels ?? {}).filter(([key]) => !RESERVED.includes(key));

/** The labels of the service and the reserved ones, whatever the service says about those. */
export function labelsOf(service: Frozen<Service>): Labels {
  const labels: Labels = {};
  for (const [key, value] of ownEntries(service.metadata.labels)) setOwn(labels, key, value);
  if (isHeadless(service)) labels[HEADLESS] = '';
  labels[SERVICE_NAME] = service.metadata.name ?? '';
  labels[MANAGED_BY] = MANAGER;
  return labels;
}

/** Whether a slice carries the labels of its service; the reserved ones do not count. */
export function hasLabelsOf(slice: Frozen<EndpointSlice>, service: Frozen<Service>): boolean {
  const own = ownEntries(slice.metadata.labels);
  const { labels } = service.metadata;
  return own.length === ownEntries(labels).length && own.every(([key, value]) => getOwn(labels, key) === value);
}

export function isManaged(slice: Frozen<EndpointSlice>): boolean {
  return getOwn(slice.metadata.labels, MANAGED_BY) === MANAGER;
}

export function isOwnedBy({ metadata }: Frozen<EndpointSlice>, service: Frozen<Service>): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ uid, kind, apiVersion }) => uid === service.metadata.uid && kind === 'Service' && apiVersion === 'v1',
  );
}

/** A slice without endpoints that the server has yet to name. */
export function newSlice(service: Frozen<Service>, ports: DiscoveryV1EndpointPort[], family: IpFamily): EndpointSlice {
  const { namespace = '', name = '' } = service.metadata;
  return {
    metadata: {
      namespace,
      generateName: `${name}-`,
      labels: labelsOf(service),
      ownerReferences: [controllerRefTo(service, SERVICE)],
    },
    addressType: family,
    endpoints: [],
    ports,
  };
}

/** The address types that a service has slices of. */
export function familiesOf({ spec }: Frozen<Service>): IpFamily[] {
  const families = (spec.ipFamilies ?? []).filter((family) => family === 'IPv4' || family === 'IPv6');
  if (families.length > 0) return [...new Set(families)] as IpFamily[];
  if (spec.clusterIP && spec.clusterIP !== 'None') return [spec.clusterIP.includes(':') ? 'IPv6' : 'IPv4'];
  return ['IPv4', 'IPv6'];
}
