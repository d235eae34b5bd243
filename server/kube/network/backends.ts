/** Where a service leads, by its EndpointSlices: k8s.io/kubernetes/pkg/proxy/topology.go. */
import type { Frozen } from '../../base/freeze.ts';
import type { Key } from '../object.ts';
import type { Endpoint, EndpointSlice } from '../types.gen.ts';

/** One endpoint of a service, at one port. */
export interface Backend {
  readonly address: string;
  readonly port: number;
  /** The pod that it is, if it says so. */
  readonly target: Key | undefined;
  readonly endpoint: Frozen<Endpoint>;
}

/** Which port of the endpoints of a slice is meant; undefined when none is. */
export type PortOf = (slice: Frozen<EndpointSlice>) => number | undefined;

/** The port of a service's endpoints is called as that of the service. */
export function portNamed(name: string, protocol = 'TCP'): PortOf {
  return ({ ports }) =>
    ports?.find((port) => (port.name ?? '') === name && (port.protocol ?? 'TCP') === protocol)?.port;
}

/** All endpoints, whatever their condition. */
export function backendsOf(slices: Iterable<Frozen<EndpointSlice>>, portOf: PortOf): Backend[] {
  const backends: Backend[] = [];
  for (const slice of slices) {
    const port = portOf(slice);
    if (port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const { addresses, targetRef } = endpoint;
      const address = addresses?.[0];
      if (address === undefined) continue;
      const namespace = targetRef?.namespace ?? slice.metadata.namespace ?? '';
      const target = targetRef?.kind === 'Pod' ? { namespace, name: targetRef.name ?? '' } : undefined;
      backends.push({ address, port, target, endpoint });
    }
  }
  return backends;
}

/** What is not told counts as ready. */
export const isReady = ({ endpoint: { conditions } }: Backend): boolean => conditions.ready !== false;

const isLeaving = ({ endpoint: { conditions } }: Backend): boolean =>
  (conditions.serving ?? conditions.ready) !== false && conditions.terminating === true;

/** Those that get traffic: the ready ones, or else those that are about to end and still serve. */
export function usable(backends: readonly Backend[]): Backend[] {
  const ready = backends.filter(isReady);
  return ready.length > 0 ? ready : backends.filter(isLeaving);
}

/** Where a client is that hints and local traffic policies go by. */
export interface ClientPlace {
  readonly node: string;
  readonly zone: string;
}

/** Those that are on the client's own node, for a traffic policy that wants no others. */
export function localOnes(backends: readonly Backend[], { node }: ClientPlace): Backend[] {
  return usable(backends.filter(({ endpoint }) => endpoint.nodeName === node));
}

/** Those that a client uses: hints count when every ready endpoint has one and some are for it. */
export function clusterOnes(backends: readonly Backend[], { node, zone }: ClientPlace): Backend[] {
  const ready = backends.filter(isReady);
  const hinted = (namesOf: (backend: Backend) => readonly string[], wanted: string): Backend[] =>
    ready.every((backend) => namesOf(backend).length > 0)
      ? ready.filter((backend) => namesOf(backend).includes(wanted))
      : [];
  const near = hinted(({ endpoint: { hints } }) => (hints?.forNodes ?? []).map(({ name }) => name), node);
  if (near.length > 0) return near;
  const inZone = hinted(({ endpoint: { hints } }) => (hints?.forZones ?? []).map(({ name }) => name), zone);
  return inZone.length > 0 ? inZone : usable(backends);
}
