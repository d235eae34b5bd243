/**
 * Which endpoint goes into which slice, with as few writes as can be: k8s.io/endpointslice, reconcileByPortMapping.
 */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Endpoint, EndpointSlice, Service } from '../../server/kube/types.gen.ts';
import { endpointKey, isAsDesired } from './endpoint.ts';
import { hasLabelsOf, labelsOf } from './slice.ts';

/** Upstream's --max-endpoints-per-slice. */
const ENDPOINTS_MAX = 100;

/** What has to be written. Slices to update carry the version that they replace. */
export interface Plan {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly remove: Frozen<EndpointSlice>[];
}

/** An existing slice, and what its endpoints should be if that differs. */
interface Draft {
  readonly slice: Frozen<EndpointSlice>;
  endpoints: Frozen<Endpoint>[];
  isChanged: boolean;
}

const lengthOf = ({ endpoints }: Draft): number => endpoints.length;

/** Takes what is still desired out of `desired`, at most as much as there is room. */
function take(desired: Map<string, Endpoint>, room: number): Endpoint[] {
  const taken: Endpoint[] = [];
  for (const [key, endpoint] of desired) {
    if (taken.length >= room) break;
    desired.delete(key);
    taken.push(endpoint);
  }
  return taken;
}

/** The slice with what is still desired of its endpoints; undefined when none of them is. */
function draftOf(
  slice: Frozen<EndpointSlice>,
  desired: Map<string, Endpoint>,
  service: Frozen<Service>,
): Draft | undefined {
  const before = slice.endpoints ?? [];
  const endpoints: Frozen<Endpoint>[] = [];
  let isChanged = false;
  for (const endpoint of before) {
    const key = endpointKey(endpoint);
    const wanted = desired.get(key);
    if (!wanted) continue;
    desired.delete(key);
    const isSame = isAsDesired(endpoint, wanted);
    // What is equal stays as it is: its hints are looked at later.
    endpoints.push(isSame ? endpoint : wanted);
    isChanged ||= !isSame;
  }
  isChanged ||= endpoints.length !== before.length;
  if (isChanged && endpoints.length === 0) return undefined;
  return { slice, endpoints, isChanged: isChanged || !hasLabelsOf(slice, service) };
}

/** The unchanged slice that would be the fullest with all that is left (getSliceToFill). */
function fullestWith(count: number, drafts: readonly Draft[]): Draft | undefined {
  let best: Draft | undefined;
  let bestRoom = ENDPOINTS_MAX;
  for (const draft of drafts) {
    const room = ENDPOINTS_MAX - count - lengthOf(draft);
    if (draft.isChanged || room < 0 || room >= bestRoom) continue;
    best = draft;
    bestRoom = room;
  }
  return best;
}

/**
 * Places the desired endpoints of one set of ports.
 *
 * @param existing the slices that have these ports
 * @param desired what is to be placed, by key; it is empty afterwards
 * @param blank makes a new slice
 */
export function pack(
  existing: readonly Frozen<EndpointSlice>[],
  desired: Map<string, Endpoint>,
  service: Frozen<Service>,
  blank: () => EndpointSlice,
): Plan {
  const drafts: Draft[] = [];
  const remove: Frozen<EndpointSlice>[] = [];
  for (const slice of existing) {
    const draft = draftOf(slice, desired, service);
    if (draft) drafts.push(draft);
    else remove.push(slice);
  }
  // Slices that are written anyway take up what is left, the fullest ones first.
  for (const draft of drafts.filter(({ isChanged }) => isChanged).sort((a, b) => lengthOf(b) - lengthOf(a))) {
    draft.endpoints.push(...take(desired, ENDPOINTS_MAX - lengthOf(draft)));
  }
  const create: EndpointSlice[] = [];
  while (desired.size > 0) {
    const draft = desired.size < ENDPOINTS_MAX ? fullestWith(desired.size, drafts) : undefined;
    if (draft) {
      draft.endpoints.push(...take(desired, ENDPOINTS_MAX));
      draft.isChanged = true;
    } else create.push({ ...blank(), endpoints: take(desired, ENDPOINTS_MAX) });
  }
  const update = drafts.filter(({ isChanged }) => isChanged).map((draft) => versionOf(draft, service));
  return { create, update, remove };
}

function versionOf({ slice, endpoints }: Draft, service: Frozen<Service>): EndpointSlice {
  const { metadata, ...rest } = slice as EndpointSlice;
  return { ...rest, metadata: { ...metadata, labels: labelsOf(service) }, endpoints: endpoints as Endpoint[] };
}
