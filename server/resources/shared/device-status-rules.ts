/** Rules of the status of resource claims, without those of allocations (pkg/apis/resource/validation). */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, required } from '../../kube/field-problem.ts';
import type { ResourceV1ResourceClaim as ResourceClaim } from '../../kube/types.gen.ts';

type Claim = Frozen<ResourceClaim>;
type Device = { readonly driver: string; readonly pool: string; readonly device: string; readonly shareID?: string };

const USERS = 'status.reservedFor';

function keyOf({ driver, pool, device, shareID = '' }: Device): string {
  return [driver, pool, device, shareID].join('\0');
}

function allocatedDevices({ status }: Claim): string[] {
  return (status.allocation?.devices.results ?? []).map(keyOf);
}

/** Devices that are no longer allocated have no status any more (dropDeallocatedStatusDevices). */
export function forgetReleasedDevices(claim: ResourceClaim, old: Claim): void {
  const { status } = claim;
  const kept = allocatedDevices(claim as Claim);
  const released = allocatedDevices(old).filter((key) => !kept.includes(key));
  if (!status.devices || released.length === 0) return;
  status.devices = status.devices.filter((device) => !released.includes(keyOf(device)));
  if (status.devices.length === 0) delete status.devices;
}

/** Problems of a change through the status subresource. */
export function claimStatusProblems(claim: Claim, old: Claim): FieldProblem[] {
  const { allocation, reservedFor = [], devices = [] } = claim.status;
  const problems: FieldProblem[] = reservedFor.flatMap((user, i) => {
    const missing = (['resource', 'name', 'uid'] as const).filter((field) => user[field] === '');
    return missing.map((field) => required(`${USERS}[${i}].${field}`));
  });
  const allocated = allocatedDevices(claim);
  devices.forEach((device, i) => {
    if (allocated.includes(keyOf(device))) return;
    const shown = { Driver: device.driver, Pool: device.pool, Device: device.device, ShareID: device.shareID ?? '' };
    problems.push(invalid(`status.devices[${i}]`, shown, 'must be an allocated device in the claim'));
  });
  if (reservedFor.length === 0) return problems;
  if (!allocation) problems.push(forbiddenField(USERS, 'may not be specified when `allocated` is not set'));
  else if (claim.metadata.deletionTimestamp !== undefined) {
    const isNew = reservedFor.some((user) => !old.status.reservedFor?.some((other) => deepEqual(user, other)));
    const detail = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
    if (isNew) problems.push(forbiddenField(USERS, detail));
  }
  return problems;
}
