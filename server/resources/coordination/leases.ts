import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type { Lease } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { negativeProblems } from '../shared/number-rules.ts';

function validate({ spec }: Frozen<Lease>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { leaseDurationSeconds: seconds, leaseTransitions } = spec;
  if (seconds !== undefined && seconds <= 0) {
    problems.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  }
  return [...problems, ...negativeProblems('spec.leaseTransitions', leaseTransitions)];
}

/** The feature CoordinatedLeaderElection is off by default: its fields are not stored (PrepareForCreate). */
function dropDisabledFields(lease: Lease, old?: Frozen<Lease>): undefined {
  for (const field of ['strategy', 'preferredHolder'] as const) {
    if (old?.spec[field] === undefined) delete lease.spec[field];
  }
  return undefined;
}

export const definition: ResourceDefinition<Lease> = {
  resource: 'leases.coordination.k8s.io',
  createOnUpdate: true,
  requiresResourceVersion: true,
  beforeCreate: (lease) => dropDisabledFields(lease),
  beforeUpdate: (lease, old) => dropDisabledFields(lease, old),
  validate,
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    spec.holderIdentity ?? '',
    since(metadata.creationTimestamp, nowMs),
  ],
};
