/** Rules of numbers that several kinds share: counts, and numbers that may be percentages. */
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';

export type IntOrString = number | string;

const PERCENT = /^[0-9]+%$/;
const NOT_NEGATIVE = 'must be greater than or equal to 0';
const NO_PERCENT = [
  "a valid percent string must be a numeric string followed by an ending '%'",
  "(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
].join(' ');

/** ValidateNonnegativeField; a missing value has no problems. */
export function negativeProblems(path: string, value: number | undefined): FieldProblem[] {
  return value !== undefined && value < 0 ? [invalid(path, value, NOT_NEGATIVE)] : [];
}

/** ValidatePositiveIntOrPercent. */
export function intOrPercentProblems(path: string, value: IntOrString): FieldProblem[] {
  if (typeof value === 'number') return negativeProblems(path, value);
  return PERCENT.test(value) ? [] : [invalid(path, value, NO_PERCENT)];
}

function percentValue(value: IntOrString): number | undefined {
  return typeof value === 'string' && PERCENT.test(value) ? Number.parseInt(value, 10) : undefined;
}

/** The number of a percentage, or the number itself: what rules compare with 0 (getIntOrPercentValue). */
export function intOrPercentValue(value: IntOrString): number {
  if (typeof value === 'number') return value;
  return percentValue(value) ?? (/^[-+]?\d+$/.test(value) ? Number.parseInt(value, 10) : 0);
}

/** IsNotMoreThan100Percent. */
export function above100PercentProblems(path: string, value: IntOrString): FieldProblem[] {
  return (percentValue(value) ?? 0) > 100 ? [invalid(path, value, 'must not be greater than 100%')] : [];
}

/** A counter of a status that went down (IsDecremented). */
export function decrementProblems(path: string, value: number | undefined, old: number | undefined): FieldProblem[] {
  const decremented = old !== undefined && (value === undefined || value < old);
  return decremented ? [invalid(path, value ?? 0, 'cannot be decremented')] : [];
}
