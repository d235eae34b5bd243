/** Rules of the versions of a custom resource definition. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import { unprintableCharacters } from '../../kube/go-quote.ts';
import { dns1035Problems } from '../../kube/names.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
} from '../../kube/types.gen.ts';
import { definitionSchemaProblems } from '../../schema/custom/definition-schema.ts';
import type { RulesBefore } from '../../schema/custom/rules/rule-set.ts';
import { embeddedMetadataRules } from './embedded-metadata-rules.ts';
import { selectableFieldProblems } from './selectable-field-rules.ts';

type Version = Frozen<CustomResourceDefinitionVersion>;
/** What upstream's internal type keeps once when all versions have the same. */
type Shared = Pick<Version, 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields'>;

const SHARED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
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

/** Whether the status of objects is written on its own. */
export const hasStatus = ({ subresources }: Pick<Shared, 'subresources'>): boolean =>
  subresources?.status !== undefined;

/** What is known of a schema besides itself. */
export interface SchemaSetting {
  /** Whether the status of its objects is a subresource. */
  readonly writesStatus: boolean;
  /** What its rules were before a change. */
  readonly before: RulesBefore | undefined;
}

/** Problems of one version. */
export function versionProblems(version: Version, path: string, setting: SchemaSetting): FieldProblem[] {
  const details = dns1035Problems(version.name);
  return [
    ...(details.length > 0 ? [invalid(`${path}.name`, version.name, details.join(','))] : []),
    ...deprecationProblems(version, `${path}.deprecationWarning`),
    ...sharedProblems(version, path, 'schema', setting),
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
export function sharedProblems(
  shared: Shared,
  path: string,
  schemaField: 'schema' | 'validation',
  { writesStatus, before }: SchemaSetting,
): FieldProblem[] {
  const schema = shared.schema?.openAPIV3Schema;
  const options = { metadataRules: embeddedMetadataRules, hasStatus: writesStatus, before };
  const isShared = schemaField === 'validation';
  return [
    ...(schema ? definitionSchemaProblems(schema, `${path}.${schemaField}.openAPIV3Schema`, options) : []),
    ...scaleProblems(shared.subresources?.scale, `${path}.subresources.scale`),
    ...(shared.additionalPrinterColumns ?? []).flatMap((column, i) =>
      columnProblems(column, `${path}.additionalPrinterColumns[${i}]`),
    ),
    ...selectableFieldProblems(shared.selectableFields, shared.schema, path, isShared),
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
