/** What makes a schema structural (apiextensions-apiserver, schema/validation.go and schema/complete.go). */
import { type FieldProblem, forbiddenField, invalid, required } from '../../kube/field-problem.ts';
import { completenessProblems } from './completeness-rules.ts';
import { junctorProblems } from './junctor-rules.ts';
import { type SchemaDigest, schemaDigest } from './schema-digest.ts';
import { additionalOf, itemsOf, propertiesOf } from './schema-walk.ts';
import type { JsonSchema } from './structural.ts';
import { childPath, keyPath } from './value-path.ts';

const NONE: readonly FieldProblem[] = [];

type Level = 'root' | 'item' | 'field';

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/** Problems of a schema that has only supported fields, sorted by their text. */
export function structuralProblems(
  schema: JsonSchema,
  path: string,
  digest: SchemaDigest = schemaDigest(schema),
): FieldProblem[] {
  const problems = [...nodeProblems(schema, 'root', path, digest), ...completenessProblems(schema, path)];
  const text = ({ field, message }: FieldProblem): string => `${field}: ${message}`;
  return problems.sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

function nodeProblems(schema: JsonSchema, level: Level, path: string, digest: SchemaDigest): readonly FieldProblem[] {
  if (level !== 'root' && digest.isPlain(schema)) return NONE;
  const { type = '' } = schema;
  const at = (name: string): string => childPath(path, name);
  const problems: FieldProblem[] = [];
  const items = itemsOf(schema);
  if (type === 'array' && !items) problems.push(required(at('items'), 'must be specified'));
  if (items) problems.push(...nodeProblems(items, 'item', at('items'), digest));
  for (const [name, field] of propertiesOf(schema)) {
    if (!digest.isPlain(field)) problems.push(...nodeProblems(field, 'field', keyPath(at('properties'), name), digest));
  }
  if (schema.additionalProperties !== undefined && level === 'root') {
    problems.push(forbiddenField(at('additionalProperties'), 'must not be used at the root'));
  }
  const others = additionalOf(schema);
  if (others) problems.push(...nodeProblems(others, 'field', at('additionalProperties'), digest));
  problems.push(...extensionProblems(schema, path), ...junctorProblems(schema, path));
  problems.push(...typeProblems(schema, level, path), ...metaProblems(schema, level, path));
  return problems;
}

function extensionProblems(schema: JsonSchema, path: string): FieldProblem[] {
  if (!schema['x-kubernetes-int-or-string']) return [];
  const names = ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const;
  return names
    .filter((name) => schema[name])
    .map((name) => invalid(childPath(path, name), true, 'must be false if x-kubernetes-int-or-string is true'));
}

function typeProblems(schema: JsonSchema, level: Level, path: string): FieldProblem[] {
  const { type = '' } = schema;
  const at = childPath(path, 'type');
  const problems: FieldProblem[] = [];
  const isEmbedded = schema['x-kubernetes-embedded-resource'] ?? false;
  const isOpen = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'];
  if (isEmbedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    problems.push(type === '' ? required(at, detail) : invalid(at, type, detail));
  } else if (type === '' && !isOpen) problems.push(required(at, EMPTY_TYPE[level]));
  if (isEmbedded && schema.additionalProperties !== undefined) {
    const detail = 'must not be used if x-kubernetes-embedded-resource is set';
    problems.push(forbiddenField(childPath(path, 'additionalProperties'), detail));
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    problems.push(invalid(at, type, 'must be object at the root'));
  }
  return problems;
}

/** Rules of the fields that the API server describes itself. */
function metaProblems(schema: JsonSchema, level: Level, path: string): readonly FieldProblem[] {
  const isEmbedded = schema['x-kubernetes-embedded-resource'] ?? false;
  const isResource = level === 'root' || isEmbedded;
  if (!isResource) return NONE;
  const problems: FieldProblem[] = [];
  const fields = new Map(propertiesOf(schema));
  const at = (name: string): string => keyPath(childPath(path, 'properties'), name);
  for (const name of ['kind', 'apiVersion']) {
    const field = fields.get(name);
    if (field && field.type !== 'string') {
      problems.push(invalid(`${at(name)}.type`, field.type ?? '', 'must be string'));
    }
  }
  const metadata = fields.get('metadata');
  if (metadata && metadata.type !== 'object') {
    problems.push(invalid(`${at('metadata')}.type`, metadata.type ?? '', 'must be object'));
  }
  if (metadata && level === 'root' && !describesOnlyNames(metadata)) {
    const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
    problems.push(forbiddenField(at('metadata'), detail));
  }
  if (isEmbedded && !schema['x-kubernetes-preserve-unknown-fields'] && fields.size === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    problems.push(required(childPath(path, 'properties'), detail));
  }
  return problems;
}

function describesOnlyNames(metadata: JsonSchema): boolean {
  const { type: _type, default: _default, properties = {}, ...others } = metadata;
  const isEmpty = (value: unknown): boolean =>
    value === false || value === '' || (Array.isArray(value) && value.length === 0);
  if (Object.values(others).some((value) => !isEmpty(value))) return false;
  return Object.keys(properties).every((name) => name === 'name' || name === 'generateName');
}
