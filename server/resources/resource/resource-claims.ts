import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type { ResourceV1ResourceClaim as ResourceClaim } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { fillDeviceClaimDefaults } from '../shared/device-defaults.ts';
import { deviceClaimProblems } from '../shared/device-request-rules.ts';
import { claimStatusProblems, forgetReleasedDevices } from '../shared/device-status-rules.ts';

function validate({ spec }: Frozen<ResourceClaim>, old?: Frozen<ResourceClaim>): FieldProblem[] {
  if (!old) return deviceClaimProblems(spec.devices, 'spec.devices');
  return deepEqual(spec, old.spec) ? [] : [immutable('spec', null)];
}

function stateCell({ metadata, status }: Frozen<ResourceClaim>): string {
  const isDeleted = metadata.deletionTimestamp !== undefined;
  const states = isDeleted ? ['deleted'] : [];
  if (status.allocation) states.push('allocated', ...(status.reservedFor?.length ? ['reserved'] : []));
  else if (!isDeleted) states.push('pending');
  return states.join(',');
}

export const definition: ResourceDefinition<ResourceClaim> = {
  resource: 'resourceclaims.resource.k8s.io',
  rechecksGenerateName: true,
  fillDefaults: ({ spec }) => fillDeviceClaimDefaults(spec.devices),
  beforeCreate(claim) {
    claim.status = {};
    return undefined;
  },
  beforeStatusUpdate: forgetReleasedDevices,
  checksEnums: true,
  validate,
  validateStatus: claimStatusProblems,
  statusKeeps: ['labels', 'annotations', 'ownerReferences', 'finalizers'],
  returnsDeleted: true,
  cells: (claim, nowMs) => [claim.metadata.name, stateCell(claim), since(claim.metadata.creationTimestamp, nowMs)],
};
