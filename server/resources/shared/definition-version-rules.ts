/** Rules of the versions of a custom resource definition, without those of their schemas. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, required, tooMany } from '../../kube/field-problem.ts';
import { unprintableCharacters } from '../../kube/go-quote.ts';
import { dns1035Problems } from '../../kube/names.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
  SelectableField,
} from '../../kube/types.gen.ts';

type Version = Frozen<CustomResourceDefinitionVersion>;
/** What upstream's internal type keeps once when all versions have the same. */
type Shared = Pick<Version, 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields'>;

const SHARED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const MAX_SELECTABLE_FIELDS = 8;
const MAX_WARNING_BYTES = 256;

/** The versions in the shape that the paths of messages follow: what all share stands beside them. */
export interface VersionShape {
  readonly shared: Shared;
  readonly versions: readonly Version[];
}

/** Upstream's conversion from v1 to its internal type. */
export function shapeOf(versions: readonly Version[]): VersionShape {
  const [first] = versions;
  if (!first) return { shared: {}, versions };
  const moved = SHARED.filter((field) =>
    versions.every((version) => deepEqual(version[field] ?? [], first[field] ?? [])),
  );
  const shared = Object.fromEntries(
    moved.flatMap((field) => (first[field] === undefined ? [] : [[field, first[field]]])),
  );
  const rest = versions.map((version) => {
    return Object.fromEntries(Object.entries(version).filter(([field]) => !(moved as string[]).includes(field)));
  });
  return { shared, versions: rest as Version[] };
}

/** Problems of one version. */
export function versionProblems(version: Version, path: string): FieldProblem[] {
  const details = dns1035Problems(version.name);
  return [
    ...(details.length > 0 ? [invalid(`${path}.name`, version.name, details.join(','))] : []),
    ...deprecationProblems(version, `${path}.deprecationWarning`),
    ...sharedProblems(version, path, 'schema'),
  ];
}

function deprecationProblems({ deprecated, deprecationWarning: text }: Version, path: string): FieldProblem[] {
  if (text === undefined) return [];
  if (!deprecated) return [invalid(path, text, 'can only be set for deprecated versions')];
  const details: string[] = [];
  if (Buffer.byteLength(text) > MAX_WARNING_BYTES) details.push(`must be <= ${MAX_WARNING_BYTES} characters long`);
  if (text === '') details.push('must not be an empty string');
  const [unprintable] = unprintableCharacters(text);
  if (unprintable) {
    const rule = 'must only contain printable UTF-8 characters';
    details.push(`${rule}; non-printable character found at index ${unprintable.position}`);
  }
  return details.map((detail) => invalid(path, text, detail));
}

/**
 * Problems of what versions may share.
 *
 * @param schemaField where the schema is: `schema` in a version, `validation` beside the versions
 */
export function sharedProblems(shared: Shared, path: string, schemaField: string): FieldProblem[] {
  const at = `${path}.${schemaField}.openAPIV3Schema.nullable`;
  return [
    ...(shared.schema?.openAPIV3Schema?.nullable ? [forbiddenField(at, 'nullable cannot be true at the root')] : []),
    ...scaleProblems(shared.subresources?.scale, `${path}.subresources.scale`),
    ...(shared.additionalPrinterColumns ?? []).flatMap((column, i) =>
      columnProblems(column, `${path}.additionalPrinterColumns[${i}]`),
    ),
    ...selectableFieldProblems(shared.selectableFields ?? [], `${path}.selectableFields`),
  ];
}

function scaleProblems(scale: Frozen<CustomResourceSubresourceScale> | undefined, path: string): FieldProblem[] {
  if (!scale) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return [
    ...replicasPathProblems(specReplicasPath, ['.spec.'], `${path}.specReplicasPath`, '.spec'),
    ...replicasPathProblems(statusReplicasPath, ['.status.'], `${path}.statusReplicasPath`, '.status'),
    ...(labelSelectorPath
      ? replicasPathProblems(
          labelSelectorPath,
          ['.spec.', '.status.'],
          `${path}.labelSelectorPath`,
          'either .spec or .status',
        )
      : []),
  ];
}

function replicasPathProblems(text: string, roots: string[], path: string, named: string): FieldProblem[] {
  if (text === '') return [required(path)];
  if (!text.startsWith('.')) return [invalid(path, text, 'must be a simple json path starting with .')];
  if (roots.some((root) => text.startsWith(root))) return [];
  return [invalid(path, text, `should be a json path under ${named}`)];
}

function columnProblems(column: Frozen<CustomResourceColumnDefinition>, path: string): FieldProblem[] {
  const { name, type, format = '', jsonPath } = column;
  const problems: FieldProblem[] = name === '' ? [required(`${path}.name`)] : [];
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (type === '') problems.push(required(`${path}.type`, types));
  else if (!COLUMN_TYPES.includes(type)) problems.push(invalid(`${path}.type`, type, types));
  if (format !== '' && !COLUMN_FORMATS.includes(format)) {
    problems.push(invalid(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  }
  if (jsonPath === '') problems.push(required(`${path}.JSONPath`));
  else if (!jsonPath.startsWith('.')) {
    problems.push(invalid(`${path}.JSONPath`, jsonPath, 'must be a simple json path starting with .'));
  }
  return problems;
}

function selectableFieldProblems(fields: readonly Frozen<SelectableField>[], path: string): FieldProblem[] {
  const problems = fields.flatMap(({ jsonPath }, i) => (jsonPath === '' ? [required(`${path}[${i}].jsonPath`)] : []));
  const count = new Set(fields.map(({ jsonPath }) => jsonPath).filter((text) => text !== '')).size;
  return count > MAX_SELECTABLE_FIELDS ? [...problems, tooMany(path, count, MAX_SELECTABLE_FIELDS)] : problems;
}
