/** What the status of a definition says once all of upstream's controllers have had their turn. */
import type { CustomResourceDefinition } from '../../kube/types.gen.ts';
import type { Definition } from '../../registry/custom/custom-version.ts';
import type { Condition } from './conditions.ts';
import { establishedConditions, policyConditions } from './establish.ts';
import { namedStatus } from './names.ts';

type Status = CustomResourceDefinition['status'];

const withStatus = (definition: Definition, status: object): Definition => ({
  ...definition,
  status: { ...definition.status, ...status },
});

const withConditions = (definition: Definition, conditions: readonly Condition[] | undefined): Definition =>
  conditions ? withStatus(definition, { conditions }) : definition;

/**
 * Names, schemas, approval and establishment together: upstream writes each on its own, one after the other, and ends
 * with the same status.
 *
 * @param group every definition of the same group, as they stand
 * @returns undefined when nothing changes
 */
export function definitionStatus(definition: Definition, group: Iterable<Definition>, now: string): Status | undefined {
  const named = namedStatus(definition, group, now);
  let next = named ? withStatus(definition, named) : definition;
  next = withConditions(next, policyConditions(next, now));
  next = withConditions(next, establishedConditions(next, now));
  return next === definition ? undefined : (next.status as Status);
}
