/** Rules of the label selectors that objects carry: apimachinery/pkg/apis/meta/v1/validation. */
import { type FieldProblem, forbiddenField, invalid, required } from '../../kube/field-problem.ts';
import {
  type LabelSelector,
  type LabelSelectorObject,
  selectorFromObject,
  selectorMatches,
} from '../../kube/labels.ts';
import { labelValueProblems, qualifiedNameProblems } from '../../kube/names.ts';
import { labelProblems } from '../../registry/object-meta.ts';

type Requirement = NonNullable<LabelSelectorObject['matchExpressions']>[number];
export type MaybeSelector = LabelSelectorObject | null | undefined;

/**
 * ValidateLabelSelector.
 *
 * @param lenient lets invalid values pass: those of objects that were stored before upstream checked them
 */
export function selectorProblems(selector: MaybeSelector, path: string, lenient = false): FieldProblem[] {
  if (!selector) return [];
  const problems = labelProblems(selector.matchLabels, `${path}.matchLabels`);
  (selector.matchExpressions ?? []).forEach((requirement, i) => {
    problems.push(...requirementProblems(requirement, `${path}.matchExpressions[${i}]`, lenient));
  });
  return problems;
}

function requirementProblems(
  { key, operator, values = [] }: Requirement,
  path: string,
  lenient: boolean,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be specified when `operator` is 'In' or 'NotIn'";
    if (values.length === 0) problems.push(required(`${path}.values`, detail));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    if (values.length > 0) problems.push(forbiddenField(`${path}.values`, detail));
  } else problems.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  for (const detail of qualifiedNameProblems(key)) problems.push(invalid(`${path}.key`, key, detail));
  if (lenient) return problems;
  values.forEach((value, i) => {
    for (const detail of labelValueProblems(value)) problems.push(invalid(`${path}.values[${i}]`, value, detail));
  });
  return problems;
}

/** The selector of an object, or undefined when it cannot be used (LabelSelectorAsSelector returns an error). */
export function readSelector(selector: LabelSelectorObject): LabelSelector | undefined {
  return selectorProblems(selector, '').length === 0 ? selectorFromObject(selector) : undefined;
}

/** Whether a selector has neither labels nor expressions: it would select everything. */
export function isEmptySelector(selector: LabelSelectorObject): boolean {
  return Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
}

/**
 * A workload whose selector leaves out its own pods. A missing selector selects nothing; one that cannot be read has
 * problems of its own.
 */
export function mismatchProblems(
  selector: MaybeSelector,
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
): FieldProblem[] {
  const parsed = selector ? readSelector(selector) : undefined;
  const matches = selector ? !parsed || selectorMatches(parsed, labels) : false;
  return matches
    ? []
    : [invalid(`${path}.metadata.labels`, labels ?? null, '`selector` does not match template `labels`')];
}
