/** Rules of `x-kubernetes-list-type`, `x-kubernetes-map-type` and the like. */
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { internalSchemaForm } from './internal-schema.ts';
import { itemsOf } from './schema-walk.ts';
import type { JsonSchema } from './structural.ts';
import { childPath, keyPath } from './value-path.ts';

const LIST_TYPE = 'x-kubernetes-list-type';
const MAP_TYPE = 'x-kubernetes-map-type';
const KEYS = 'x-kubernetes-list-map-keys';

const NONE: readonly FieldProblem[] = [];

const hasNone = (schema: JsonSchema): boolean =>
  schema[LIST_TYPE] === undefined &&
  schema[MAP_TYPE] === undefined &&
  schema[KEYS] === undefined &&
  schema['x-kubernetes-preserve-unknown-fields'] === undefined;

export function extensionProblems(schema: JsonSchema, path: string): readonly FieldProblem[] {
  if (hasNone(schema)) return NONE;
  const problems: FieldProblem[] = [];
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const at = childPath(path, 'x-kubernetes-preserve-unknown-fields');
    problems.push(invalid(at, false, 'must be true or undefined'));
  }
  problems.push(...mapTypeProblems(schema, path), ...listTypeProblems(schema, path));
  if (schema[LIST_TYPE] === 'map') problems.push(...mapListProblems(schema, path));
  return [...problems, ...uniqueListProblems(schema, path)];
}

function wrongType(schema: JsonSchema, path: string, type: string, extension: string): FieldProblem[] {
  const at = childPath(path, 'type');
  const detail = `must be ${type} if ${extension} is specified`;
  if (!schema.type) return [required(at, detail)];
  return schema.type === type ? [] : [invalid(at, schema.type, detail)];
}

function mapTypeProblems(schema: JsonSchema, path: string): FieldProblem[] {
  const type = schema[MAP_TYPE];
  if (type === undefined) return [];
  const known = ['atomic', 'granular'];
  const problems = wrongType(schema, path, 'object', MAP_TYPE);
  return known.includes(type) ? problems : [...problems, notSupported(childPath(path, MAP_TYPE), type, known)];
}

function listTypeProblems(schema: JsonSchema, path: string): FieldProblem[] {
  const type = schema[LIST_TYPE];
  const problems: FieldProblem[] = [];
  if (type !== undefined) {
    const known = ['atomic', 'set', 'map'];
    if (schema.type !== 'array') problems.push(...wrongType(schema, path, 'array', LIST_TYPE));
    else if (type === 'set') problems.push(...setItemProblems(schema, childPath(path, 'items')));
    if (!known.includes(type)) problems.push(notSupported(childPath(path, LIST_TYPE), type, known));
  }
  if ((schema[KEYS]?.length ?? 0) > 0 && type !== 'map') {
    const at = childPath(path, LIST_TYPE);
    const detail = `must be map if ${KEYS} is non-empty`;
    problems.push(type === undefined ? required(at, detail) : invalid(at, type, detail));
  }
  return problems;
}

/** Items of sets are compared as wholes. */
function setItemProblems(schema: JsonSchema, path: string): FieldProblem[] {
  const items = itemsOf(schema);
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  // Upstream shows the list type for both.
  const shown = items?.[LIST_TYPE];
  if (items?.type === 'array' && (items[LIST_TYPE] ?? 'atomic') !== 'atomic') {
    return [invalid(childPath(path, LIST_TYPE), shown, detail)];
  }
  if (items?.type === 'object' && items[MAP_TYPE] !== 'atomic')
    return [invalid(childPath(path, MAP_TYPE), shown, detail)];
  return [];
}

function mapListProblems(schema: JsonSchema, path: string): FieldProblem[] {
  const keys = schema[KEYS] ?? [];
  const at = (name: string): string => childPath(path, name);
  const problems: FieldProblem[] = [];
  if (keys.length === 0) problems.push(required(at(KEYS), `must not be empty if ${LIST_TYPE} is map`));
  const items = itemsOf(schema);
  if (schema.items === undefined) {
    problems.push(required(at('items'), `must have a schema if ${LIST_TYPE} is map`));
  } else if (!items) {
    const shown = internalSchemaForm(schema).Items;
    problems.push(invalid(at('items'), shown, `must only have a single schema if ${LIST_TYPE} is map`));
  } else if (items.type !== 'object') {
    const detail = `must be object if parent array's ${LIST_TYPE} is map`;
    problems.push(invalid(at('items.type'), items.type ?? '', detail));
  } else problems.push(...mapKeyProblems(keys, items, path));
  return problems;
}

function mapKeyProblems(keys: readonly string[], items: JsonSchema, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  keys.forEach((key, i) => {
    const field = propertyOf(items, key);
    if (!field) {
      problems.push(invalid(childPath(path, KEYS), keys, 'entries must all be names of item properties'));
    } else if (field.type === 'array' || field.type === 'object') {
      const at = `${keyPath(childPath(path, 'items.properties'), key)}.type`;
      problems.push(invalid(at, items.type ?? '', `must be a scalar type if parent array's ${LIST_TYPE} is map`));
    }
    if (keys.indexOf(key) < i) {
      problems.push(invalid(childPath(path, KEYS), keys, 'must not contain duplicate entries'));
    }
  });
  return problems;
}

const propertyOf = (schema: JsonSchema, name: string): JsonSchema | undefined =>
  schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;

/** Every item has a key, which is never null (validateMapListKeysMapSet). */
function uniqueListProblems(schema: JsonSchema, path: string): FieldProblem[] {
  const type = schema[LIST_TYPE];
  const items = itemsOf(schema);
  if (!items || (type !== 'set' && type !== 'map')) return [];
  const at = childPath(path, 'items');
  const problems: FieldProblem[] = [];
  if (items.nullable) {
    problems.push(forbiddenField(childPath(at, 'nullable'), `cannot be nullable when ${LIST_TYPE} is ${type}`));
  }
  if (type === 'set') return problems;
  for (const key of schema[KEYS] ?? []) {
    const field = propertyOf(items, key);
    if (!field) continue;
    const base = keyPath(childPath(at, 'properties'), key);
    const reason = `this property is in ${KEYS}, so it`;
    const hasDefault = field.default !== undefined && field.default !== null;
    if (!hasDefault && !items.required?.includes(key)) {
      problems.push(required(`${base}.default`, `${reason} must have a default or be a required property`));
    }
    if (field.nullable) problems.push(forbiddenField(`${base}.nullable`, `${reason} cannot be nullable`));
  }
  return problems;
}
