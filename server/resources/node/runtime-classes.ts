import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, immutable, invalid, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { dnsLabelProblems } from '../../kube/names.ts';
import type { RuntimeClass, Toleration } from '../../kube/types.gen.ts';
import { labelProblems } from '../../registry/object-meta.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { deprecatedNodeLabel } from '../shared/deprecated-node-labels.ts';
import { internalForm } from '../shared/internal-form.ts';
import { containerResourceProblems } from '../shared/pod-spec-rules-resources.ts';
import { tolerationsProblems } from '../shared/pod-spec-rules-scheduling.ts';

function validate({ handler, overhead, scheduling }: Frozen<RuntimeClass>, old?: Frozen<RuntimeClass>): FieldProblem[] {
  const isChanged = handler !== old?.handler;
  const malformed = isChanged && handler !== '' ? dnsLabelProblems(handler) : [];
  const problems: FieldProblem[] = [];
  // The rules for handlers are declarative upstream: they come last, but a change is refused without a look at them.
  if (old) problems.push(...malformed.map((detail) => invalid('handler', handler, detail)));
  if (overhead) problems.push(...containerResourceProblems({ limits: overhead.podFixed ?? {} }, new Set(), 'overhead'));
  if (scheduling) {
    problems.push(...labelProblems(scheduling.nodeSelector, 'scheduling.nodeSelector'));
    problems.push(...tolerationProblems(scheduling.tolerations ?? []));
  }
  if (old && isChanged) problems.push(immutable('handler', null));
  if (isChanged && handler === '') problems.push(required('handler'));
  if (old) return problems;
  return [
    ...problems,
    ...malformed.map((detail) => invalid('handler', handler, detail.replace(/ characters$/, ' bytes'))),
  ];
}

function tolerationProblems(tolerations: readonly Frozen<Toleration>[]): FieldProblem[] {
  const path = 'scheduling.tolerations';
  const problems = tolerationsProblems(tolerations, path);
  const keyOf = ({ key = '', operator = '', value = '', effect = '' }: Frozen<Toleration>): unknown[] => {
    return [key, operator, value, effect];
  };
  tolerations.forEach((toleration, i) => {
    const isRepeated = tolerations.slice(0, i).some((other) => deepEqual(keyOf(other), keyOf(toleration)));
    const shown = internalForm(toleration, 'io.k8s.api.core.v1.Toleration');
    if (isRepeated) problems.push(duplicate(`${path}[${i}]`, shown));
  });
  return problems;
}

export const definition: ResourceDefinition<RuntimeClass> = {
  resource: 'runtimeclasses.node.k8s.io',
  rechecksGenerateName: true,
  createOnUpdate: true,
  requiresResourceVersion: true,
  checksEnums: true,
  validate,
  warnings: ({ scheduling }) =>
    Object.keys(scheduling?.nodeSelector ?? {}).flatMap((key) => {
      const text = deprecatedNodeLabel(key);
      return text === undefined ? [] : [`scheduling.nodeSelector: ${text}`];
    }),
  cells: ({ metadata, handler }, nowMs) => [metadata.name, handler, since(metadata.creationTimestamp, nowMs)],
};
