import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, tooMany } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { qualifiedNameProblems } from '../../kube/names.ts';
import type { DeviceClass } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { selectorListProblems } from '../shared/device-request-rules.ts';
import { opaqueDriverProblems, opaqueProblems } from '../shared/device-rules.ts';

const MAX_ITEMS = 32;

function validate({ spec }: Frozen<DeviceClass>, old?: Frozen<DeviceClass>): FieldProblem[] {
  const { selectors = [], config = [], extendedResourceName: name } = spec;
  // Expressions that were good once stay so.
  const isStored = old !== undefined && deepEqual(selectors, old.spec.selectors ?? []);
  const problems = isStored ? [] : selectorListProblems(selectors, 'spec.selectors');
  if (config.length <= MAX_ITEMS) {
    problems.push(...config.flatMap(({ opaque }, i) => opaqueProblems(opaque, `spec.config[${i}]`)));
  }
  // What follows is declarative upstream.
  if (selectors.length > MAX_ITEMS) problems.push(tooMany('spec.selectors', selectors.length, MAX_ITEMS));
  if (config.length > MAX_ITEMS) problems.push(tooMany('spec.config', config.length, MAX_ITEMS));
  else problems.push(...config.flatMap(({ opaque }, i) => opaqueDriverProblems(opaque, `spec.config[${i}]`)));
  return name === undefined ? problems : [...problems, ...extendedResourceProblems(name)];
}

/** Names with a domain of their own, short enough for a quota. */
function extendedResourceProblems(name: string): FieldProblem[] {
  const details: string[] = [];
  const example = "such as 'example.com/my-prop'";
  if (!name.includes('/')) details.push(`a name must be a domain-prefixed path, ${example}`);
  else if (name.includes('kubernetes.io/')) details.push('must not have "kubernetes.io/" domain');
  if (name.startsWith('requests.')) details.push('must not have "requests." prefix');
  details.push(...qualifiedNameProblems(`requests.${name}`));
  return details.map((detail) => invalid('spec.extendedResourceName', name, detail));
}

export const definition: ResourceDefinition<DeviceClass> = {
  resource: 'deviceclasses.resource.k8s.io',
  validate,
  generation: ({ spec }) => spec,
  returnsDeleted: true,
  cells: ({ metadata }, nowMs) => [metadata.name, since(metadata.creationTimestamp, nowMs)],
};
