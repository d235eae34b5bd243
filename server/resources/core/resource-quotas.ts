import { type Frozen, getOwn } from '../../base/freeze.ts';
import { compareAmounts } from '../../kube/amounts.ts';
import { type FieldProblem, immutable } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type { ResourceQuota } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { scopeProblems, scopeSelectorProblems } from '../shared/quota-scope-rules.ts';
import { roundAmounts } from '../shared/resource-amounts.ts';
import { amountProblems, quotaResourceNameProblems } from '../shared/resource-names.ts';

const COMPARED = ['cpu', 'memory', 'storage', 'ephemeral-storage'];

type Amounts = Readonly<Record<string, string>> | undefined;

function amountsProblems(amounts: Amounts, path: string): FieldProblem[] {
  return Object.entries(amounts ?? {}).flatMap(([name, amount]) => {
    const at = `${path}[${name}]`;
    return [...quotaResourceNameProblems(at, name), ...amountProblems(at, name, amount)];
  });
}

function validate({ spec }: Frozen<ResourceQuota>, old?: Frozen<ResourceQuota>): FieldProblem[] {
  const problems = [...amountsProblems(spec.hard, 'spec.hard'), ...scopeProblems(spec), ...scopeSelectorProblems(spec)];
  const changed = (a: readonly string[], b: readonly string[]): boolean => a.some((scope) => !b.includes(scope));
  const [scopes, before] = [spec.scopes ?? [], old?.spec.scopes ?? []];
  if (old && (changed(scopes, before) || changed(before, scopes)))
    problems.push(immutable('spec.scopes', spec.scopes ?? null));
  return problems;
}

function validateStatus({ status }: Frozen<ResourceQuota>): FieldProblem[] {
  return [...amountsProblems(status.hard, 'status.hard'), ...amountsProblems(status.used, 'status.used')];
}

/** A quota that allows more to be asked for than to be used. */
function warnings({ spec: { hard = {} } }: Frozen<ResourceQuota>, old?: Frozen<ResourceQuota>): string[] {
  if (old) return [];
  return COMPARED.flatMap((name) => {
    const isBare = hard[`requests.${name}`] === undefined && (name === 'cpu' || name === 'memory');
    const requestName = isBare ? name : `requests.${name}`;
    const [request, limit] = [hard[requestName], hard[`limits.${name}`]];
    if (request === undefined || limit === undefined || compareAmounts(request, limit) <= 0) return [];
    return [`ResourceQuota ${requestName} (${request}) should be less than limits.${name} (${limit})`];
  });
}

function usage({ status }: Frozen<ResourceQuota>, wantsLimits: boolean): string {
  const { hard = {}, used = {} } = status;
  const names = Object.keys(hard)
    .sort()
    .filter((name) => name.startsWith('limits.') === wantsLimits);
  return names.map((name) => `${name}: ${getOwn(used, name) ?? '0'}/${hard[name]}`).join(', ');
}

export const definition: ResourceDefinition<ResourceQuota> = {
  resource: 'resourcequotas',
  fillDefaults({ spec, status }) {
    roundAmounts(spec.hard);
    roundAmounts(status.hard);
    roundAmounts(status.used);
  },
  beforeCreate(quota) {
    clearStatus(quota, 'io.k8s.api.core.v1.ResourceQuotaStatus');
    return undefined;
  },
  validate,
  checksEnums: true,
  validateStatus,
  warnings,
  returnsDeleted: true,
  cells: (quota, nowMs) => [
    quota.metadata.name,
    usage(quota, false),
    usage(quota, true),
    since(quota.metadata.creationTimestamp, nowMs),
  ],
};
