/** Hints that keep traffic close, as `trafficDistribution` of a service asks for: k8s.io/endpointslice/trafficdist. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { Endpoint, EndpointHints, EndpointSlice, Service } from '../../server/kube/types.gen.ts';
import type { Plan } from './packing.ts';

const CLOSE: readonly (string | undefined)[] = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

type HintsOf = (endpoint: Frozen<Endpoint>) => Frozen<EndpointHints> | undefined;

/** Which hints an endpoint should have. Those that are not ready keep what they have, unless nobody wants hints. */
function hintsFor({ spec }: Frozen<Service>): HintsOf {
  const { trafficDistribution: wish } = spec;
  if (!CLOSE.includes(wish)) return () => undefined;
  return ({ conditions, zone, nodeName, hints }) => {
    if (!conditions.ready) return hints;
    const forZones = zone !== undefined ? [{ name: zone }] : undefined;
    const forNodes = wish === 'PreferSameNode' && nodeName !== undefined ? [{ name: nodeName }] : undefined;
    return forZones || forNodes ? { ...(forZones && { forZones }), ...(forNodes && { forNodes }) } : undefined;
  };
}

function withHints(slice: Frozen<EndpointSlice>, hintsOf: HintsOf): EndpointSlice | undefined {
  let isChanged = false;
  const endpoints = (slice.endpoints ?? []).map((endpoint) => {
    const hints = hintsOf(endpoint);
    if (deepEqual(hints, endpoint.hints)) return endpoint;
    isChanged = true;
    const { hints: _, ...rest } = endpoint;
    return hints ? { ...rest, hints } : rest;
  });
  return isChanged ? ({ ...slice, endpoints } as EndpointSlice) : undefined;
}

/** Sets and removes hints in everything that is written, and writes what lacks them. */
export function addHints(plan: Plan, existing: readonly Frozen<EndpointSlice>[], service: Frozen<Service>): Plan {
  const hintsOf = hintsFor(service);
  const hinted = (slice: EndpointSlice): EndpointSlice => withHints(slice, hintsOf) ?? slice;
  const touched = new Set([...plan.update, ...plan.remove].map(({ metadata }) => metadata.name));
  const others = existing
    .filter(({ metadata }) => !touched.has(metadata.name))
    .map((slice) => withHints(slice, hintsOf));
  return {
    create: plan.create.map(hinted),
    update: [...plan.update.map(hinted), ...others.filter((slice) => slice !== undefined)],
    remove: plan.remove,
  };
}
