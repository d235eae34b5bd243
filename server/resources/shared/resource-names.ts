/** Which resources there are and what may be said of them: pkg/apis/core/helper and validation. */
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { qualifiedNameProblems } from '../../kube/names.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import { isExtendedResource, isHugePages, isNativeResource } from '../../kube/resource-names.ts';

const HUGE_PAGES = 'hugepages-';
const NOT_INTEGER = 'must be an integer';

const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const QUOTA = new Set([
  ...COMPUTE,
  ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  'requests.storage',
  ...COUNTED,
]);
const STANDARD = new Set([...QUOTA, 'storage']);
const CONTAINER = new Set(COMPUTE);
const INTEGER = new Set(COUNTED);

const isQuotaHugePages = (name: string): boolean => isHugePages(name) || name.startsWith(`requests.${HUGE_PAGES}`);

/** Whether containers may ask for less of a resource than they are limited to. */
export const mayOvercommit = (name: string): boolean => isNativeResource(name) && !isHugePages(name);

export const isQuotaResource = (name: string): boolean => QUOTA.has(name) || isQuotaHugePages(name);

/** Problems of a name as any resource's. */
export function resourceNameProblems(path: string, name: string): FieldProblem[] {
  const problems = qualifiedNameProblems(name).map((detail) => invalid(path, name, detail));
  if (problems.length > 0 || name.includes('/') || STANDARD.has(name) || isQuotaHugePages(name)) return problems;
  return [invalid(path, name, 'must be a standard resource type or fully qualified')];
}

/** Problems of a name as that of something containers ask for. */
export function containerResourceNameProblems(path: string, name: string): FieldProblem[] {
  const problems = resourceNameProblems(path, name);
  if (!name.includes('/')) {
    const isKnown = CONTAINER.has(name) || isHugePages(name);
    return isKnown ? problems : [...problems, invalid(path, name, 'must be a standard resource for containers')];
  }
  if (isNativeResource(name) || isExtendedResource(name)) return problems;
  return [...problems, invalid(path, name, "doesn't follow extended resource name standard")];
}

/** Problems of a name as that of something a quota counts. */
export function quotaResourceNameProblems(path: string, name: string): FieldProblem[] {
  const problems = resourceNameProblems(path, name);
  if (name.includes('/') || isQuotaResource(name)) return problems;
  return [...problems, invalid(path, name, 'must be a standard resource for quota')];
}

/** Problems of the amount of a resource (ValidateResourceQuantityValue). */
export function amountProblems(path: string, name: string, amount: string): FieldProblem[] {
  const { nano } = parseQuantity(amount);
  const problems: FieldProblem[] = [];
  if (nano < 0n) problems.push(invalid(path, amount, 'must be greater than or equal to 0'));
  const isInteger = INTEGER.has(name) || isExtendedResource(name);
  if (isInteger && nano % 1_000_000_000n !== 0n) problems.push(invalid(path, amount, NOT_INTEGER));
  return problems;
}
