/**
 * Checks of values against a schema, compiled once: what kube-openapi/pkg/validation/validate finds, in its words.
 * Each check returns how many of its parts succeeded, which decides whose problems `anyOf` and `oneOf` report.
 */
import { isUnchanged, oldField, oldItems, UNCORRELATED } from './correlation.ts';
import { enumTest } from './enum-check.ts';
import { formatTest, isSupportedFormat } from './formats.ts';
import { junctorCheck } from './junctor-check.ts';
import { numberCheck } from './number-check.ts';
import { objectLimits, sliceLimits, stringCheck } from './size-checks.ts';
import { additionalSchema, type JsonSchema, type Structural } from './structural.ts';
import { enumError, requiredError, ruleError, typeError, type ValueError } from './value-errors.ts';
import { type JsonObject, kindOf } from './value-kinds.ts';
import { ValuePath } from './value-path.ts';

/** A run through one value. */
export interface CheckRun {
  readonly path: ValuePath;
  errors: ValueError[];
}

/** @param old the value before, or UNCORRELATED */
export type Check = (value: unknown, old: unknown, run: CheckRun) => number;

/** Problems of a value; those of parts that are as they were in `old` are left out. */
export type CompiledCheck = (value: unknown, old?: unknown) => readonly ValueError[];

/** Schemas of structural.ts, without the node that belongs to them: below `anyOf` and the like. */
type Node = Structural | undefined;

/** Enough to see what is wrong; a body of millions of wrong items would make an answer larger than itself. */
const MAX_ERRORS = 10_000;

const META_TYPES = new Set(['apiVersion', 'kind']);

/**
 * How a schema reaches the validator: as it stands in the definition, or by way of its structural form, which knows no
 * types of `x-kubernetes-int-or-string` (ToKubeOpenAPI).
 */
export type SchemaForm = 'definition' | 'structural';

/**
 * @param structural the tree of the same schema
 */
export function compileCheck(
  schema: JsonSchema,
  structural: Structural,
  form: SchemaForm = 'definition',
): CompiledCheck {
  const check = checkOf(schema, structural, form);
  return (value, old = UNCORRELATED) => {
    const run: CheckRun = { path: new ValuePath(), errors: [] };
    check(value, old, run);
    return run.errors.length === 0 ? run.errors : withoutRepeats(run.errors);
  };
}

function withoutRepeats(errors: readonly ValueError[]): ValueError[] {
  const seen = new Set<string>();
  return errors.filter(({ text }) => !seen.has(text) && seen.add(text));
}

function checkOf(schema: JsonSchema, structural: Node, form: SchemaForm): Check {
  const isIntOrString = form === 'definition' && (schema['x-kubernetes-int-or-string'] ?? false);
  const types = isIntOrString ? ['integer', 'string'] : schema.type ? [schema.type] : [];
  const only = types.length === 1 ? (types[0] ?? '') : '';
  const format = schema.format && isSupportedFormat(only, schema.format) ? schema.format : '';
  const checkType = typeCheck(types, format, schema.nullable ?? false);
  const checkJunctors = junctorCheck(schema, (inner) => checkOf(inner, undefined, form));
  const checkString = stringCheck(schema);
  const hasFormat = format === '' ? undefined : formatTest(format);
  const checkNumber = numberCheck(schema, types, format);
  const checkSlice = sliceCheck(schema, structural, form);
  const checkObject = objectCheck(schema, structural, form);
  const isAllowed = schema.enum?.length ? enumTest(schema.enum) : undefined;
  const allowed = schema.enum ?? [];
  const pathOf = (run: CheckRun) => () => run.path.text();

  const checkAll: Check = (value, old, run) => {
    if (value === null || value === undefined) {
      const count = checkType ? checkType(null, run) : 1;
      if (isAllowed) run.errors.push(enumError(run.path.text(), null, allowed));
      return count;
    }
    const kind = kindOf(value);
    let count = 0;
    if (checkType) count += checkType(value, run) + 1;
    count += checkJunctors ? checkJunctors(value, run) + 1 : 2;
    if (kind === 'string') {
      checkString?.(value as string, pathOf(run), run.errors);
      count++;
      if (hasFormat) {
        if (!hasFormat(value as string)) run.errors.push(typeError(run.path.text(), format, value as string));
        count++;
      }
    } else if (kind === 'integer' || kind === 'number') {
      checkNumber?.(value as number, pathOf(run), run.errors);
      count += 2;
    } else if (kind === 'array') count += checkSlice(value, old, run) + 1;
    if (isAllowed && !isAllowed(value)) run.errors.push(enumError(run.path.text(), value, allowed));
    count++;
    if (kind === 'object') count += checkObject(value, old, run) + 1;
    return count + 1;
  };
  return (value, old, run) => {
    const before = run.errors.length;
    const count = checkAll(value, old, run);
    if (run.errors.length > before && old !== UNCORRELATED && isUnchanged(structural, old, value)) {
      run.errors.length = before;
    }
    return count;
  };
}

/** kube-openapi's typeValidator; undefined when it does not apply to a schema. */
function typeCheck(
  types: readonly string[],
  format: string,
  nullable: boolean,
): ((value: unknown, run: CheckRun) => number) | undefined {
  if (types.length === 0 && format === '') return undefined;
  const expected = types.join(',');
  const takesNumbers = types.includes('number') || types.includes('integer');
  const fail = (run: CheckRun, type: string, found: string): number => {
    run.errors.push(typeError(run.path.text(), type, found));
    return 0;
  };
  return (value, run) => {
    if (value === null) return types.length > 0 && !nullable ? fail(run, expected, 'null') : 1;
    const kind = kindOf(value);
    const fits = types.includes(kind) || (kind === 'integer' && types.includes('number'));
    const isTextual = kind === 'string' || kind === 'array';
    if (format !== '' && !isTextual && !fits) {
      const found = kind === 'integer' ? 'int64' : kind === 'number' ? 'float64' : '';
      return found === format ? 1 : fail(run, format, found);
    }
    if (format !== '' && isTextual && !takesNumbers) return 1;
    return fits ? 1 : fail(run, expected, kind);
  };
}

/** A check that is compiled at its first use: most objects have few of the fields that their schemas describe. */
function lazily(compile: () => Check): Check {
  let check: Check | undefined;
  return (value, old, run) => {
    check ??= compile();
    return check(value, old, run);
  };
}

function sliceCheck(schema: JsonSchema, structural: Node, form: SchemaForm): Check {
  const itemSchema = schema.items;
  const checkItem =
    itemSchema && !Array.isArray(itemSchema)
      ? lazily(() => checkOf(itemSchema as JsonSchema, structural?.items, form))
      : undefined;
  const checkLimits = sliceLimits(schema);
  return (value, old, run) => {
    const list = value as readonly unknown[];
    let count = 1;
    if (checkItem) {
      const find = structural && old !== UNCORRELATED ? oldItems(structural, old) : undefined;
      for (let i = 0; i < list.length && run.errors.length < MAX_ERRORS; i++) {
        run.path.push(i);
        count += checkItem(list[i], find ? find(list[i]) : UNCORRELATED, run);
        run.path.pop();
      }
    }
    checkLimits?.(list, run);
    return count;
  };
}

function objectCheck(schema: JsonSchema, structural: Node, form: SchemaForm): Check {
  const { properties: fields = {}, additionalProperties: others, required = [] } = schema;
  const checks = new Map(
    Object.entries(fields).map(([name, field]) => [
      name,
      lazily(() => checkOf(field, structural?.properties?.get(name), form)),
    ]),
  );
  const node = structural && additionalSchema(structural);
  const checkOther = typeof others === 'object' ? lazily(() => checkOf(others, node, form)) : undefined;
  const forbidsOthers = others === false;
  const checkLimits = objectLimits(schema);
  return (value, old, run) => {
    const object = value as JsonObject;
    let count = 0;
    checkLimits?.(object, run);
    const isRoot = run.path.isRoot;
    for (const name in object) {
      if (run.errors.length >= MAX_ERRORS) break;
      const check = checks.get(name) ?? checkOther;
      if (check) {
        // The root of a path has no name to put a dot behind, and kube-openapi puts it there for unknown keys.
        run.path.push(isRoot && !checks.has(name) ? `.${name}` : name);
        count += check(object[name], oldOf(structural, old, name, isRoot), run);
        run.path.pop();
      } else if (forbidsOthers) {
        run.errors.push(forbiddenProperty(run.path.text(), name));
      }
    }
    for (const name of required) {
      if (!Object.hasOwn(object, name)) run.errors.push(requiredError(`${run.path.text()}.${name}`));
    }
    return count;
  };
}

function oldOf(structural: Node, old: unknown, name: string, isRoot: boolean): unknown {
  // Both sides have the type of the request, so a change of it cannot be seen.
  if (!structural || old === UNCORRELATED || (isRoot && META_TYPES.has(name))) return UNCORRELATED;
  return oldField(structural, old, name);
}

function forbiddenProperty(path: string, name: string): ValueError {
  const error = ruleError(`${path}.${name}`, name, 'is a forbidden property');
  return { ...error, path };
}
