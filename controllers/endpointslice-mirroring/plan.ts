/** What has to be written so that slices hold what Endpoints do: reconcile in reconciler.go. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { EndpointSlice, Endpoints } from '../../server/kube/types.gen.ts';
import {
  type Desired,
  type DesiredSlice,
  endpointKey,
  mirroredAnnotations,
  newSlice,
  sliceKey,
  takenLabels,
} from './desired.ts';

export interface Plan {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly remove: Frozen<EndpointSlice>[];
}

export function planSlices(
  endpoints: Frozen<Endpoints>,
  { slices }: Desired,
  existing: readonly Frozen<EndpointSlice>[],
): Plan {
  const plan: Plan = { create: [], update: [], remove: [] };
  const left = new Map<string, Frozen<EndpointSlice>[]>();
  for (const slice of existing) {
    const key = sliceKey(slice.ports, slice.addressType);
    left.set(key, [...(left.get(key) ?? []), slice]);
  }
  for (const [key, desired] of slices) {
    const [first, ...others] = left.get(key) ?? [];
    left.delete(key);
    plan.remove.push(...others);
    if (!first) plan.create.push(newSlice(endpoints, desired, undefined));
    else if (!isSame(first, desired, endpoints)) plan.update.push(newSlice(endpoints, desired, first.metadata.name));
  }
  for (const unwanted of left.values()) plan.remove.push(...unwanted);
  return reused(plan);
}

function isSame(
  slice: Frozen<EndpointSlice>,
  { endpoints: desired }: DesiredSlice,
  endpoints: Frozen<Endpoints>,
): boolean {
  const { metadata, endpoints: listed } = slice;
  // Endpoints that were made anew own what the old ones had left.
  const isOfOther = (metadata.ownerReferences ?? []).some(
    ({ kind, name, uid }) => kind === 'Endpoints' && name === endpoints.metadata.name && uid !== endpoints.metadata.uid,
  );
  if (isOfOther || (listed?.length ?? 0) !== desired.size) return false;
  const isListed = (listed ?? []).every((endpoint) => {
    const wanted = desired.get(endpointKey(endpoint));
    return wanted !== undefined && deepEqual(endpoint.conditions, wanted.conditions);
  });
  return (
    isListed &&
    deepEqual(takenLabels(slice), endpoints.metadata.labels ?? {}) &&
    deepEqual(metadata.annotations ?? {}, mirroredAnnotations(endpoints))
  );
}

/** A slice that would go and one that would come are one slice that changes (recycleSlices). */
function reused(plan: Plan): Plan {
  const create = [...plan.create];
  const update = [...plan.update];
  const remove = plan.remove.filter((slice) => {
    const at = create.findIndex(({ addressType }) => addressType === slice.addressType);
    const [next] = at < 0 ? [] : create.splice(at, 1);
    if (!next) return true;
    const { generateName: _generateName, ...metadata } = next.metadata;
    update.push({ ...next, metadata: { ...metadata, name: slice.metadata.name ?? '' } });
    return false;
  });
  return { create, update, remove };
}
