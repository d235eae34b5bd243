import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { parseCidr } from '../../kube/ip-addresses.ts';
import type { ServiceCIDR } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { internalForm } from '../shared/internal-form.ts';
import { strictCidrProblems } from '../shared/strict-ip-rules.ts';

const PATH = 'spec.cidrs';

function specProblems({ cidrs = [] }: Frozen<ServiceCIDR['spec']>): FieldProblem[] {
  if (cidrs.length === 0) return [required(PATH, 'at least one CIDR required')];
  if (cidrs.length > 2) {
    const shown = internalForm({ cidrs }, 'io.k8s.api.networking.v1.ServiceCIDRSpec');
    return [invalid(PATH, shown, 'may only hold up to 2 values')];
  }
  const problems = cidrs.flatMap((cidr, i) => strictCidrProblems(`${PATH}[${i}]`, cidr));
  const [first, second] = cidrs.map((cidr) => parseCidr(cidr)?.address.family);
  if (cidrs.length === 2 && first !== undefined && first === second) {
    const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    problems.push(invalid(PATH, cidrs, detail));
  }
  return problems;
}

/** Ranges never change; a second one of the other family may be added. */
function updateProblems({ cidrs = [] }: Frozen<ServiceCIDR['spec']>, old: readonly string[]): FieldProblem[] {
  const changed = old.flatMap((cidr, i) => (cidrs[i] === cidr ? [] : [immutable(`${PATH}[${i}]`, cidrs[i] ?? null)]));
  if (cidrs.length === old.length) return changed;
  if (old.length === 1 && cidrs.length === 2) return [...changed, ...specProblems({ cidrs })];
  return [immutable(PATH, cidrs.length === 0 ? null : cidrs)];
}

export const definition: ResourceDefinition<ServiceCIDR> = {
  resource: 'servicecidrs.networking.k8s.io',
  beforeCreate(serviceCidr) {
    clearStatus(serviceCidr, 'io.k8s.api.networking.v1.ServiceCIDRStatus');
    return undefined;
  },
  validate: ({ spec }, old) => (old ? updateProblems(spec, old.spec.cidrs ?? []) : specProblems(spec)),
  statusKeeps: ['labels', 'annotations', 'finalizers', 'ownerReferences'],
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    (spec.cidrs ?? []).join(','),
    since(metadata.creationTimestamp, nowMs),
  ],
};
