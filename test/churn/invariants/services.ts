import type { Frozen } from '../../../server/base/freeze.ts';
import type { EndpointSlice, Endpoints, Pod, Service } from '../../../server/kube/types.gen.ts';
import type { World } from '../world.ts';
import { isOver, isReady, matches, nameOf, type State } from './state.ts';

const sorted = (texts: readonly (string | null | undefined)[]): string =>
  texts
    .map((text) => text ?? '')
    .sort((a, b) => (a < b ? -1 : 1))
    .join();

/** Where a service of a namespace leads: the ready pods that it selects. */
function readyAddresses(state: State, { metadata, spec }: Frozen<Service>): string {
  const pods = state.of<Pod>('Pod', metadata.namespace);
  const chosen = pods.filter((pod) => matches(spec.selector, pod.metadata.labels) && isReady(pod) && !isOver(pod));
  return sorted(chosen.map(({ status }) => status.podIP));
}

/** Endpoints and slices are the ready pods, and exist for services only. */
export function endpoints(state: State): string[] {
  const found: string[] = [];
  for (const service of state.of<Service>('Service')) {
    const { name = '', namespace } = service.metadata;
    if (!service.spec.selector) continue;
    const ready = readyAddresses(state, service);
    const listed = state
      .of<Endpoints>('Endpoints', namespace)
      .filter(({ metadata }) => metadata.name === name)
      .flatMap(({ subsets = [] }) => subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)));
    const sliced = state
      .of<EndpointSlice>('EndpointSlice', namespace)
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
      .flatMap((slice) => slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses);
    if (sorted(listed) !== ready) found.push(`${nameOf(service)}: endpoints ${sorted(listed)}, ready ${ready}`);
    if (sorted(sliced) !== ready) found.push(`${nameOf(service)}: slices ${sorted(sliced)}, ready ${ready}`);
  }
  const names = new Set(state.of<Service>('Service').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  for (const endpoint of state.of('Endpoints')) {
    const { namespace, name } = endpoint.metadata;
    if (!names.has(`${namespace}/${name}`)) found.push(`${nameOf(endpoint)} has no service`);
  }
  return found;
}

/** Addresses and node ports are held by one service each, and free when nobody has them. */
export async function allocations(state: State, world: World): Promise<string[]> {
  const found: string[] = [];
  const addresses = new Map<string, string>();
  const ports = new Map<number, string>();
  for (const service of state.of<Service>('Service')) {
    const { clusterIP, ports: given = [] } = service.spec;
    const held = addresses.get(clusterIP ?? '');
    if (held !== undefined) found.push(`${nameOf(service)} has the address of ${held}`);
    if (clusterIP && clusterIP !== 'None') addresses.set(clusterIP, nameOf(service));
    for (const { nodePort } of given) {
      if (!nodePort) continue;
      if (ports.has(nodePort)) found.push(`${nameOf(service)} has the node port of ${ports.get(nodePort)}`);
      ports.set(nodePort, nameOf(service));
    }
  }
  for (const clusterIP of world.addresses) {
    const isFree = await isAllowed(world, { clusterIP, ports: [{ port: 80 }] });
    if (isFree === addresses.has(clusterIP)) found.push(`the address ${clusterIP} is ${isFree ? 'free' : 'taken'}`);
  }
  for (const nodePort of world.nodePorts) {
    const isFree = await isAllowed(world, { type: 'NodePort', ports: [{ port: 80, nodePort }] });
    if (isFree === ports.has(nodePort)) found.push(`the node port ${nodePort} is ${isFree ? 'free' : 'taken'}`);
  }
  return found;
}

/** Whether a service can be made: in a namespace that has no quota. Dry runs do not look at addresses. */
async function isAllowed(world: World, spec: object): Promise<boolean> {
  const resource = 'v1/services';
  const key = { namespace: 'default', name: 'probe' };
  const made = await world.send({ verb: 'create', resource, key, body: { metadata: { name: 'probe' }, spec } });
  if (made) await world.send({ verb: 'delete', resource, key });
  return made !== undefined;
}
