/** Variables that say where services are: k8s.io/kubernetes/pkg/kubelet/envvars. */
import { isIPv6 } from 'node:net';
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { Service } from '../../../../server/kube/types.gen.ts';

type Variables = [name: string, value: string][];

const upper = (name: string): string => name.replaceAll('-', '_').toUpperCase();

/** `WEB_SERVICE_HOST`, `WEB_SERVICE_PORT`, and those that linked containers of Docker had: `WEB_PORT_80_TCP_ADDR`. */
function variablesOf({ metadata: { name = '' }, spec }: Frozen<Service>): Variables {
  const { clusterIP = '', ports } = spec;
  const [prefix, all] = [upper(name), ports ?? []];
  const variables: Variables = [[`${prefix}_SERVICE_HOST`, clusterIP]];
  const [first] = all;
  if (first) variables.push([`${prefix}_SERVICE_PORT`, String(first.port)]);
  for (const { name: portName, port } of all)
    if (portName) variables.push([`${prefix}_SERVICE_PORT_${upper(portName)}`, String(port)]);
  const host = isIPv6(clusterIP) ? `[${clusterIP}]` : clusterIP;
  for (const [index, { port, protocol = 'TCP' }] of all.entries()) {
    const url = `${protocol.toLowerCase()}://${host}:${port}`;
    const own = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
    if (index === 0) variables.push([`${prefix}_PORT`, url]);
    variables.push([own, url], [`${own}_PROTO`, protocol.toLowerCase()]);
    variables.push([`${own}_PORT`, String(port)], [`${own}_ADDR`, clusterIP]);
  }
  return variables;
}

const hasAddress = ({ spec: { clusterIP } }: Frozen<Service>): boolean =>
  clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None';

/**
 * What a container learns of services: of those in its namespace if it wants to, and of the API server in any case.
 *
 * @param services of a namespace
 */
export function serviceVariables(
  namespace: string,
  wantsLinks: boolean,
  services: (namespace: string) => readonly Frozen<Service>[],
): Map<string, string> {
  const isApiServer = ({ metadata: { name } }: Frozen<Service>): boolean => name === 'kubernetes';
  const found = services('default').filter((service) => isApiServer(service) && hasAddress(service));
  if (wantsLinks)
    for (const service of services(namespace)) {
      if (!hasAddress(service)) continue;
      // One of this name in another namespace hides the API server's.
      if (isApiServer(service)) found.length = 0;
      found.push(service);
    }
  return new Map(found.flatMap(variablesOf));
}
