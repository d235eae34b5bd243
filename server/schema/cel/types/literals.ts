import { literalValue } from '../evaluate/planner.ts';
import { CONVERSIONS } from '../library/conversions.ts';
import { compileRegex } from '../regex/regex.ts';
import type { Source } from '../syntax/source.ts';
import type { Call, Expr } from '../syntax/tree.ts';
import { CelError, type Value } from '../values/value.ts';
import type { CelType } from './cel-type.ts';
import { formatType, isDyn, sameType, unwrapOptional } from './cel-type.ts';
import type { Checked } from './checker.ts';
import { checkFormatCall } from './format-calls.ts';

/** Checks what only constants can tell: durations, times and patterns that cannot be read, and mixed literals. */
export function checkLiterals(source: Source, tree: Expr, checked: Checked): void {
  walk(tree, false, (expr, exempt) => {
    if (expr.kind === 'call') {
      checkArgument(source, expr);
      checkFormatCall(source, expr, checked);
    } else if (expr.kind === 'list' && !exempt) {
      const elements = expr.elements.map((element, index) => ({ expr: element, optional: expr.optional.has(index) }));
      sameTypes(source, elements, checked, true);
    } else if (expr.kind === 'map' && !exempt) {
      sameTypes(
        source,
        expr.entries.map(({ key }) => ({ expr: key, optional: false })),
        checked,
        false,
      );
      sameTypes(
        source,
        expr.entries.map(({ value, optional }) => ({ expr: value, optional })),
        checked,
        false,
      );
    }
  });
}

/** The first argument of a call, if it is a constant: `text.matches(pattern)`, `duration(text)`, `timestamp(text)`. */
function checkArgument(source: Source, { name, args }: Call): void {
  const [arg] = args;
  if (arg?.kind !== 'literal') return;
  if (name === 'matches') {
    if (typeof arg.value !== 'string' || !(compileRegex(arg.value) instanceof CelError)) return;
  } else if (name !== 'duration' && name !== 'timestamp') return;
  else if (!(convert(name, literalValue(arg)) instanceof CelError)) return;
  source.report(arg.offset, `invalid ${name} argument`);
}

function convert(name: 'duration' | 'timestamp', value: Value): Value {
  const from = typeof value === 'string' ? 'string' : typeof value === 'number' ? 'int64' : '';
  const signatures = Object.entries(CONVERSIONS[name] ?? {});
  const implementation = signatures.find(([signature]) => signature.startsWith(`${from}_to_`))?.[1];
  if (from === '' || !implementation) return new CelError('no such overload');
  return (implementation as (value: Value) => Value)(value);
}

interface Item {
  readonly expr: Expr;
  readonly optional: boolean;
}

function sameTypes(source: Source, elements: readonly Item[], checked: Checked, onlyFirst: boolean): void {
  let first: CelType | undefined;
  for (const { expr, optional } of elements) {
    const type = checked.types.get(expr.id);
    if (!type) continue;
    const inner = optional ? unwrapOptional(type).type : type;
    first ??= inner;
    if (equivalent(first, inner)) continue;
    source.report(expr.offset, `expected type '${formatType(first)}' but found '${formatType(inner)}'`);
    if (onlyFirst) return;
  }
}

/** The same type, wherever neither is left open. */
function equivalent(one: CelType, other: CelType): boolean {
  if (isDyn(one) || isDyn(other)) return isDyn(one) && isDyn(other);
  if (one.parameters.length === 0) return sameType(one, other);
  return (
    one.name === other.name && one.parameters.every((type, index) => equivalent(type, other.parameters[index] ?? type))
  );
}

function walk(expr: Expr, exempt: boolean, visit: (expr: Expr, exempt: boolean) => void): void {
  visit(expr, exempt);
  const inner = exempt || (expr.kind === 'call' && expr.name === 'format');
  for (const child of children(expr)) walk(child, inner, visit);
}

function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.elements;
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'comprehension':
      return [expr.range, expr.start, expr.condition, expr.step, expr.result];
  }
}
