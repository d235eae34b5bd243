/** `allOf`, `anyOf`, `oneOf` and `not` (kube-openapi's schemaPropsValidator). */
import { UNCORRELATED } from './correlation.ts';
import type { JsonSchema } from './structural.ts';
import type { Check, CheckRun } from './value-check.ts';
import { placelessError, type ValueError } from './value-errors.ts';

type JunctorCheck = (value: unknown, run: CheckRun) => number;

interface Result {
  readonly errors: ValueError[];
  readonly count: number;
}

/** What a check finds, kept apart. */
function tryCheck(check: Check, value: unknown, run: CheckRun): Result {
  const { errors } = run;
  run.errors = [];
  const count = check(value, UNCORRELATED, run);
  const found = run.errors;
  run.errors = errors;
  return { errors: found, count };
}

const quotedPath = (run: CheckRun): string => JSON.stringify(run.path.text());

/** @param compile makes the check of a schema below a junctor */
export function junctorCheck(schema: JsonSchema, compile: (schema: JsonSchema) => Check): JunctorCheck | undefined {
  const { allOf, anyOf, oneOf, not } = schema;
  const parts: JunctorCheck[] = [];
  if (anyOf?.length) parts.push(anyOfCheck(anyOf.map(compile)));
  if (oneOf?.length) parts.push(oneOfCheck(oneOf.map(compile)));
  if (allOf?.length) parts.push(allOfCheck(allOf.map(compile)));
  if (not) parts.push(notCheck(compile(not)));
  if (parts.length === 0) return undefined;
  return (value, run) => {
    let count = 1;
    for (const part of parts) count += part(value, run);
    return count;
  };
}

function anyOfCheck(checks: readonly Check[]): JunctorCheck {
  return (value, run) => {
    let best: Result | undefined;
    for (const check of checks) {
      const result = tryCheck(check, value, run);
      if (result.errors.length === 0) return result.count;
      if (!best || result.count > best.count) best = result;
    }
    run.errors.push(placelessError(`${quotedPath(run)} must validate at least one schema (anyOf)`));
    run.errors.push(...(best?.errors ?? []));
    return best?.count ?? 0;
  };
}

function oneOfCheck(checks: readonly Check[]): JunctorCheck {
  return (value, run) => {
    let best: Result | undefined;
    let first: Result | undefined;
    let valid = 0;
    for (const check of checks) {
      const result = tryCheck(check, value, run);
      if (result.errors.length === 0) {
        valid++;
        best = undefined;
        first ??= result;
      } else if (valid === 0 && (!best || result.count > best.count)) best = result;
    }
    if (valid === 1) return first?.count ?? 0;
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    run.errors.push(placelessError(`${quotedPath(run)} must validate one and only one schema (oneOf). ${found}`));
    run.errors.push(...(best?.errors ?? []));
    return best?.count ?? 0;
  };
}

function allOfCheck(checks: readonly Check[]): JunctorCheck {
  return (value, run) => {
    let valid = 0;
    let count = 0;
    for (const check of checks) {
      const before = run.errors.length;
      count += check(value, UNCORRELATED, run);
      if (run.errors.length === before) valid++;
    }
    if (valid < checks.length) {
      const none = valid === 0 ? '. None validated' : '';
      run.errors.push(placelessError(`${quotedPath(run)} must validate all the schemas (allOf)${none}`));
    }
    return count;
  };
}

function notCheck(check: Check): JunctorCheck {
  return (value, run) => {
    if (tryCheck(check, value, run).errors.length === 0) {
      run.errors.push(placelessError(`${quotedPath(run)} must not validate the schema (not)`));
    }
    return 0;
  };
}
