/** The rules of a definition's schema (validateCustomResourceDefinitionValidation). */
import { type FieldProblem, forbiddenField, invalid } from '../../kube/field-problem.ts';
import { defaultProblems } from './default-rules.ts';
import type { MetadataRules } from './embedded-check.ts';
import { internalSchemaForm } from './internal-schema.ts';
import { NodeContext } from './rules/node-context.ts';
import type { RulesBefore } from './rules/rule-set.ts';
import { schemaDigest } from './schema-digest.ts';
import { schemaNodeProblems } from './schema-rules.ts';
import type { JsonSchema } from './structural.ts';
import { structuralProblems } from './structural-rules.ts';
import { unsupportedReason } from './unsupported-fields.ts';

export interface DefinitionSchemaOptions {
  readonly metadataRules: MetadataRules;
  /** Whether a version with this schema has the status subresource. */
  readonly hasStatus: boolean;
  /** On a change. */
  readonly before?: RulesBefore | undefined;
}

/** In upstream's order and words, with Go's names. */
const ROOT_FIELDS = (
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern ' +
  'MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields ' +
  'XValidations'
).split(' ');

/**
 * Problems of the schema of a definition.
 *
 * @param path `spec.validation.openAPIV3Schema` when all versions share it
 */
export function definitionSchemaProblems(
  schema: JsonSchema,
  path: string,
  options: DefinitionSchemaOptions,
): FieldProblem[] {
  const problems = options.hasStatus ? rootProblems(schema, path) : [];
  if (schema.nullable) problems.push(forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root'));
  const digest = schemaDigest(schema);
  const { keywords } = digest;
  const unsupported = unsupportedReason(schema, keywords);
  let rules: NodeContext | undefined;
  if (unsupported === undefined) {
    const found = structuralProblems(schema, path, digest);
    if (found.length === 0 && keywords.has('default')) found.push(...defaultProblems(schema, path, options));
    problems.push(...found);
    if (found.length === 0 && keywords.has('x-kubernetes-validations'))
      rules = NodeContext.root(schema, options.before);
  }
  const nodes = schemaNodeProblems(schema, path, rules, digest);
  problems.push(...nodes.schema, ...nodes.rules);
  if (problems.length === 0 && unsupported !== undefined) problems.push(invalid(path, '', unsupported));
  return rules ? [...problems, ...rules.totalProblems(path)] : problems;
}

/** What may stand at the root when the status is written on its own: the first field that may not. */
function rootProblems(schema: JsonSchema, path: string): FieldProblem[] {
  // What is below does not matter, unless it has to be shown.
  const { items, properties } = schema;
  const shallow = { ...schema, ...(items && { items: {} }), ...(properties && { properties: {} }) } as JsonSchema;
  for (const [name, value] of Object.entries(internalSchemaForm(shallow))) {
    if (value === null || value === '' || value === false) continue;
    if (name === 'Type') {
      if (value === 'object') continue;
      const detail =
        'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
      return [invalid(`${path}.type`, value, detail)];
    }
    if (ROOT_FIELDS.includes(name)) continue;
    const fields = `only [${ROOT_FIELDS.join(' ')}] fields are allowed`;
    return [
      invalid(
        path,
        internalSchemaForm(schema),
        `${fields} at the root of the schema if the status subresource is enabled`,
      ),
    ];
  }
  return [];
}
