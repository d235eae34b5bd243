/** Rules of every node of a definition's schema (ValidateCustomResourceDefinitionOpenAPISchema). */
import { type FieldProblem, forbiddenField, notSupported } from '../../kube/field-problem.ts';
import { expressionRuleProblems } from './expression-rules.ts';
import { extensionProblems } from './extension-rules.ts';
import type { NodeContext } from './rules/node-context.ts';
import type { SchemaDigest } from './schema-digest.ts';
import { SCHEMA_TYPES } from './schema-types.ts';
import { additionalOf, hasDefault, itemsOf, propertiesOf } from './schema-walk.ts';
import { type JsonSchema, META_FIELDS } from './structural.ts';
import { childPath, keyPath } from './value-path.ts';

/** Problems of a node and everything below it: those of rules come behind all others. */
export interface NodeProblems {
  readonly schema: FieldProblem[];
  readonly rules: FieldProblem[];
}

/** What a node inherits from those around it. */
interface Surroundings {
  readonly isRoot: boolean;
  /** Why there may be no default; undefined where there may. */
  readonly forbidsDefaults: string | undefined;
  readonly insideMeta: boolean;
  /** The outermost node below which old values cannot be found. */
  readonly uncorrelatable: string | undefined;
  readonly rules: NodeContext | undefined;
  readonly digest: SchemaDigest;
}

/**
 * @param rules what is known about the rules of the root; undefined when they are not to be looked at
 */
export function schemaNodeProblems(
  schema: JsonSchema,
  path: string,
  rules: NodeContext | undefined,
  digest: SchemaDigest,
): NodeProblems {
  const found: NodeProblems = { schema: [], rules: [] };
  const root = {
    isRoot: true,
    forbidsDefaults: undefined,
    insideMeta: false,
    uncorrelatable: undefined,
    rules,
    digest,
  };
  visit(schema, path, root, found);
  return found;
}

/** Visits a node; a node's own rules are looked at only when nothing else is wrong at it or below. */
function visit(schema: JsonSchema, path: string, around: Surroundings, found: NodeProblems): void {
  if (!around.isRoot && around.digest.isPlain(schema)) return;
  const mine: NodeProblems = { schema: [], rules: [] };
  mine.schema.push(...ownProblems(schema, path, around));
  if (schema.uniqueItems) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    mine.schema.push(forbiddenField(childPath(path, 'uniqueItems'), detail));
  }
  const inner: Surroundings = around.isRoot ? { ...around, isRoot: false } : around;
  visitAdditional(schema, path, inner, mine);
  visitProperties(schema, path, around, mine);
  visitJunctors(schema, path, inner, mine);
  visitItems(schema, path, inner, mine);
  if (schema.dependencies) visitDependencies(schema.dependencies, path, inner, mine);
  mine.schema.push(...extensionProblems(schema, path), ...expressionRuleProblems(schema, path));
  const hasRules = (schema['x-kubernetes-validations']?.length ?? 0) > 0;
  if (hasRules && mine.schema.length === 0 && around.rules) {
    mine.rules.push(...around.rules.problems(path, around.uncorrelatable));
  }
  found.schema.push(...mine.schema);
  found.rules.push(...mine.rules);
}

/** What no schema of a definition may say (specStandardValidatorV3). */
function ownProblems(schema: JsonSchema, path: string, around: Surroundings): FieldProblem[] {
  const { type = '' } = schema;
  const at = (name: string): string => childPath(path, name);
  const problems: FieldProblem[] = [];
  const forbid = (isSet: boolean, name: string, detail: string): void => {
    if (isSet) problems.push(forbiddenField(at(name), detail));
  };
  const size = (value: object | undefined): number => (value === undefined ? 0 : Object.keys(value).length);
  if (type !== '' && !SCHEMA_TYPES.includes(type)) problems.push(notSupported(at('type'), type, SCHEMA_TYPES));
  if (around.forbidsDefaults !== undefined)
    forbid(hasDefault(schema), 'default', `must not be set ${around.forbidsDefaults}`);
  forbid((schema.id ?? '') !== '', 'id', 'id is not supported');
  forbid(schema.additionalItems !== undefined, 'additionalItems', 'additionalItems is not supported');
  forbid(size(schema.patternProperties) > 0, 'patternProperties', 'patternProperties is not supported');
  forbid(size(schema.definitions) > 0, 'definitions', 'definitions is not supported');
  forbid(schema.dependencies !== undefined, 'dependencies', 'dependencies is not supported');
  forbid(schema.$ref !== undefined, '$ref', '$ref is not supported');
  forbid(type === 'null', 'type', 'type cannot be set to null, use nullable as an alternative');
  const isList = Array.isArray(schema.items) && schema.items.length > 0;
  forbid(isList, 'items', 'items must be a schema object and not an array');
  const isEmbedded = schema['x-kubernetes-embedded-resource'] ?? false;
  const inMeta = 'must not be used inside of resource meta';
  forbid(around.insideMeta && isEmbedded, 'x-kubernetes-embedded-resource', inMeta);
  return problems;
}

function visitDependencies(
  dependencies: NonNullable<JsonSchema['dependencies']>,
  path: string,
  around: Surroundings,
  found: NodeProblems,
): void {
  for (const [name, dependency] of Object.entries(dependencies)) {
    if (Array.isArray(dependency)) continue;
    const at = keyPath(childPath(path, 'dependencies'), name);
    visit(dependency as JsonSchema, at, { ...around, rules: undefined }, found);
  }
}

function visitAdditional(schema: JsonSchema, parent: string, around: Surroundings, found: NodeProblems): void {
  const { additionalProperties: others } = schema;
  if (others === undefined) return;
  const path = childPath(parent, 'additionalProperties');
  if (propertiesOf(schema).length > 0 && others !== true) {
    found.schema.push(forbiddenField(path, 'additionalProperties and properties are mutual exclusive'));
  }
  const inner = additionalOf(schema);
  if (!inner) return;
  const forbidsDefaults = around.insideMeta
    ? 'inside additionalProperties applying to object metadata'
    : around.forbidsDefaults;
  visit(inner, path, { ...around, forbidsDefaults, rules: around.rules?.additionalProperties(inner) }, found);
}

function visitProperties(schema: JsonSchema, path: string, around: Surroundings, found: NodeProblems): void {
  if (!schema.properties) return;
  const isResource = around.isRoot || (schema['x-kubernetes-embedded-resource'] ?? false);
  for (const [name, field] of propertiesOf(schema)) {
    if (around.digest.isPlain(field)) continue;
    const isMeta = isResource && META_FIELDS.has(name);
    const inner: Surroundings = {
      isRoot: false,
      forbidsDefaults: isMeta && around.isRoot ? `in top-level ${name}` : around.forbidsDefaults,
      insideMeta: isMeta || around.insideMeta,
      uncorrelatable: around.uncorrelatable,
      rules: around.rules?.property(field, name),
      digest: around.digest,
    };
    visit(field, keyPath(childPath(path, 'properties'), name), inner, found);
  }
}

function visitJunctors(schema: JsonSchema, path: string, outside: Surroundings, found: NodeProblems): void {
  const { not, allOf, oneOf, anyOf, definitions } = schema;
  if (!not && !allOf && !oneOf && !anyOf && !definitions) return;
  const around: Surroundings = { ...outside, rules: undefined };
  if (schema.not) visit(schema.not, childPath(path, 'not'), around, found);
  for (const name of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [i, inner] of (schema[name] ?? []).entries())
      visit(inner, keyPath(childPath(path, name), i), around, found);
  }
  for (const [name, inner] of Object.entries(schema.definitions ?? {})) {
    visit(inner, keyPath(childPath(path, 'definitions'), name), around, found);
  }
}

function visitItems(schema: JsonSchema, path: string, around: Surroundings, found: NodeProblems): void {
  if (!schema.items) return;
  const isMap = schema['x-kubernetes-list-type'] === 'map';
  const uncorrelatable = isMap ? around.uncorrelatable : (around.uncorrelatable ?? path);
  const at = childPath(path, 'items');
  const one = itemsOf(schema);
  if (one) visit(one, at, { ...around, uncorrelatable, rules: around.rules?.items(one) }, found);
  if (!Array.isArray(schema.items)) return;
  (schema.items as readonly JsonSchema[]).forEach((item, i) => {
    visit(item, keyPath(at, i), { ...around, uncorrelatable, rules: around.rules?.items(item) }, found);
  });
}
