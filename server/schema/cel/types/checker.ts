import type { Source } from '../syntax/source.ts';
import type { Call, Comprehension, Expr, ListLiteral, MapLiteral, Select, StructLiteral } from '../syntax/tree.ts';
import {
  ANY,
  at,
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  ERROR,
  formatSignature,
  formatType,
  INT,
  isDyn,
  isDynOrError,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  STRING,
  sameType,
  UINT,
  unwrapOptional,
} from './cel-type.ts';
import { fieldOf } from './declaration.ts';
import { type CheckEnvironment, typeOfTypeName } from './environment.ts';
import type { Overload } from './functions.ts';
import { mostGeneral, substitute, Unifier } from './unify.ts';

/** What the checker found out, by the identifiers of nodes. */
export interface Checked {
  readonly types: ReadonlyMap<number, CelType>;
  /** The ways in which a call may be meant; more than one when types are known at run time only. */
  readonly overloads: ReadonlyMap<number, readonly Overload[]>;
  /** The full name of a function whose name looks like a member: `optional.of`, `sets.contains`. */
  readonly functions: ReadonlyMap<number, string>;
  /** Names of variables and types, also of those with dots. */
  readonly names: ReadonlyMap<number, string>;
}

const LITERAL_TYPES = { null: NULL, bool: BOOL, int: INT, uint: UINT, double: DOUBLE, string: STRING, bytes: BYTES };

/** Finds the types of an expression; problems are reported to the source. */
export function check(source: Source, environment: CheckEnvironment, tree: Expr): Checked {
  const checker = new Checker(source, environment);
  checker.check(tree);
  return checker.result();
}

class Checker {
  private readonly source: Source;
  private readonly environment: CheckEnvironment;
  private readonly unifier = new Unifier();
  private readonly types = new Map<number, CelType>();
  private readonly overloads = new Map<number, readonly Overload[]>();
  private readonly functions = new Map<number, string>();
  private readonly names = new Map<number, string>();
  private readonly scopes: Map<string, CelType>[] = [];

  constructor(source: Source, environment: CheckEnvironment) {
    this.source = source;
    this.environment = environment;
  }

  result(): Checked {
    const types = new Map(Array.from(this.types, ([id, type]) => [id, this.unifier.resolve(type, true)]));
    return { types, overloads: this.overloads, functions: this.functions, names: this.names };
  }

  check(expr: Expr): CelType {
    const type = this.typeOf(expr);
    this.types.set(expr.id, type);
    return type;
  }

  private typeOf(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return LITERAL_TYPES[expr.type];
      case 'ident':
        return this.identifier(expr.id, expr.offset, expr.name);
      case 'select':
        return this.select(expr);
      case 'call':
        return expr.name === '_?._' && expr.target === undefined ? this.optionalSelect(expr) : this.call(expr);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'struct':
        return this.struct(expr);
      case 'comprehension':
        return this.comprehension(expr);
    }
  }

  private identifier(id: number, offset: number, name: string): CelType {
    const type = this.lookup(name);
    if (type) {
      this.names.set(id, name);
      return type;
    }
    this.source.report(offset, undeclared(name));
    return ERROR;
  }

  /** A leading dot looks past the variables of macros. */
  private lookup(name: string): CelType | undefined {
    if (!name.startsWith('.')) {
      const scope = this.scopes.findLast((variables) => variables.has(name));
      if (scope) return scope.get(name);
    }
    const global = name.replace(/^\./, '');
    return this.environment.variables.get(global)?.type ?? typeOfTypeName(global);
  }

  private select(expr: Select): CelType {
    const path = expr.testOnly ? undefined : pathOf(expr);
    const qualified = path?.join('.');
    if (path && qualified !== undefined && !this.isLocal(path[0] ?? '')) {
      const type = this.lookup(qualified);
      if (type) {
        this.names.set(expr.id, qualified);
        return type;
      }
    }
    const type = this.field(expr.offset, expr.operand, expr.field, false);
    return expr.testOnly ? BOOL : this.unifier.resolve(type);
  }

  private isLocal(name: string): boolean {
    return this.scopes.some((variables) => variables.has(name));
  }

  private optionalSelect(expr: Call): CelType {
    const [operand, field] = expr.args;
    if (!operand || field?.kind !== 'literal' || typeof field.value !== 'string') {
      throw new Error('an optional selection has an operand and the name of a field');
    }
    return this.unifier.resolve(this.field(expr.offset, operand, field.value, true));
  }

  private field(offset: number, operand: Expr, name: string, optional: boolean): CelType {
    const { type, optional: wrapped } = unwrapOptional(this.unifier.resolve(this.check(operand)));
    const result = this.fieldType(offset, type, name);
    return wrapped || optional ? optionalOf(result) : result;
  }

  private fieldType(offset: number, type: CelType, name: string): CelType {
    switch (type.kind) {
      case 'map':
        return at(type.parameters, 1);
      case 'struct':
        return this.objectField(offset, type.name, name);
      case 'parameter':
        this.unifier.assignable(DYN, type);
        return DYN;
      default:
        if (!isDynOrError(type)) {
          this.source.report(offset, `type '${formatType(type)}' does not support field selection`);
        }
        return DYN;
    }
  }

  private objectField(offset: number, typeName: string, name: string): CelType {
    const object = this.environment.objects.get(typeName);
    const made = object ? undefined : this.environment.constructible;
    const type = object ? fieldOf(object, name)?.type : made?.field(typeName, name);
    if (type) return type;
    if (object || made?.find(typeName)) this.source.report(offset, `undefined field '${name}'`);
    else this.source.report(offset, `unexpected failed resolution of '${typeName}'`);
    return ERROR;
  }

  private call(expr: Call): CelType {
    const args = expr.args.map((arg) => this.check(arg));
    if (expr.target === undefined) {
      const name = expr.name.replace(/^\./, '');
      const overloads = this.environment.functions.get(name) ?? this.special(name);
      if (!overloads) return this.undeclared(expr);
      this.functions.set(expr.id, name);
      return this.resolve(expr, name, overloads, args, false);
    }
    const path = pathOf(expr.target);
    const qualified = path && `${path.join('.').replace(/^\./, '')}.${expr.name}`;
    const namespaced = qualified === undefined ? undefined : this.environment.functions.get(qualified);
    if (namespaced && qualified !== undefined) {
      this.functions.set(expr.id, qualified);
      return this.resolve(expr, qualified, namespaced, args, false);
    }
    const target = this.check(expr.target);
    const overloads = this.environment.functions.get(expr.name);
    if (!overloads) return this.undeclared(expr);
    return this.resolve(expr, expr.name, overloads, [target, ...args], true);
  }

  private special(name: string): readonly Overload[] | undefined {
    return name.startsWith('_') || name.startsWith('@') ? [] : undefined;
  }

  private undeclared(expr: Call): CelType {
    this.source.report(expr.offset, undeclared(expr.name));
    return ERROR;
  }

  private resolve(
    expr: Call,
    name: string,
    overloads: readonly Overload[],
    args: readonly CelType[],
    member: boolean,
  ): CelType {
    if (name === '_&&_' || name === '_||_') return this.logical(expr, overloads, args);
    const matching: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if (overload.member !== member) continue;
      const fresh = this.instantiate(overload);
      if (!this.unifier.assignableAll(args, fresh.parameters)) continue;
      matching.push(overload);
      const type = this.unifier.resolve(fresh.result);
      if (result === undefined) result = type;
      else if (!isDyn(result) && !sameType(type, result)) result = DYN;
    }
    if (result === undefined) {
      const types = args.map((type) => this.unifier.resolve(type, true));
      const applied = `applied to '${formatSignature(types, member)}'`;
      this.source.report(expr.offset, `found no matching overload for '${name}' ${applied}`);
      return ERROR;
    }
    this.overloads.set(expr.id, matching);
    return result;
  }

  private logical(expr: Call, overloads: readonly Overload[], args: readonly CelType[]): CelType {
    let wrong = false;
    for (const [index, type] of args.entries()) {
      const arg = expr.args[index];
      if (!arg || this.unifier.assignable(type, BOOL)) continue;
      this.source.report(arg.offset, `expected type 'bool' but found '${formatType(type)}'`);
      wrong = true;
    }
    this.overloads.set(expr.id, overloads);
    return wrong ? ERROR : BOOL;
  }

  /** The types of an overload with parameters that belong to this one call. */
  private instantiate(overload: Overload): Pick<Overload, 'parameters' | 'result'> {
    if (overload.free.length === 0) return overload;
    const fresh = new Map(overload.free.map((name) => [name, this.unifier.newType()]));
    const parameters = overload.parameters.map((type) => substitute(fresh, type, false));
    return { parameters, result: substitute(fresh, overload.result, false) };
  }

  private list(expr: ListLiteral): CelType {
    let elements: CelType | undefined;
    for (const [index, element] of expr.elements.entries()) {
      const type = this.check(element);
      const offered = expr.optional.has(index) ? this.offered(element, type) : type;
      elements = this.join(elements, offered);
    }
    return listOf(elements ?? this.unifier.newType());
  }

  private map(expr: MapLiteral): CelType {
    let keys: CelType | undefined;
    let values: CelType | undefined;
    for (const { key, value, optional } of expr.entries) {
      keys = this.join(keys, this.check(key));
      const type = this.check(value);
      values = this.join(values, optional ? this.offered(value, type) : type);
    }
    return mapOf(keys ?? this.unifier.newType(), values ?? this.unifier.newType());
  }

  /** What an optional element, entry or field offers: it has to be an optional value. */
  private offered(expr: Expr, type: CelType): CelType {
    const inner = unwrapOptional(type);
    if (!inner.optional && !isDyn(type)) {
      this.source.report(expr.offset, mismatch(optionalOf(type), type));
    }
    return inner.type;
  }

  private join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    if (this.unifier.assignable(previous, current)) return mostGeneral(previous, current);
    // Mixed literals are found later, where they are not allowed: `checkLiterals`.
    return DYN;
  }

  private struct(expr: StructLiteral): CelType {
    const name = expr.name.replace(/^\./, '');
    const type = this.environment.constructible?.find(name) ?? this.environment.objects.get(name)?.type;
    if (!type) {
      const plain = typeOfTypeName(name)?.parameters[0];
      const problem = plain ? `'${plain.name}' is not a message type` : undeclared(expr.name);
      this.source.report(expr.offset, problem);
      return ERROR;
    }
    this.names.set(expr.id, name);
    for (const field of expr.fields) {
      const valueType = this.check(field.value);
      const wanted = this.objectField(field.offset, name, field.name);
      const offered = field.optional ? this.offered(field.value, valueType) : valueType;
      if (this.unifier.assignable(wanted, offered)) continue;
      const types = `'${formatType(wanted)}' but provided type is '${formatType(offered)}'`;
      this.source.report(field.offset, `expected type of field '${field.name}' is ${types}`);
    }
    return type;
  }

  private comprehension(expr: Comprehension): CelType {
    const range = this.check(expr.range);
    const accumulator = this.check(expr.start);
    const variables = this.variables(expr, this.unifier.resolve(range));
    this.scopes.push(new Map([[expr.accumulator, accumulator]]));
    this.scopes.push(variables);
    this.wanted(expr.condition, BOOL);
    this.wanted(expr.step, accumulator);
    this.scopes.pop();
    const result = this.check(expr.result);
    this.scopes.pop();
    return this.unifier.resolve(result);
  }

  private variables(expr: Comprehension, range: CelType): Map<string, CelType> {
    const [first, second] = this.variableTypes(expr, range);
    const types = new Map([[expr.variable, first]]);
    if (expr.secondVariable !== undefined) types.set(expr.secondVariable, second);
    return types;
  }

  private variableTypes(expr: Comprehension, range: CelType): readonly [CelType, CelType] {
    switch (range.kind) {
      case 'list':
        return [expr.secondVariable === undefined ? at(range.parameters, 0) : INT, at(range.parameters, 0)];
      case 'map':
        return [at(range.parameters, 0), at(range.parameters, 1)];
      case 'dyn':
        return range === ANY ? this.noRange(expr, range) : [DYN, DYN];
      case 'error':
      case 'parameter':
        this.unifier.assignable(DYN, range);
        return [DYN, DYN];
      default:
        return this.noRange(expr, range);
    }
  }

  private noRange(expr: Comprehension, range: CelType): readonly [CelType, CelType] {
    const kinds = '(must be list, map, or dynamic)';
    const message = `expression of type '${formatType(range)}' cannot be range of a comprehension ${kinds}`;
    this.source.report(expr.range.offset, message);
    return [ERROR, ERROR];
  }

  private wanted(expr: Expr, type: CelType): void {
    const found = this.check(expr);
    if (!this.unifier.assignable(type, found)) this.source.report(expr.offset, mismatch(type, found));
  }
}

function undeclared(name: string): string {
  return `undeclared reference to '${name}' (in container '')`;
}

function mismatch(expected: CelType, found: CelType): string {
  return `expected type '${formatType(expected)}' but found '${formatType(found)}'`;
}

/** The names of `a.b.c`, undefined for anything else. */
function pathOf(expr: Expr): string[] | undefined {
  const names: string[] = [];
  let node = expr;
  while (node.kind === 'select' && !node.testOnly) {
    names.push(node.field);
    node = node.operand;
  }
  return node.kind === 'ident' ? [...names, node.name].reverse() : undefined;
}
