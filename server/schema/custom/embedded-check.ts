/** Rules of embedded resources (apiextensions-apiserver, schema/objectmeta/validation.go). */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import { dns1035Problems } from '../../kube/names.ts';
import type { ObjectMeta } from '../../kube/object.ts';
import { DecodeError } from '../decode-error.ts';
import { decodeMetadata } from './embedded-metadata.ts';
import { fieldSchema, type Structural } from './structural.ts';
import type { JsonObject } from './value-kinds.ts';
import { childPath, keyPath } from './value-path.ts';

/**
 * The rules of metadata, as every resource has them: names are path segments, a namespace is allowed. The fields of
 * the problems begin with `metadata`.
 */
export type MetadataRules = (metadata: Frozen<ObjectMeta>) => readonly FieldProblem[];

/** Problems of the embedded resources of a value. @param path where the value stands */
export function embeddedProblems(
  value: unknown,
  structural: Structural,
  rules: MetadataRules,
  path = '',
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (structural.hasEmbeddedResources) visit(value, structural, path, rules, problems);
  return problems;
}

/** The first field of an embedded resource that does not even have the right type (objectmeta.Coerce). */
export function firstMisfit(
  value: unknown,
  structural: Structural | undefined,
  path: string,
): FieldProblem | undefined {
  if (!structural?.hasEmbeddedResources || typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    return firstOf(value, (item, i) => firstMisfit(item, structural.items, keyPath(path, i)));
  }
  const object = value as JsonObject;
  return firstOf(Object.keys(object), (name) => {
    const isField = structural.properties?.has(name) === true;
    const misfit = structural.isEmbeddedResource ? fieldMisfit(object[name], name, path) : undefined;
    const at = (isField ? childPath : keyPath)(path, name);
    return misfit ?? firstMisfit(object[name], fieldSchema(structural, name), at);
  });
}

function firstOf<T>(
  values: readonly T[],
  find: (value: T, i: number) => FieldProblem | undefined,
): FieldProblem | undefined {
  for (const [i, value] of values.entries()) {
    const found = find(value, i);
    if (found) return found;
  }
  return undefined;
}

function fieldMisfit(value: unknown, name: string, parent: string): FieldProblem | undefined {
  const path = childPath(parent, name);
  if (name === 'metadata') return metadataProblems(path, parent, value, () => [])[0];
  const isType = name === 'apiVersion' || name === 'kind';
  return isType && typeof value !== 'string' ? invalid(path, value, 'must be a string') : undefined;
}

function visit(
  value: unknown,
  structural: Structural | undefined,
  path: string,
  rules: MetadataRules,
  problems: FieldProblem[],
): void {
  if (!structural?.hasEmbeddedResources || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) visit(item, structural.items, keyPath(path, i), rules, problems);
    return;
  }
  const object = value as JsonObject;
  if (structural.isEmbeddedResource) problems.push(...resourceProblems(object, path, rules));
  for (const [name, inner] of Object.entries(object)) {
    const isField = structural.properties?.has(name) === true;
    visit(inner, fieldSchema(structural, name), (isField ? childPath : keyPath)(path, name), rules, problems);
  }
}

/** Problems of one embedded resource. @param path where it stands, '' for a value on its own */
export function resourceProblems(object: JsonObject, path: string, rules: MetadataRules): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const name of ['apiVersion', 'kind']) {
    if (!Object.hasOwn(object, name)) problems.push(required(childPath(path, name)));
  }
  if (Object.hasOwn(object, 'apiVersion')) {
    problems.push(...textProblems(childPath(path, 'apiVersion'), object.apiVersion, groupVersionProblems));
  }
  if (Object.hasOwn(object, 'kind')) problems.push(...textProblems(childPath(path, 'kind'), object.kind, kindProblems));
  if (Object.hasOwn(object, 'metadata')) {
    problems.push(...metadataProblems(childPath(path, 'metadata'), path, object.metadata, rules));
  }
  return problems;
}

function textProblems(path: string, value: unknown, details: (text: string) => readonly string[]): FieldProblem[] {
  if (typeof value !== 'string') return [invalid(path, value, 'must be a string')];
  if (value === '') return [invalid(path, value, 'must not be empty')];
  return details(value).map((detail) => invalid(path, value, detail));
}

const groupVersionProblems = (text: string): string[] =>
  text.split('/').length > 2 ? [`unexpected GroupVersion string: ${text}`] : [];

function kindProblems(kind: string): string[] {
  const details = dns1035Problems(kind.toLowerCase());
  return details.length === 0 ? [] : [`may have mixed case, but should otherwise match: ${details.join(',')}`];
}

function metadataProblems(path: string, parent: string, value: unknown, rules: MetadataRules): FieldProblem[] {
  try {
    const metadata = decodeMetadata(value).metadata as unknown as ObjectMeta;
    // Embedded resources need no name.
    const named = metadata.name ? metadata : { ...metadata, name: 'fakename' };
    return rules(named).map((problem) => ({ ...problem, field: childPath(parent, problem.field) }));
  } catch (error) {
    if (error instanceof DecodeError) return [invalid(path, value, error.message)];
    throw error;
  }
}
