import type { FieldProblem } from '../../kube/field-problem.ts';

/** A value that is too large or too secret to be shown (field.OmitValueType). */
export const invalidOmitted = (field: string, detail: string): FieldProblem => ({
  field,
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${detail}`,
});
