import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid } from '../../kube/field-problem.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import type { CSIStorageCapacity } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { deprecatedNodeLabel } from '../shared/deprecated-node-labels.ts';
import { selectorProblems } from '../shared/selector-rules.ts';

function validate(capacity: Frozen<CSIStorageCapacity>, old?: Frozen<CSIStorageCapacity>): FieldProblem[] {
  const { nodeTopology, storageClassName, capacity: amount } = capacity;
  const lenient = selectorProblems(old?.nodeTopology, '').length > 0;
  const problems = selectorProblems(nodeTopology, 'nodeTopology', lenient);
  for (const detail of dnsSubdomainProblems(storageClassName)) {
    problems.push(invalid('storageClassName', storageClassName, detail));
  }
  if (amount?.startsWith('-')) problems.push(invalid('capacity', amount, 'must be greater than or equal to 0'));
  if (!old) return problems;
  if (!deepEqual(nodeTopology, old.nodeTopology)) problems.push(immutable('nodeTopology', nodeTopology ?? null));
  if (storageClassName !== old.storageClassName) problems.push(immutable('storageClassName', storageClassName));
  return problems;
}

function warnings({ nodeTopology }: Frozen<CSIStorageCapacity>): string[] {
  const texts: string[] = [];
  for (const [i, { key }] of (nodeTopology?.matchExpressions ?? []).entries()) {
    const message = deprecatedNodeLabel(key);
    if (message !== undefined) texts.push(`nodeTopology.matchExpressions[${i}].key: ${key} is ${message}`);
  }
  for (const key of Object.keys(nodeTopology?.matchLabels ?? {})) {
    const message = deprecatedNodeLabel(key);
    if (message !== undefined) texts.push(`nodeTopology.matchLabels.${key}: ${message}`);
  }
  return texts;
}

export const definition: ResourceDefinition<CSIStorageCapacity> = {
  resource: 'csistoragecapacities.storage.k8s.io',
  requiresResourceVersion: true,
  validate,
  warnings,
};
