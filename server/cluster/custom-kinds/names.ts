/** Which names a definition gets (apiextensions-apiserver, NamingConditionController). */
import { deepEqual } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { CustomResourceDefinitionNames } from '../../kube/types.gen.ts';
import type { Definition } from '../../registry/custom/custom-version.ts';
import { type Condition, conditionOf, isEquivalent, withCondition } from './conditions.ts';

type Names = CustomResourceDefinitionNames;

/** What a definition's status becomes by a look at the names of its group. */
export interface NamedStatus {
  readonly acceptedNames: Names;
  readonly conditions: readonly Condition[];
}

interface Claims {
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

function claimsOf(group: Iterable<Definition>): Claims {
  const [resources, kinds] = [new Set<string>(), new Set<string>()];
  for (const { status } of group) {
    const { plural, singular = '', shortNames, kind, listKind = '' } = status.acceptedNames;
    for (const name of [plural, singular, ...(shortNames ?? [])]) resources.add(name);
    for (const name of [kind, listKind]) kinds.add(name);
  }
  return { resources, kinds };
}

function problem(requested: string, accepted: string, used: ReadonlySet<string>): string | undefined {
  return requested === accepted || !used.has(requested) ? undefined : `${goQuote(requested)} is already in use`;
}

/** utilerrors.Aggregate. */
const together = (problems: readonly string[]): string | undefined =>
  problems.length > 1 ? `[${[...new Set(problems)].join(', ')}]` : problems[0];

/**
 * @param group every definition of the same group, as they stand
 * @returns undefined when nothing changes
 */
export function namedStatus(definition: Definition, group: Iterable<Definition>, now: string): NamedStatus | undefined {
  const { spec, status } = definition;
  const requested = spec.names;
  const accepted = status.acceptedNames;
  if (deepEqual(requested, accepted)) return undefined;
  const { resources, kinds } = claimsOf(group);
  const names: Record<string, unknown> = { ...accepted };
  let condition: Omit<Condition, 'lastTransitionTime'> = {
    type: 'NamesAccepted',
    status: 'True',
    reason: 'NoConflicts',
    message: 'no conflicts found',
  };
  const settle = (field: keyof Names, reason: string, message: string | undefined): void => {
    if (message === undefined) names[field] = requested[field];
    else condition = { type: 'NamesAccepted', status: 'False', reason, message };
  };
  settle('plural', 'PluralConflict', problem(requested.plural, accepted.plural, resources));
  settle('singular', 'SingularConflict', problem(requested.singular ?? '', accepted.singular ?? '', resources));
  if (!deepEqual(requested.shortNames, accepted.shortNames)) {
    const added = (requested.shortNames ?? []).filter((name) => !accepted.shortNames?.includes(name));
    const problems = added.flatMap((name) => problem(name, '', resources) ?? []);
    settle('shortNames', 'ShortNamesConflict', together(problems));
  }
  settle('kind', 'KindConflict', problem(requested.kind, accepted.kind, kinds));
  settle('listKind', 'ListKindConflict', problem(requested.listKind ?? '', accepted.listKind ?? '', kinds));
  names.categories = requested.categories;
  for (const [field, value] of Object.entries(names)) if (value === undefined) delete names[field];
  const isSame = isEquivalent(condition as Condition, conditionOf(definition, 'NamesAccepted'));
  if (isSame && deepEqual(names, accepted)) return undefined;
  const conditions = withCondition((status.conditions ?? []) as readonly Condition[], condition, now);
  return {
    acceptedNames: names as unknown as Names,
    conditions: withCondition(conditions, establishing(definition, condition.status === 'True'), now),
  };
}

/** Not established yet, unless it was before. */
function establishing(definition: Definition, areAccepted: boolean): Omit<Condition, 'lastTransitionTime'> {
  const before = conditionOf(definition, 'Established');
  if (before?.status === 'True' || (before && !areAccepted)) return before;
  return areAccepted
    ? {
        type: 'Established',
        status: 'False',
        reason: 'Installing',
        message: 'the initial names have been accepted',
      }
    : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
}
