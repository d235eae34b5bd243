/** Which nodes a pod may run on by its own wish: nodeSelector and required node affinity. */
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import type { Node, NodeSelector, NodeSelectorRequirement, Pod } from '../../server/kube/types.gen.ts';

/** The one field of nodes that terms can ask for. */
export const NODE_NAME = 'metadata.name';

const INTEGER = /^[-+]?\d{1,18}$/;

function requirementHolds(
  { operator, values = [] }: Frozen<NodeSelectorRequirement>,
  value: string | undefined,
): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      const bound = values[0];
      if (value === undefined || bound === undefined || !INTEGER.test(value) || !INTEGER.test(bound)) return false;
      return operator === 'Gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    }
    default:
      return false;
  }
}

/** Terms are alternatives; a term without any requirement matches nothing. */
export function nodeSelectorMatches(selector: Frozen<NodeSelector>, node: Frozen<Node>): boolean {
  return (selector.nodeSelectorTerms ?? []).some(({ matchExpressions = [], matchFields = [] }) => {
    if (matchExpressions.length === 0 && matchFields.length === 0) return false;
    const labels = matchExpressions.every((requirement) =>
      requirementHolds(requirement, getOwn(node.metadata.labels, requirement.key)),
    );
    return (
      labels &&
      matchFields.every((requirement) =>
        requirementHolds(requirement, requirement.key === NODE_NAME ? node.metadata.name : undefined),
      )
    );
  });
}

/** The only nodes that can be ones that the pod asks for, when each term names some (NodeAffinity's PreFilter). */
export function namedNodes({ spec }: Pick<Frozen<Pod>, 'spec'>): ReadonlySet<string> | undefined {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const [first, ...others] = matchFields.filter(({ key, operator }) => key === NODE_NAME && operator === 'In');
    if (!first) return undefined;
    for (const name of first.values ?? [])
      if (others.every(({ values = [] }) => values.includes(name))) names.add(name);
  }
  return terms.length > 0 ? names : undefined;
}

/** Whether a node is one that the pod asks for. */
export function podWantsNode({ spec }: Pick<Frozen<Pod>, 'spec'>, node: Frozen<Node>): boolean {
  const { nodeSelector } = spec;
  for (const key in nodeSelector) if (getOwn(node.metadata.labels, key) !== nodeSelector[key]) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || nodeSelectorMatches(required, node);
}
