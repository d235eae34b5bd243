/** What a pod contributes to a service; Endpoints and EndpointSlices agree on it (k8s.io/endpointslice/util). */
import type { Frozen } from '../../../server/base/freeze.ts';
import { formatIp, parseIp } from '../../../server/kube/ip-addresses.ts';
import type { Container, Pod, Service, ServicePort } from '../../../server/kube/types.gen.ts';
import { isPodTerminal } from '../pods.ts';

export type IpFamily = 'IPv4' | 'IPv6';

/** Whether a pod belongs to services that select it: it has an address and has not ended. */
export function isEndpoint(pod: Frozen<Pod>, includeTerminating: boolean): boolean {
  const { podIP, podIPs } = pod.status;
  if (isPodTerminal(pod) || (!podIP && !podIPs?.length)) return false;
  return includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** The pod's name in the DNS of a headless service that is its subdomain. */
export function hostnameIn(service: Frozen<Service>, pod: Frozen<Pod>): string | undefined {
  const { hostname, subdomain } = pod.spec;
  return hostname && subdomain === service.metadata.name ? hostname : undefined;
}

/** By far the most frequent form, and canonical already. */
const PLAIN_IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** The pod's addresses of one family, in their canonical form. */
export function addressesOf(pod: Frozen<Pod>, family: IpFamily): string[] {
  const found: string[] = [];
  for (const { ip } of pod.status.podIPs ?? []) {
    if (PLAIN_IPV4.test(ip)) {
      if (family === 'IPv4') found.push(ip);
      continue;
    }
    const parsed = parseIp(ip);
    // Go takes an IPv4 address that is written as IPv6 for IPv4.
    if (parsed && (parsed.family === 6 && !parsed.mapped ? 'IPv6' : 'IPv4') === family) found.push(formatIp(parsed));
  }
  return found;
}

const isSidecar = (container: Frozen<Container>): boolean => container.restartPolicy === 'Always';

/** The port of the pod that a port of the service means; undefined when the pod has none of that name. */
export function targetPort(
  { spec }: Frozen<Pod>,
  { targetPort: target, protocol }: Frozen<ServicePort>,
): number | undefined {
  if (typeof target !== 'string') return target ?? 0;
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? []).filter(isSidecar)]) {
    for (const port of container.ports ?? []) {
      if (port.name === target && port.protocol === protocol) return port.containerPort;
    }
  }
  return undefined;
}

export const isHeadless = ({ spec }: Frozen<Service>): boolean => !spec.clusterIP || spec.clusterIP === 'None';

/** Services that get their endpoints from pods: those with a selector, unless they are names of something outside. */
export function selectsPods({ spec }: Frozen<Service>): boolean {
  return spec.type !== 'ExternalName' && Object.keys(spec.selector ?? {}).length > 0;
}
