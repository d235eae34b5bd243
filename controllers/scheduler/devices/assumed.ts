import type { Frozen } from '../../../server/base/freeze.ts';
import type { AllocationResult } from '../../../server/kube/types.gen.ts';
import type { ResourceClaim } from '../../lib/resource-claims.ts';
import { deviceId } from './pools.ts';

type Allocation = Frozen<AllocationResult>;

/** Devices that have been given away and are being written: other pods must not get them meanwhile. */
export class AssumedDevices {
  readonly #pending = new Map<string, Allocation>();

  assume({ metadata }: ResourceClaim, allocation: Allocation): void {
    this.#pending.set(metadata.uid ?? '', allocation);
  }

  forget({ metadata }: ResourceClaim): void {
    this.#pending.delete(metadata.uid ?? '');
  }

  isPending({ metadata }: ResourceClaim): boolean {
    return this.#pending.has(metadata.uid ?? '');
  }

  /** A claim shows what has been written. */
  sawClaim(claim: ResourceClaim): void {
    if (claim.status.allocation) this.forget(claim);
  }

  /** Ids of all devices that somebody has. Who only looks after devices does not have them. */
  inUse(claims: readonly ResourceClaim[]): Set<string> {
    const ids = new Set<string>();
    for (const allocation of [...claims.map(({ status }) => status.allocation), ...this.#pending.values()])
      for (const { driver, pool, device, adminAccess } of allocation?.devices.results ?? [])
        if (!adminAccess) ids.add(deviceId(driver, pool, device));
    return ids;
  }
}
