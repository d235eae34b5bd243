/** Rules for what containers and pods ask for: validateResourceRequirements. */
import { type Frozen, getOwn } from '../../base/freeze.ts';
import { compareAmounts } from '../../kube/amounts.ts';
import {
  absent,
  duplicate,
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../kube/field-problem.ts';
import { dnsLabelProblems } from '../../kube/names.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import { isHugePages } from '../../kube/resource-names.ts';
import type { ContainerResizePolicy, PodSpec, ResourceClaim, ResourceRequirements } from '../../kube/types.gen.ts';
import { podResourceFitProblems } from './pod-resources.ts';
import {
  amountProblems,
  containerResourceNameProblems,
  mayOvercommit,
  resourceNameProblems,
} from './resource-names.ts';

const POD_LEVEL = ['cpu', 'memory'];
const RESIZABLE = ['cpu', 'memory'];
const RESIZE_POLICIES = ['NotRequired', 'RestartContainer'];
const NO_LIMIT = 'Limit must be set for non overcommitable resources';

type Amounts = Readonly<Record<string, string>>;
type NameRule = (path: string, name: string) => FieldProblem[];

/** Huge pages come in whole pages of the size that the name says. */
function hugePageProblems(path: string, name: string, amount: string): FieldProblem[] {
  if (!isHugePages(name)) return [];
  try {
    const page = parseQuantity(name.slice('hugepages-'.length)).nano;
    if (page > 0n && parseQuantity(amount).nano % page === 0n) return [];
  } catch {
    // A size that cannot be read fits nothing.
  }
  return [invalid(path, amount, `${amount} is not positive integer multiple of ${name}`)];
}

function eachProblems(path: string, name: string, amount: string, nameRule: NameRule): FieldProblem[] {
  return [...nameRule(path, name), ...amountProblems(path, name, amount)];
}

function requestProblems(name: string, amount: string, limits: Amounts, path: string): FieldProblem[] {
  const limit = getOwn(limits, name);
  if (limit === undefined) return mayOvercommit(name) ? [] : [required(`${path}.limits`, NO_LIMIT)];
  const order = compareAmounts(amount, limit);
  if (order !== 0 && !mayOvercommit(name)) {
    return [invalid(`${path}.requests`, amount, `must be equal to ${name} limit of ${limit}`)];
  }
  return order > 0
    ? [invalid(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`)]
    : [];
}

function requirementProblems(
  resources: Frozen<ResourceRequirements>,
  claimNames: ReadonlySet<string>,
  path: string,
  nameRule: NameRule,
): FieldProblem[] {
  const { limits = {}, requests = {}, claims = [] } = resources;
  const problems: FieldProblem[] = [];
  for (const [name, amount] of Object.entries(limits)) {
    const at = `${path}.limits[${name}]`;
    problems.push(...eachProblems(at, name, amount, nameRule), ...hugePageProblems(at, name, amount));
  }
  for (const [name, amount] of Object.entries(requests)) {
    const at = `${path}.requests[${name}]`;
    problems.push(...eachProblems(at, name, amount, nameRule), ...requestProblems(name, amount, limits, path));
    problems.push(...hugePageProblems(at, name, amount));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory')) {
    problems.push(forbiddenField(path, 'HugePages require cpu or memory'));
  }
  return [...problems, ...claimProblems(claims, claimNames, `${path}.claims`)];
}

function claimProblems(claims: Frozen<ResourceClaim[]>, known: ReadonlySet<string>, path: string): FieldProblem[] {
  const seen = new Set<string>();
  return claims.flatMap(({ name, request = '' }, i) => {
    const at = `${path}[${i}]`;
    if (name === '') return [required(at)];
    const problems: FieldProblem[] = [];
    const key = request === '' ? name : `${name}/${request}`;
    for (const detail of request === '' ? [] : dnsLabelProblems(request))
      problems.push(invalid(`${at}.request`, request, detail));
    if (seen.has(name)) problems.push(duplicate(at, name));
    else if (seen.has(key)) problems.push(duplicate(at, key));
    else if (request === '' && [...seen].some((other) => other.startsWith(`${name}/`)))
      problems.push(duplicate(at, name));
    seen.add(key);
    return known.has(name) ? problems : [...problems, unknownClaim(at, name, known)];
  });
}

function unknownClaim(path: string, name: string, known: ReadonlySet<string>): FieldProblem {
  const listed = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
  const problem = absent(path, name);
  return { ...problem, message: `${problem.message}: must be one of the names in pod.spec.resourceClaims${listed}` };
}

/** What one container asks for. */
export function containerResourceProblems(
  resources: Frozen<ResourceRequirements>,
  claimNames: ReadonlySet<string>,
  path: string,
): FieldProblem[] {
  return requirementProblems(resources, claimNames, path, containerResourceNameProblems);
}

/** Names of what a pod as a whole may ask for. */
function podResourceNameProblems(path: string, name: string): FieldProblem[] {
  const problems = resourceNameProblems(path, name);
  if (problems.length > 0 || POD_LEVEL.includes(name) || isHugePages(name)) return problems;
  return [notSupported(path, name, ['cpu', 'hugepages-', 'memory'])];
}

/** What a pod asks for as a whole. */
export function podResourceProblems(spec: Frozen<PodSpec>, path: string): FieldProblem[] {
  const { resources, os } = spec;
  if (!resources || os?.name === 'windows') return podResourceFitProblems(spec, path);
  const detail = 'claims may not be set for Resources at pod-level';
  return [
    ...(resources.claims ? [forbiddenField(`${path}.claims`, detail)] : []),
    ...requirementProblems(resources, new Set(), path, podResourceNameProblems),
    ...podResourceFitProblems(spec, path),
  ];
}

/** Rules for `resizePolicy`. */
export function resizePolicyProblems(
  policies: Frozen<ContainerResizePolicy[]>,
  podRestartPolicy: string,
  path: string,
): FieldProblem[] {
  return policies.flatMap(({ resourceName, restartPolicy }, i) => {
    const problems: FieldProblem[] = [];
    if (policies.findIndex((other) => other.resourceName === resourceName) < i)
      problems.push(duplicate(`${path}[${i}]`, resourceName));
    if (resourceName === '') problems.push(required(path));
    else if (!RESIZABLE.includes(resourceName)) problems.push(notSupported(path, resourceName, RESIZABLE));
    if (restartPolicy === '') problems.push(required(path));
    else if (!RESIZE_POLICIES.includes(restartPolicy))
      problems.push(notSupported(path, restartPolicy, RESIZE_POLICIES));
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      problems.push(invalid(path, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
    return problems;
  });
}
