/** Endpoints hold a thousand addresses at most; what is beyond is only in EndpointSlices (truncateEndpoints). */
import type { EndpointSubset } from '../../server/kube/types.gen.ts';

const ADDRESSES_MAX = 1000;

type Field = 'addresses' | 'notReadyAddresses';

const count = (subsets: readonly EndpointSubset[], field: Field): number =>
  subsets.reduce((sum, subset) => sum + (subset[field]?.length ?? 0), 0);

function firstOf(subset: EndpointSubset, field: Field, length: number): EndpointSubset {
  const { [field]: addresses = [], ...rest } = subset;
  const kept = addresses.slice(0, length);
  return kept.length > 0 ? { ...rest, [field]: kept } : rest;
}

/**
 * Every subset keeps its share of the room, rounded up; those that are not ready only get what the ready ones leave.
 * @returns undefined when all of them fit
 */
export function truncated(subsets: readonly EndpointSubset[]): EndpointSubset[] | undefined {
  const ready = count(subsets, 'addresses');
  const notReady = count(subsets, 'notReadyAddresses');
  if (ready + notReady <= ADDRESSES_MAX) return undefined;
  const isFull = ready > ADDRESSES_MAX;
  const field = isFull ? 'addresses' : 'notReadyAddresses';
  const room = isFull ? ADDRESSES_MAX : ADDRESSES_MAX - ready;
  const total = isFull ? ready : notReady;
  let left = room;
  return subsets.map((subset) => {
    const own = subset[field]?.length ?? 0;
    const share = Math.min(Math.ceil((own / total) * room), left);
    left -= Math.min(share, own);
    const kept = firstOf(subset, field, share);
    return isFull ? firstOf(kept, 'notReadyAddresses', 0) : kept;
  });
}
