/** Rules for references to fields of a pod and to resources of its containers. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { qualifiedNameProblems } from '../../kube/names.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type { ObjectFieldSelector, ResourceFieldSelector } from '../../kube/types.gen.ts';

const META = ['metadata.name', 'metadata.namespace', 'metadata.uid'];
const STATUS = ['status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'];

/** Fields that environment variables may have the value of, sorted. */
export const ENV_FIELDS = [...META, 'spec.nodeName', 'spec.serviceAccountName', ...STATUS];
/** Fields that files may hold, sorted. */
export const VOLUME_FIELDS = ['metadata.annotations', 'metadata.labels', ...META];

/** Every field that v1 pods can be asked for; which of them make sense depends on the place. */
const KNOWN_FIELDS = new Set([
  ...ENV_FIELDS,
  ...VOLUME_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'spec.host',
]);
const SUBSCRIPT = /^(.+?)\['(.*)'\]$/s;
const SUBSCRIPTED = ['metadata.annotations', 'metadata.labels'];

const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const HUGE_PAGES = /^(requests|limits)\.hugepages-/;
const UNITS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** validateObjectFieldSelector. */
export function fieldRefProblems(
  reference: Frozen<ObjectFieldSelector>,
  path: string,
  allowed: readonly string[],
): FieldProblem[] {
  const { apiVersion = '', fieldPath } = reference;
  if (apiVersion === '') return [required(`${path}.apiVersion`)];
  if (fieldPath === '') return [required(`${path}.fieldPath`)];
  const cannotConvert = (why: string): FieldProblem[] => [
    invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`),
  ];
  if (apiVersion !== 'v1') return cannotConvert(`unsupported pod version: ${apiVersion}`);
  const [, base = '', subscript] = SUBSCRIPT.exec(fieldPath) ?? [];
  if (subscript !== undefined) {
    if (!SUBSCRIPTED.includes(base)) return cannotConvert(`field label does not support subscript: ${fieldPath}`);
    const key = base === 'metadata.annotations' ? subscript.toLowerCase() : subscript;
    return qualifiedNameProblems(key).map((detail) => invalid(path, key, detail));
  }
  if (!KNOWN_FIELDS.has(fieldPath)) return cannotConvert(`field label not supported: ${fieldPath}`);
  const field = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
  return allowed.includes(field) ? [] : [notSupported(`${path}.fieldPath`, field, allowed)];
}

/** validateContainerResourceFieldSelector. */
export function resourceFieldProblems(
  reference: Frozen<ResourceFieldSelector>,
  path: string,
  isVolume: boolean,
): FieldProblem[] {
  const { containerName = '', resource } = reference;
  const problems: FieldProblem[] = [];
  if (isVolume && containerName === '') problems.push(required(`${path}.containerName`));
  else if (resource === '') problems.push(required(`${path}.resource`));
  else if (!RESOURCES.includes(resource) && !HUGE_PAGES.test(resource)) {
    problems.push(notSupported(`${path}.resource`, resource, RESOURCES));
  }
  return [...problems, ...divisorProblems(reference, path)];
}

/** How messages name the resources that share a set of units. */
const UNIT_NAMES: readonly (readonly [RegExp, string])[] = [
  [/\.memory$/, 'memory'],
  [/\.ephemeral-storage$/, 'local ephemeral storage'],
  [HUGE_PAGES, 'hugepages'],
];

function divisorProblems({ resource, divisor = '0' }: Frozen<ResourceFieldSelector>, path: string): FieldProblem[] {
  if (parseQuantity(divisor).nano === 0n) return [];
  const at = `${path}.divisor`;
  if (resource === 'limits.cpu' || resource === 'requests.cpu') {
    const detail = "only divisor's values 1m and 1 are supported with the cpu resource";
    return ['1', '1m'].includes(divisor) ? [] : [invalid(at, resource, detail)];
  }
  const known = RESOURCES.includes(resource) || HUGE_PAGES.test(resource);
  const name = UNIT_NAMES.find(([pattern]) => pattern.test(resource))?.[1];
  if (!known || name === undefined || UNITS.includes(divisor)) return [];
  return [invalid(at, resource, `only divisor's values ${UNITS.join(', ')} are supported with the ${name} resource`)];
}
