import { rfc3339 } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, tooMany } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { dnsLabelProblems } from '../../kube/names.ts';
import type { DeviceTaintRule, DeviceTaintSelector } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { conditionProblems } from '../shared/condition-rules.ts';
import { deviceTaintProblems, poolNameProblems } from '../shared/device-rules.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { driverNameProblems } from '../shared/volume-source-rules.ts';

const MAX_CONDITIONS = 8;

function validate({ spec }: Frozen<DeviceTaintRule>, old?: Frozen<DeviceTaintRule>): FieldProblem[] {
  return [...selectorProblems(spec.deviceSelector), ...deviceTaintProblems(spec.taint, 'spec.taint', old?.spec.taint)];
}

function selectorProblems({ driver, pool, device }: Frozen<DeviceTaintSelector> = {}): FieldProblem[] {
  const path = 'spec.deviceSelector';
  const problems: FieldProblem[] = [];
  if (driver !== undefined) problems.push(...driverNameProblems(`${path}.driver`, driver));
  if (pool !== undefined) problems.push(...poolNameProblems(pool, `${path}.pool`));
  for (const detail of device === undefined ? [] : dnsLabelProblems(device)) {
    problems.push(invalid(`${path}.device`, device, detail));
  }
  return problems;
}

function validateStatus({ status: { conditions = [] } }: Frozen<DeviceTaintRule>): FieldProblem[] {
  const path = 'status.conditions';
  const problems = conditionProblems(conditions, path);
  return conditions.length > MAX_CONDITIONS
    ? [...problems, tooMany(path, conditions.length, MAX_CONDITIONS)]
    : problems;
}

export const definition: ResourceDefinition<DeviceTaintRule> = {
  resource: 'devicetaintrules.resource.k8s.io',
  requiresResourceVersion: true,
  beforeCreate(rule, { clock }) {
    clearStatus(rule, 'io.k8s.api.resource.v1.DeviceTaintRuleStatus');
    rule.spec.taint.timeAdded ??= rfc3339(clock.now());
    return undefined;
  },
  beforeUpdate({ spec: { taint } }, { spec: { taint: old } }, { clock }) {
    // The time tells since when the effect is what it is.
    if (taint.effect !== old.effect && taint.timeAdded === old.timeAdded) taint.timeAdded = rfc3339(clock.now());
    taint.timeAdded ??= rfc3339(clock.now());
    return undefined;
  },
  checksEnums: true,
  validate,
  validateStatus,
  generation: ({ spec }) => spec,
  statusKeeps: ['labels', 'annotations', 'ownerReferences', 'finalizers'],
  cells: ({ metadata, spec: { taint } }, nowMs) => [
    metadata.name,
    taint.key,
    taint.value ?? '',
    taint.effect,
    since(taint.timeAdded, nowMs),
    since(metadata.creationTimestamp, nowMs),
  ],
};
