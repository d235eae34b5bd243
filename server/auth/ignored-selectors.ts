/** Selectors of an access review that cannot be read: pkg/registry/authorization/util. RBAC looks at none of them. */
import { type FieldSelector, parseFieldSelector } from '../kube/fields.ts';
import { type LabelSelector, parseLabelSelector, type SelectorOperator } from '../kube/labels.ts';
import type { FieldSelectorAttributes, LabelSelectorAttributes, ResourceAttributes } from '../kube/types.gen.ts';

type Selector = FieldSelectorAttributes | LabelSelectorAttributes;
type Requirement = NonNullable<Selector['requirements']>[number];

/** What a review tells of selectors that it could not use; '' when there is nothing to tell. */
export function ignoredSelectors({ fieldSelector, labelSelector }: ResourceAttributes): string {
  const problems = [
    ignored('fieldSelector', fieldSelector, parseFieldSelector, isFieldRequirement),
    ignored('labelSelector', labelSelector, parseLabelSelector, isLabelRequirement),
  ];
  return problems.filter((problem) => problem !== undefined).join('; ');
}

function ignored(
  name: string,
  selector: Selector | undefined,
  parse: (text: string) => unknown,
  known: (requirement: Requirement) => boolean,
): string | undefined {
  if (!selector) return undefined;
  const { rawSelector = '', requirements = [] } = selector;
  const usable = requirements.filter(known).length;
  const fails =
    requirements.length > 0 ? usable < requirements.length : rawSelector !== '' && !reads(parse, rawSelector);
  if (!fails) return undefined;
  return `spec.resourceAttributes.${name} ${usable > 0 ? 'partially ignored' : 'ignored'} due to parse error`;
}

function reads(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Field selectors know equality only. */
function isFieldRequirement({ operator, values = [] }: Requirement): boolean {
  return (operator === 'In' || operator === 'NotIn') && values.length === 1;
}

function isLabelRequirement({ operator }: Requirement): boolean {
  return ['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(operator);
}

/** The requirements of a review that can be used; undefined when there are none. */
export function fieldsOf(selector: FieldSelectorAttributes | undefined): FieldSelector | undefined {
  const { rawSelector = '', requirements = [] } = selector ?? {};
  if (requirements.length === 0) {
    return rawSelector !== '' && reads(parseFieldSelector, rawSelector) ? parseFieldSelector(rawSelector) : undefined;
  }
  return requirements.filter(isFieldRequirement).map(({ key, operator, values = [] }) => ({
    field: key,
    negated: operator === 'NotIn',
    value: values[0] ?? '',
  }));
}

const LABEL_OPERATORS: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/** The same of labels. */
export function labelsOf(selector: LabelSelectorAttributes | undefined): LabelSelector | undefined {
  const { rawSelector = '', requirements = [] } = selector ?? {};
  if (requirements.length === 0) {
    return rawSelector !== '' && reads(parseLabelSelector, rawSelector) ? parseLabelSelector(rawSelector) : undefined;
  }
  return requirements.flatMap(({ key, operator, values = [] }) => {
    const known = LABEL_OPERATORS[operator];
    return known ? [{ key, operator: known, values }] : [];
  });
}
