/** Bounds of numbers (kube-openapi's numberValidator). */
import { invalid } from '../../kube/field-problem.ts';
import { goFloat, plain } from '../../kube/go-float.ts';
import type { JsonSchema } from './structural.ts';
import { placelessError, ruleError, type ValueError } from './value-errors.ts';
import { isInt64 } from './value-kinds.ts';

type NumberCheck = (value: number, path: () => string, errors: ValueError[]) => void;

const INT32_LIMIT = 2 ** 31;
const MAX_FLOAT32 = 3.4028234663852886e38;

/** What the type and the format of a schema can hold. */
interface Range {
  readonly name: string;
  readonly holds: (value: number) => boolean;
}

function rangeOf(types: readonly string[], format: string): Range | undefined {
  if (types.length !== 1) return undefined;
  if (types[0] === 'integer') {
    if (format === 'int32') {
      return {
        name: 'integer with format int32',
        holds: (value) => Number.isInteger(value) && value >= -INT32_LIMIT && value < INT32_LIMIT,
      };
    }
    return { name: format === 'int64' ? 'integer with format int64' : 'integer (default format)', holds: isInt64 };
  }
  if (types[0] !== 'number' || format !== 'float') return undefined;
  return { name: 'number with format float', holds: (value) => Math.abs(value) <= MAX_FLOAT32 };
}

/** A bound, as it is when the value is whole and when it is not: Go cuts it to an int64 then. */
interface Bound {
  readonly float: number;
  readonly whole: number;
  /** That the type of the schema cannot hold the bound itself. */
  readonly misfit: string | undefined;
}

function boundOf(value: number | null | undefined, range: Range | undefined, what: string): Bound | undefined {
  if (value === undefined || value === null) return undefined;
  const misfit = range && !range.holds(value) ? `${what} value must be of type ${range.name}` : undefined;
  return { float: value, whole: Math.trunc(value), misfit };
}

/** The check of a schema's numbers; undefined when it says nothing about them. */
export function numberCheck(schema: JsonSchema, types: readonly string[], format: string): NumberCheck | undefined {
  const range = rangeOf(types, format);
  const factor = boundOf(schema.multipleOf, range, 'MultipleOf');
  const maximum = boundOf(schema.maximum, range, 'Maximum boundary');
  const minimum = boundOf(schema.minimum, range, 'Minimum boundary');
  if (!range && !factor && !maximum && !minimum) return undefined;
  const [below, above] = [schema.exclusiveMaximum ?? false, schema.exclusiveMinimum ?? false];
  return (value, path, errors) => {
    if (range && !range.holds(value)) {
      errors.push(placelessError(`Checked value must be of type ${range.name} in ${path()}`));
    }
    if (factor) checkFactor(value, factor, path, errors);
    if (maximum) {
      const bound = shownBound(value, maximum, path, errors);
      if (below ? value >= bound.value : value > bound.value) {
        errors.push(ruleError(path(), value, `should be less than ${below ? '' : 'or equal to '}${bound.text}`));
      }
    }
    if (minimum) {
      const bound = shownBound(value, minimum, path, errors);
      if (above ? value <= bound.value : value < bound.value) {
        errors.push(ruleError(path(), value, `should be greater than ${above ? '' : 'or equal to '}${bound.text}`));
      }
    }
  };
}

function shownBound(
  value: number,
  bound: Bound,
  path: () => string,
  errors: ValueError[],
): { value: number; text: string } {
  if (bound.misfit !== undefined) errors.push(placelessError(`${bound.misfit} in ${path()}`));
  else if (isInt64(value)) return { value: bound.whole, text: plain(bound.whole) };
  return { value: bound.float, text: goFloat(bound.float) };
}

function checkFactor(value: number, bound: Bound, path: () => string, errors: ValueError[]): void {
  const { value: factor, text } = shownBound(value, bound, path, errors);
  const at = path();
  if (factor <= 0) {
    const rule = `factor MultipleOf declared for ${at} must be positive: ${text}`;
    errors.push({ text: rule, path: at, problem: (field) => invalid(field, factor, rule) });
    return;
  }
  const isWhole = bound.misfit === undefined && isInt64(value);
  const fits = isWhole ? value % factor === 0 : isNearlyWhole(factor < 1 ? (1 / factor) * value : value / factor);
  if (!fits) errors.push(ruleError(at, value, `should be a multiple of ${text}`));
}

/** swag.IsFloat64AJSONInteger: what is below zero has no whole neighbour there. */
function isNearlyWhole(value: number): boolean {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return false;
  if (Number.isInteger(value)) return true;
  const whole = Math.trunc(value);
  return whole !== 0 && Math.abs(value - whole) / Math.abs(value + whole) < 1e-9;
}
