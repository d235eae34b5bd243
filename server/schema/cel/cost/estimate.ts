import type { Call, Comprehension, Expr, ListLiteral, MapLiteral, Select } from '../syntax/tree.ts';
import { ACCUMULATOR } from '../syntax/tree.ts';
import { at, type CelType, DYN } from '../types/cel-type.ts';
import type { Checked } from '../types/checker.ts';
import type { Declaration } from '../types/declaration.ts';
import { codePointLength } from '../values/strings.ts';
import { LIST_COST, OBJECT_COST, TEXT_FACTOR } from './call-cost.ts';
import {
  type CallEstimate,
  comparison,
  ESTIMATES_BY_NAME,
  listEstimate,
  type Operand,
  patternCost,
  sizeOf,
} from './call-estimate.ts';
import { add, exactly, multiply, NOTHING, type Range, scale, UNBOUNDED, UNKNOWN, union } from './size.ts';

const MAP_COST = 30;
const ONE = exactly(1);
const SCALARS: ReadonlySet<string> = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);

/** How large the elements, or the keys and values, of a list or map of the expression can be. */
interface Entries {
  readonly container: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

interface Local {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly entries: Entries | undefined;
}

/**
 * Estimates what evaluations can cost, from the largest values that the declarations allow. Rules whose estimate is
 * beyond the budget are refused when they are written.
 */
export function estimateCost(tree: Expr, checked: Checked, variables: ReadonlyMap<string, Declaration>): Range {
  return new Estimator(checked, variables).cost(tree);
}

class Estimator {
  private readonly checked: Checked;
  private readonly variables: ReadonlyMap<string, Declaration>;
  private readonly described: Declaration | undefined;
  private readonly paths = new Map<number, readonly string[]>();
  private readonly sizes = new Map<number, Range>();
  private readonly entries = new Map<number, Entries>();
  private readonly locals = new Map<string, Local[]>();

  constructor(checked: Checked, variables: ReadonlyMap<string, Declaration>) {
    this.checked = checked;
    this.variables = variables;
    this.described = [...variables.values()].find(({ described }) => described);
  }

  cost(expr: Expr): Range {
    const name = this.checked.names.get(expr.id);
    if (name !== undefined && expr.kind === 'select') return this.identifier(expr.id, name);
    switch (expr.kind) {
      case 'literal':
        return NOTHING;
      case 'ident':
        return this.identifier(expr.id, expr.name);
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'struct':
        return add(...expr.fields.map(({ value }) => this.cost(value)), exactly(OBJECT_COST));
      case 'comprehension':
        return isBinding(expr) ? this.binding(expr) : this.comprehension(expr);
    }
  }

  private identifier(id: number, name: string): Range {
    this.paths.set(id, this.local(name)?.path ?? [name]);
    return ONE;
  }

  private local(name: string): Local | undefined {
    return this.locals.get(name)?.at(-1);
  }

  private select(expr: Select): Range {
    const cost = this.cost(expr.operand);
    if (expr.testOnly) return cost;
    this.paths.set(expr.id, [...this.path(expr.operand), expr.field]);
    const { kind } = this.typeOf(expr.operand);
    return kind === 'map' || kind === 'struct' || kind === 'parameter' ? add(cost, ONE) : cost;
  }

  private call(expr: Call): Range {
    const namespaced = this.checked.functions.get(expr.id);
    const name = namespaced ?? expr.name;
    const [first] = expr.args;
    if (name === 'dyn' && first) return this.dyn(expr, first);
    const costs = expr.args.map((arg) => this.cost(arg));
    const args = expr.args.map((arg) => this.operand(arg));
    const overloads =
      name === '_?._' ? ['select_optional_field'] : (this.checked.overloads.get(expr.id) ?? []).map(({ id }) => id);
    if (overloads.length === 0) return NOTHING;
    const targetExpr = namespaced === undefined ? expr.target : undefined;
    const targetCost = targetExpr ? this.cost(targetExpr) : NOTHING;
    const target = targetExpr && this.operand(targetExpr);
    let cost: Range = { min: UNBOUNDED, max: 0 };
    let size: Range | undefined;
    for (const overload of overloads) {
      const estimate = this.estimate(expr, name, overload, target, args, costs);
      cost = union(cost, estimate.cost);
      if (estimate.size) size = size ? union(size, estimate.size) : estimate.size;
      size = this.indexed(expr, overload, size) ?? this.sizeOf(expr);
    }
    if (size) this.sizes.set(expr.id, size);
    return add(targetCost, cost);
  }

  /** Indexing leads on along the path of its operand. */
  private indexed(expr: Call, overload: string, size: Range | undefined): Range | undefined {
    const [operand] = expr.args;
    if (!operand || (overload !== 'index_list' && overload !== 'index_map')) return size;
    this.paths.set(expr.id, [...this.path(operand), overload === 'index_list' ? '@items' : '@values']);
    return this.entriesOf(operand)?.value;
  }

  private dyn(expr: Call, arg: Expr): Range {
    const cost = this.cost(arg);
    this.copySizes(expr, arg);
    return add(ONE, cost);
  }

  private estimate(
    expr: Call,
    name: string,
    overload: string,
    target: Operand | undefined,
    args: readonly Operand[],
    costs: readonly Range[],
  ): CallEstimate {
    const operands = add(...costs);
    const known = listEstimate(overload, args, target) ?? ESTIMATES_BY_NAME.get(name)?.(args, target, overload);
    if (known) return { cost: add(known.cost, operands), size: known.size };
    const [first = NOTHING, second = NOTHING, third = NOTHING] = costs;
    switch (overload) {
      case 'logical_or':
      case 'logical_and':
        return { cost: { min: first.min, max: add(first, second).max } };
      case 'conditional':
        return this.choice(expr, args, add(first, union(second, third)));
      case 'add_string':
      case 'add_bytes':
      case 'add_list':
        return this.joined(expr, overload, args, operands);
      default: {
        const estimate = standardEstimate(overload, target, args);
        return { cost: add(estimate.cost, operands), size: estimate.size };
      }
    }
  }

  private choice(expr: Call, [, yes, no]: readonly Operand[], cost: Range): CallEstimate {
    const entries = unionOfEntries(this.entriesOf(yes?.expr), this.entriesOf(no?.expr));
    if (entries) this.entries.set(expr.id, entries);
    return { cost, size: union(sizeOf(yes), sizeOf(no)) };
  }

  private joined(expr: Call, overload: string, [first, second]: readonly Operand[], operands: Range): CallEstimate {
    const size = add(sizeOf(first), sizeOf(second));
    const entries = unionOfEntries(this.entriesOf(first?.expr), this.entriesOf(second?.expr));
    if (entries) this.entries.set(expr.id, entries);
    return { cost: add(overload === 'add_list' ? ONE : scale(size, TEXT_FACTOR), operands), size };
  }

  private list(expr: ListLiteral): Range {
    let cost = exactly(LIST_COST);
    let value: Range = { min: expr.elements.length === 0 ? 0 : UNBOUNDED, max: 0 };
    for (const element of expr.elements) {
      cost = add(cost, this.cost(element));
      value = union(value, this.sizeOf(element) ?? UNKNOWN);
    }
    this.entries.set(expr.id, { container: 'list', key: ONE, value });
    return cost;
  }

  private map(expr: MapLiteral): Range {
    const least = expr.entries.length === 0 ? 0 : UNBOUNDED;
    let cost = exactly(MAP_COST);
    let key: Range = { min: least, max: 0 };
    let value: Range = { min: least, max: 0 };
    for (const entry of expr.entries) {
      cost = add(cost, this.cost(entry.key), this.cost(entry.value));
      key = union(key, this.sizeOf(entry.key) ?? UNKNOWN);
      value = union(value, this.sizeOf(entry.value) ?? UNKNOWN);
    }
    this.entries.set(expr.id, { container: 'map', key, value });
    return cost;
  }

  private comprehension(expr: Comprehension): Range {
    const range = this.cost(expr.range);
    const start = this.cost(expr.start);
    this.push(expr.accumulator, this.localOf(expr.start));
    const variables = this.iterated(expr);
    for (const [name, local] of variables) this.push(name, local);
    const each = add(this.cost(expr.condition), this.cost(expr.step));
    for (const [name] of variables) this.locals.get(name)?.pop();
    const result = this.cost(expr.result);
    this.locals.get(expr.accumulator)?.pop();
    const count = this.sizeOf(expr.range) ?? UNKNOWN;
    if (expr.start.kind === 'literal') {
      const size = this.sizeOf(expr.start);
      if (size) this.sizes.set(expr.id, size);
    } else if (expr.start.kind === 'list' || expr.start.kind === 'map') {
      this.sizes.set(expr.id, count);
      const entries = this.entriesOf(expr.step);
      if (entries) this.entries.set(expr.id, entries);
    }
    return add(range, start, result, multiply(count, each));
  }

  private iterated({ range, variable, secondVariable }: Comprehension): [name: string, local: Local][] {
    const entries = this.entriesOf(range);
    const isList = (entries?.container ?? this.typeOf(range).kind) === 'list';
    const local = (part: string, size: Range | undefined): Local => ({
      path: [...this.path(range), part],
      size,
      entries: undefined,
    });
    const values = local(isList ? '@items' : '@values', entries?.value);
    if (secondVariable !== undefined) {
      return [
        [variable, local(isList ? '@indices' : '@keys', entries?.key)],
        [secondVariable, values],
      ];
    }
    return [[variable, isList ? values : local('@keys', entries?.key)]];
  }

  private binding(expr: Comprehension): Range {
    const cost = add(this.cost(expr.range), this.cost(expr.start));
    this.push(expr.accumulator, this.localOf(expr.start));
    const result = this.cost(expr.result);
    this.locals.get(expr.accumulator)?.pop();
    this.copySizes(expr, expr.result);
    return add(cost, result);
  }

  private localOf(expr: Expr): Local {
    return { path: this.path(expr), size: this.sizeOf(expr), entries: this.entriesOf(expr) };
  }

  private push(name: string, local: Local): void {
    const stack = this.locals.get(name);
    if (stack) stack.push(local);
    else this.locals.set(name, [local]);
  }

  private copySizes(to: Expr, from: Expr): void {
    const size = this.sizeOf(from);
    if (size) this.sizes.set(to.id, size);
    const entries = this.entriesOf(from);
    if (entries) this.entries.set(to.id, entries);
  }

  private typeOf(expr: Expr): CelType {
    return this.checked.types.get(expr.id) ?? DYN;
  }

  private path(expr: Expr): readonly string[] {
    const local = expr.kind === 'ident' ? this.local(expr.name) : undefined;
    return local?.path ?? this.paths.get(expr.id) ?? [];
  }

  private operand(expr: Expr): Operand {
    const path = this.path(expr)[0] === ACCUMULATOR ? [] : this.path(expr);
    const type = this.typeOf(expr);
    const element = type.parameters[0];
    const elements =
      element &&
      ((): Operand => ({
        expr: undefined,
        type: element,
        size: this.declared([...path, '@items'], path.length > 0),
        elements: undefined,
      }));
    return { expr, type, size: this.sizeOf(expr), elements };
  }

  private entriesOf(expr: Expr | undefined): Entries | undefined {
    if (!expr) return undefined;
    return this.entries.get(expr.id) ?? (expr.kind === 'ident' ? this.local(expr.name)?.entries : undefined);
  }

  private sizeOf(expr: Expr): Range | undefined {
    const known = this.sizes.get(expr.id) ?? literalSize(expr) ?? this.declared(this.path(expr), true);
    if (known) {
      this.sizes.set(expr.id, known);
      return known;
    }
    if (isScalar(this.typeOf(expr))) return ONE;
    return expr.kind === 'ident' ? this.local(expr.name)?.size : undefined;
  }

  /** The bounds of a schema, at the end of a path through it. */
  private declared(path: readonly string[], known: boolean): Range | undefined {
    const [variable, ...steps] = path;
    if (variable === undefined || !known) return undefined;
    const named = this.variables.get(variable);
    // Whatever is no variable, upstream looks up in the schema of self as well.
    let declaration = named?.described ? named : this.described;
    if (!declaration) return undefined;
    for (const step of steps) {
      declaration = nextDeclaration(declaration, step);
      if (!declaration) return undefined;
    }
    return { min: 0, max: declaration.maxElements };
  }
}

function nextDeclaration(declaration: Declaration, step: string): Declaration | undefined {
  if (step === '@items' || step === '@values') return declaration.element;
  if (step === '@keys') return declaration.key;
  return declaration.fields?.get(step) ?? (declaration.sizesByName ? declaration.element : undefined);
}

function isBinding({ range, condition, accumulator }: Comprehension): boolean {
  return (
    range.kind === 'list' &&
    range.elements.length === 0 &&
    condition.kind === 'literal' &&
    condition.value === false &&
    accumulator !== '__result__'
  );
}

function literalSize(expr: Expr): Range | undefined {
  switch (expr.kind) {
    case 'literal':
      if (typeof expr.value === 'string') return exactly(codePointLength(expr.value));
      return exactly(expr.value instanceof Uint8Array ? expr.value.length : 1);
    case 'list':
      return exactly(expr.elements.length);
    case 'map':
      return exactly(expr.entries.length);
    default:
      return undefined;
  }
}

function isScalar(type: CelType): boolean {
  if (type.name === 'optional_type') return isScalar(at(type.parameters, 0));
  return SCALARS.has(type.kind);
}

function unionOfEntries(one: Entries | undefined, other: Entries | undefined): Entries | undefined {
  if (!one || !other) return undefined;
  return { container: one.container, key: union(one.key, other.key), value: union(one.value, other.value) };
}

/** The functions of the language itself. */
function standardEstimate(overload: string, target: Operand | undefined, args: readonly Operand[]): CallEstimate {
  const [first, second] = args;
  const size = sizeOf(first);
  switch (overload) {
    case 'string_format':
      return { cost: scale(sizeOf(target), TEXT_FACTOR) };
    case 'string_to_bytes':
      return { cost: scale(size, TEXT_FACTOR), size: { min: size.min, max: Math.min(size.max * 4, UNBOUNDED) } };
    case 'bytes_to_string':
      return { cost: scale(size, TEXT_FACTOR), size: { min: Math.floor(size.min / 4), max: size.max } };
    case 'strings_quote':
      return { cost: scale(size, TEXT_FACTOR), size: { min: size.min + 2, max: size.max * 2 + 2 } };
    case 'starts_with_string':
    case 'ends_with_string':
      return { cost: scale(size, TEXT_FACTOR) };
    case 'in_list':
      return { cost: sizeOf(second) };
    case 'matches':
      return { cost: patternCost(size, sizeOf(second)) };
    case 'matches_string':
      return { cost: patternCost(sizeOf(target), size) };
    case 'contains_string':
      return { cost: multiply(scale(sizeOf(target), TEXT_FACTOR), scale(size, TEXT_FACTOR)) };
    default:
      return { cost: COMPARISONS.test(overload) ? comparison(args) : ONE };
  }
}

const COMPARISONS = /^(?:(?:less|greater)(?:_equals)?_(?:string|bytes)|equals|not_equals)$/;
