/** Puts the OpenAPI documents of several servers together (kube-openapi/pkg/aggregator). */
import { deepEqual } from '../../base/freeze.ts';

type Fields = Record<string, unknown>;

/** OpenAPI v2, as far as merging has to know it. */
interface Swagger extends Fields {
  paths?: Fields;
  definitions?: Fields;
  parameters?: Fields;
}

const GVK = 'x-kubernetes-group-version-kind';
const DEFINITION = '#/definitions/';
const PARAMETER = '#/parameters/';

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** Every `$ref` in a value. */
function references(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const item of value) references(item, found);
  else
    for (const [key, inner] of Object.entries(fieldsOf(value))) {
      if (key === '$ref' && typeof inner === 'string') found.add(inner);
      else references(inner, found);
    }
  return found;
}

/** The definitions that `from` leads to. */
function used(from: unknown, definitions: Fields): Set<string> {
  const names = new Set<string>();
  const left = [...references(from)];
  for (let reference = left.pop(); reference !== undefined; reference = left.pop()) {
    const name = reference.slice(DEFINITION.length);
    if (!reference.startsWith(DEFINITION) || names.has(name) || !Object.hasOwn(definitions, name)) continue;
    names.add(name);
    left.push(...references(definitions[name]));
  }
  return names;
}

/** The document without other paths, and without what only these needed (FilterSpecByPathsWithoutSideEffects). */
function withPaths(document: Swagger, keeps: (path: string) => boolean): Swagger {
  const paths = Object.fromEntries(Object.entries(fieldsOf(document.paths)).filter(([path]) => keeps(path)));
  const definitions = fieldsOf(document.definitions);
  const [before, after] = [used(document.paths, definitions), used(paths, definitions)];
  const kept = Object.entries(definitions).filter(([name]) => after.has(name) || !before.has(name));
  return { ...document, paths, definitions: Object.fromEntries(kept) };
}

/** @param prefix `/apis/group/version/` */
export const withPathsBelow = (document: object, prefix: string): object =>
  withPaths(document as Swagger, (path) => path.startsWith(prefix));

/** Names for what is called as something else is that is not the same. */
function renames(source: Fields, target: Fields, isSame: (a: unknown, b: unknown) => boolean): Map<string, string> {
  const renamed = new Map<string, string>();
  const taken = new Set(Object.keys(target));
  for (const [name, value] of Object.entries(source)) {
    if (!Object.hasOwn(target, name) || isSame(target[name], value)) continue;
    let next = name;
    for (let i = 2; ; i++) {
      next = `${name}_v${i}`;
      if (Object.hasOwn(target, next) ? isSame(target[next], value) : !taken.has(next) && !Object.hasOwn(source, next))
        break;
    }
    renamed.set(name, next);
    taken.add(next);
  }
  return renamed;
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? (names.get(inner) ?? inner) : renamed(inner, names),
    ]),
  );
}

const withNames = (fields: Fields, names: ReadonlyMap<string, string>): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [names.get(name) ?? name, value]));

const prefixed = (names: ReadonlyMap<string, string>, prefix: string): [string, string][] =>
  [...names].map(([from, to]) => [prefix + from, prefix + to]);

/** Whether definitions differ in nothing but the kinds that they are for. */
function isSameDefinition(a: unknown, b: unknown): boolean {
  const [{ [GVK]: _a, ...left }, { [GVK]: _b, ...right }] = [fieldsOf(a), fieldsOf(b)];
  return deepEqual(left, right);
}

interface Gvk {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
}

const gvkText = ({ group, version, kind }: Gvk): string => `${group}/${version}.${kind}`;

/** A definition that is for the kinds of both. */
function together(target: unknown, source: unknown): unknown {
  const [left, right] = [fieldsOf(target)[GVK], fieldsOf(source)[GVK]];
  if (!Array.isArray(right)) return target;
  if (!Array.isArray(left)) return { ...fieldsOf(target), [GVK]: right };
  const known = new Set(left.map(gvkText));
  const added = right.filter((gvk: Gvk) => !known.has(gvkText(gvk)));
  if (added.length === 0) return target;
  const all = [...left, ...added].sort((a: Gvk, b: Gvk) => (gvkText(a) < gvkText(b) ? -1 : 1));
  return { ...fieldsOf(target), [GVK]: all };
}

/**
 * Adds what `from` has, except for paths that are there.
 * See MergeSpecsIgnorePathConflictRenamingDefinitionsAndParameters.
 */
export function mergedSwagger(target: object, from: object): object {
  const into = target as Swagger;
  const paths = fieldsOf(into.paths);
  let source = from as Swagger;
  const own = Object.keys(fieldsOf(source.paths));
  const added = own.filter((path) => !Object.hasOwn(paths, path));
  if (added.length === 0) return target;
  if (added.length < own.length) source = withPaths(source, (path) => !Object.hasOwn(paths, path));
  const [definitions, parameters] = [{ ...fieldsOf(into.definitions) }, { ...fieldsOf(into.parameters) }];
  const definitionNames = renames(fieldsOf(source.definitions), definitions, isSameDefinition);
  const parameterNames = renames(fieldsOf(source.parameters), parameters, (a, b) => deepEqual(a, b));
  const names = new Map([...prefixed(definitionNames, DEFINITION), ...prefixed(parameterNames, PARAMETER)]);
  if (names.size > 0) source = renamed(source, names) as Swagger;
  for (const [name, value] of Object.entries(withNames(fieldsOf(source.definitions), definitionNames)))
    definitions[name] = Object.hasOwn(definitions, name) ? together(definitions[name], value) : value;
  for (const [name, value] of Object.entries(withNames(fieldsOf(source.parameters), parameterNames)))
    if (!Object.hasOwn(parameters, name)) parameters[name] = value;
  const all = { ...paths, ...fieldsOf(source.paths) };
  return {
    ...into,
    paths: all,
    definitions,
    ...(Object.keys(parameters).length > 0 && { parameters }),
  };
}
