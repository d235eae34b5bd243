import type { Client } from '../../../controllers/lib/client.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { EndpointSlice } from '../../../server/kube/types.gen.ts';

export const SLICES = 'discovery.k8s.io/v1/endpointslices';

/** The slices of a service, in the order of their names. */
export async function slicesOf(client: Client, service: string): Promise<Frozen<EndpointSlice>[]> {
  const slices = await client.list<EndpointSlice>(SLICES, 'default');
  return slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service);
}

/** The addresses in each slice, sorted. */
export function addressesIn(slices: readonly Frozen<EndpointSlice>[]): string[][] {
  return slices.map(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []).sort());
}

/** How many endpoints each slice has, the largest first. */
export function sizes(slices: readonly Frozen<EndpointSlice>[]): number[] {
  return slices.map(({ endpoints }) => endpoints?.length ?? 0).sort((a, b) => b - a);
}
