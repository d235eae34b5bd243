import { deepEqual } from '../../base/freeze.ts';
import type { Pod } from '../../kube/types.gen.ts';

/**
 * What its containers got is mostly what they ask for. The status of each pod then has the parts of its spec, which
 * pods of one template share, and no copies of them.
 */
export function shareAllocated({ spec, status }: Pod): void {
  const statuses = status.containerStatuses ?? [];
  const containers = spec.containers ?? [];
  for (const [at, own] of statuses.entries()) {
    const wanted = containers[at];
    if (wanted?.name !== own.name || Object.isFrozen(own)) continue;
    const { resources } = wanted;
    if (own.resources && own.resources !== resources && deepEqual(own.resources, resources)) own.resources = resources;
    const { allocatedResources: got } = own;
    const { requests } = resources;
    if (got && requests && got !== requests && deepEqual(got, requests)) own.allocatedResources = requests;
  }
}
