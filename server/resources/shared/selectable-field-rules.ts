/** Rules of the fields by which custom resources can be selected. */
import type { Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, invalid, required, tooMany } from '../../kube/field-problem.ts';
import type { CustomResourceValidation, SelectableField } from '../../kube/types.gen.ts';
import { type FoundField, findField } from '../../schema/custom/field-paths.ts';
import { unsupportedReason } from '../../schema/custom/unsupported-fields.ts';

const MAX_FIELDS = 8;
const TYPES = ['string', 'boolean', 'integer'];

/**
 * @param path of the version, or `spec` when all versions have the same fields
 * @param isShared whether they do
 */
export function selectableFieldProblems(
  fields: readonly Frozen<SelectableField>[] | undefined,
  validation: Frozen<CustomResourceValidation> | undefined,
  path: string,
  isShared: boolean,
): FieldProblem[] {
  if (!fields?.length) return [];
  const at = `${path}.selectableFields`;
  const schema = validation?.openAPIV3Schema;
  if (!schema) {
    const rule = isShared
      ? 'may only be set when validations.schema is included'
      : 'may only be set when `version.schema.openAPIV3Schema` is not included';
    return [invalid(at, '', rule)];
  }
  const unsupported = unsupportedReason(schema);
  const problems = unsupported === undefined ? [] : [invalid(`${path}.schema.openAPIV3Schema`, '', unsupported)];
  const seen = new Set<string>();
  fields.forEach(({ jsonPath }, i) => {
    const here = `${at}[${i}].jsonPath`;
    if (jsonPath === '') {
      problems.push(required(here));
      return;
    }
    try {
      const found = findField(jsonPath, unsupported === undefined ? schema : {}, false);
      problems.push(...foundProblems(found, here, jsonPath, seen));
    } catch (error) {
      problems.push(invalid(here, jsonPath, `is an invalid path: ${(error as Error).message}`));
    }
  });
  return seen.size > MAX_FIELDS ? [...problems, tooMany(at, seen.size, MAX_FIELDS)] : problems;
}

function foundProblems(found: FoundField, path: string, text: string, seen: Set<string>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (found.root === 'metadata') problems.push(invalid(path, text, 'must not point to fields in metadata'));
  if (!TYPES.includes(found.schema?.type ?? '')) {
    const rule = 'must point to a field of type string, boolean or integer.';
    problems.push(invalid(path, text, `${rule} Enum string fields and strings with formats are allowed.`));
  }
  if (seen.has(found.text)) problems.push(duplicate(path, text));
  seen.add(found.text);
  return problems;
}
