/** What keeps a service from being reached, as its objects tell it. */
import type { Frozen } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { EndpointSlice, Service } from '../../kube/types.gen.ts';
import type { ApiService } from '../../pipeline/aggregation/aggregation.ts';
import type { Storage } from '../../storage/storage.ts';

export interface ServiceFault {
  readonly reason: string;
  readonly message: string;
}

const SERVICE_NAME = 'kubernetes.io/service-name';

export function serviceFault({ spec }: ApiService, storage: Storage): ServiceFault | undefined {
  const { namespace = '', name = '', port = 443 } = spec.service ?? {};
  const said = `service/${name} in ${goQuote(namespace)}`;
  const service = storage.get(`services/${namespace}/${name}`)?.value as Frozen<Service> | undefined;
  if (!service) return { reason: 'ServiceNotFound', message: `${said} is not present` };
  // Others may lead somewhere else than to endpoints of this cluster.
  if (service.spec.type !== 'ClusterIP') return undefined;
  const found = service.spec.ports?.find((candidate) => candidate.port === port);
  if (!found) return { reason: 'ServicePortError', message: `${said} is not listening on port ${port}` };
  const { name: portName = '' } = found;
  const slices = slicesOf(namespace, name, storage);
  if (slices.length === 0) return { reason: 'EndpointsNotFound', message: `cannot find endpointslices for ${said}` };
  if (slices.some((slice) => isReady(slice, portName))) return undefined;
  const message = `endpointslices for ${said} have no addresses with port name ${goQuote(portName)}`;
  return { reason: 'MissingEndpoints', message };
}

const slicesOf = (namespace: string, name: string, storage: Storage): readonly Frozen<EndpointSlice>[] =>
  storage
    .list(`endpointslices.discovery.k8s.io/${namespace}/`)
    .items.filter(({ value }) => value.metadata.labels?.[SERVICE_NAME] === name)
    .map(({ value }) => value as unknown as Frozen<EndpointSlice>);

const isReady = ({ endpoints, ports }: Frozen<EndpointSlice>, portName: string): boolean =>
  (endpoints ?? []).some(({ conditions }) => conditions.ready !== false) &&
  (ports ?? []).some(({ name = '', port }) => name === portName && port !== undefined);
