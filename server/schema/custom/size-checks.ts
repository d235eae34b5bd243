/** How long texts, lists and objects may be, and what texts match. */
import { deepEqual } from '../../base/freeze.ts';
import { compilePattern } from './pattern.ts';
import type { JsonSchema } from './structural.ts';
import type { CheckRun } from './value-check.ts';
import { ruleError, tooLongError, tooManyError, type ValueError } from './value-errors.ts';
import type { JsonObject } from './value-kinds.ts';

type StringCheck = (value: string, path: () => string, errors: ValueError[]) => void;

/** In characters, which is what Go counts; only texts that may be too long or too short are counted. */
function lengthOf(text: string): number {
  let length = text.length;
  for (let i = 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0xdc00 && c < 0xe000 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) length--;
  }
  return length;
}

/** kube-openapi's stringValidator: the first thing that is wrong. */
export function stringCheck(schema: JsonSchema): StringCheck | undefined {
  const { maxLength = Infinity, minLength = 0, pattern = '' } = schema;
  if (maxLength === Infinity && minLength === 0 && pattern === '') return undefined;
  const matches = pattern === '' ? undefined : compilePattern(pattern);
  return (value, path, errors) => {
    if (value.length > maxLength && lengthOf(value) > maxLength) errors.push(tooLongError(path(), maxLength));
    else if (minLength > 0 && (value.length < minLength || lengthOf(value) < minLength)) {
      errors.push(ruleError(path(), value, `should be at least ${minLength} chars long`));
    } else if (matches && !matches(value)) errors.push(ruleError(path(), value, `should match '${pattern}'`));
  };
}

/** @returns undefined when the schema limits nothing */
export function sliceLimits(schema: JsonSchema): ((list: readonly unknown[], run: CheckRun) => void) | undefined {
  const { minItems = 0, maxItems = Infinity, uniqueItems = false } = schema;
  if (minItems === 0 && maxItems === Infinity && !uniqueItems) return undefined;
  return (list, run) => {
    const { length } = list;
    if (length < minItems) {
      run.errors.push(ruleError(run.path.text(), length, `should have at least ${minItems} items`));
    }
    if (length > maxItems) run.errors.push(tooManyError(run.path.text(), length, maxItems, 'items'));
    if (uniqueItems && list.some((item, i) => list.slice(0, i).some((other) => deepEqual(item, other)))) {
      run.errors.push(ruleError(run.path.text(), '', "shouldn't contain duplicates"));
    }
  };
}

/** @returns undefined when the schema limits nothing */
export function objectLimits(schema: JsonSchema): ((object: JsonObject, run: CheckRun) => void) | undefined {
  const { minProperties = 0, maxProperties = Infinity } = schema;
  if (minProperties === 0 && maxProperties === Infinity) return undefined;
  return (object, run) => {
    const count = Object.keys(object).length;
    if (count < minProperties) {
      run.errors.push(ruleError(run.path.text(), count, `should have at least ${minProperties} properties`));
    }
    if (count > maxProperties) run.errors.push(tooManyError(run.path.text(), count, maxProperties, 'properties'));
  };
}
