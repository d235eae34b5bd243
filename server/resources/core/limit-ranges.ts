import { type Frozen, getOwn } from '../../base/freeze.ts';
import { compareAmounts } from '../../kube/amounts.ts';
import { duplicate, type FieldProblem, forbiddenField, invalid, required } from '../../kube/field-problem.ts';
import { qualifiedNameProblems } from '../../kube/names.ts';
import { quantityMilliValue } from '../../kube/quantity.ts';
import type { LimitRange, LimitRangeItem } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { roundAmounts } from '../shared/resource-amounts.ts';
import { containerResourceNameProblems, mayOvercommit, resourceNameProblems } from '../shared/resource-names.ts';
import { withMissing } from '../shared/sorted-keys.ts';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const BOUNDS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

/** Limits follow from maxima, requests from limits, and what is left from minima (SetDefaults_LimitRangeItem). */
function fillItem(item: LimitRangeItem): void {
  for (const bound of BOUNDS) roundAmounts(item[bound]);
  if (item.type !== 'Container') return;
  const limits = withMissing(item.default, item.max);
  const requests = withMissing(withMissing(item.defaultRequest, limits), item.min);
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}

function typeProblems(type: string, path: string): FieldProblem[] {
  const problems = qualifiedNameProblems(type).map((detail) => invalid(path, type, detail));
  if (problems.length > 0 || type.includes('/') || TYPES.includes(type)) return problems;
  return [invalid(path, type, 'must be a standard limit type or fully qualified')];
}

function itemProblems(item: Frozen<LimitRangeItem>, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const isPod = item.type === 'Pod';
  const names = new Set<string>();
  const nameProblems = isPod || item.type === 'Container' ? containerResourceNameProblems : resourceNameProblems;
  for (const bound of BOUNDS) {
    const amounts = Object.keys(item[bound] ?? {});
    if (bound === 'maxLimitRequestRatio') problems.push(...claimProblems(item, path));
    if (isPod && (bound === 'default' || bound === 'defaultRequest')) {
      const detail = "may not be specified when `type` is 'Pod'";
      if (amounts.length > 0) problems.push(forbiddenField(`${path}.${bound}`, detail));
      continue;
    }
    for (const name of amounts) {
      names.add(name);
      problems.push(...nameProblems(`${path}.${bound}[${name}]`, name));
    }
  }
  for (const name of names) problems.push(...boundProblems(item, name, path));
  return problems;
}

function claimProblems({ type, min, max }: Frozen<LimitRangeItem>, path: string): FieldProblem[] {
  if (type !== 'PersistentVolumeClaim' || min?.storage !== undefined || max?.storage !== undefined) return [];
  return [required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided')];
}

/** Rules between the bounds of one resource. */
function boundProblems(item: Frozen<LimitRangeItem>, name: string, path: string): FieldProblem[] {
  const { min, max, maxLimitRequestRatio } = {
    min: getOwn(item.min, name),
    max: getOwn(item.max, name),
    maxLimitRequestRatio: getOwn(item.maxLimitRequestRatio, name),
  };
  const limit = item.type === 'Pod' ? undefined : getOwn(item.default, name);
  const request = item.type === 'Pod' ? undefined : getOwn(item.defaultRequest, name);
  const problems: FieldProblem[] = [];
  /** The value that the message shows is not always the one that the field has: upstream passes what it has at hand. */
  const refuse = (bound: string, shown: string, detail: string): number =>
    problems.push(invalid(`${path}.${bound}[${name}]`, shown, detail));
  const above = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && compareAmounts(a, b) > 0;
  if (min && above(min, max)) refuse('min', min, `min value ${min} is greater than max value ${max}`);
  if (request) {
    const text = `default request value ${request} is greater than`;
    if (above(min, request))
      refuse('defaultRequest', request, `min value ${min} is greater than default request value ${request}`);
    if (above(request, max)) refuse('defaultRequest', request, `${text} max value ${max}`);
    if (above(request, limit)) refuse('defaultRequest', request, `${text} default limit value ${limit}`);
  }
  if (min && above(min, limit)) refuse('default', min, `min value ${min} is greater than default value ${limit}`);
  if (max && above(limit, max)) refuse('default', max, `default value ${limit} is greater than max value ${max}`);
  if (maxLimitRequestRatio)
    problems.push(...ratioProblems(maxLimitRequestRatio, min, max, `${path}.maxLimitRequestRatio[${name}]`));
  if (limit && request && !mayOvercommit(name) && compareAmounts(limit, request) !== 0) {
    refuse(
      'defaultRequest',
      request,
      `default value ${limit} must equal to defaultRequest value ${request} in ${name}`,
    );
  }
  return problems;
}

function ratioProblems(ratio: string, min: string | undefined, max: string | undefined, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (compareAmounts(ratio, '1') < 0) problems.push(invalid(path, ratio, `ratio ${ratio} is less than 1`));
  if (min === undefined || max === undefined) return problems;
  const limit = quantityMilliValue(max) / quantityMilliValue(min);
  if (quantityMilliValue(ratio) / 1000 > limit) {
    problems.push(invalid(path, ratio, `ratio ${ratio} is greater than max/min = ${limit.toFixed(6)}`));
  }
  return problems;
}

function validate({ spec }: Frozen<LimitRange>): FieldProblem[] {
  const types = new Set<string>();
  return (spec.limits ?? []).flatMap((item, i) => {
    const path = `spec.limits[${i}]`;
    const problems = typeProblems(item.type, `${path}.type`);
    if (types.has(item.type)) problems.push(duplicate(`${path}.type`, item.type));
    types.add(item.type);
    return [...problems, ...itemProblems(item, path)];
  });
}

export const definition: ResourceDefinition<LimitRange> = {
  resource: 'limitranges',
  rechecksGenerateName: true,
  fillDefaults({ spec }) {
    for (const item of spec.limits ?? []) fillItem(item);
  },
  beforeCreate({ metadata }, { random }) {
    metadata.name ||= random.uuid();
    return undefined;
  },
  validate,
  checksEnums: true,
  createOnUpdate: true,
};
