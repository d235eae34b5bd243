/** The syntax tree of an expression, after macros were expanded. */

interface Common {
  /** Unique within its expression. */
  readonly id: number;
  /** Where messages point to, in UTF-16 units. */
  readonly offset: number;
  /** How many of the constructs that cel-go counts are nested in this one. */
  readonly depth: number;
}

/** A constant of the text. Integers are bigint here, doubles are numbers. */
export interface Literal extends Common {
  readonly kind: 'literal';
  readonly type: 'null' | 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes';
  readonly value: null | boolean | bigint | number | string | Uint8Array;
}

export interface Ident extends Common {
  readonly kind: 'ident';
  readonly name: string;
}

export interface Select extends Common {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** `has(operand.field)`. */
  readonly testOnly: boolean;
}

export interface Call extends Common {
  readonly kind: 'call';
  readonly name: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
}

export interface ListLiteral extends Common {
  readonly kind: 'list';
  readonly elements: readonly Expr[];
  /** Which elements are written `?x`. */
  readonly optional: ReadonlySet<number>;
}

export interface MapEntry {
  readonly offset: number;
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface MapLiteral extends Common {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface StructField {
  readonly offset: number;
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface StructLiteral extends Common {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: readonly StructField[];
}

export interface Comprehension extends Common {
  readonly kind: 'comprehension';
  readonly range: Expr;
  readonly variable: string;
  readonly secondVariable: string | undefined;
  readonly accumulator: string;
  readonly start: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type Expr = Literal | Ident | Select | Call | ListLiteral | MapLiteral | StructLiteral | Comprehension;

/** The variable in which macros gather their result: no expression can name it. */
export const ACCUMULATOR = '@result';
/** Its name before it became hidden; still refused as a variable of a macro. */
export const OLD_ACCUMULATOR = '__result__';

/** Makes the nodes of one expression. */
export class TreeBuilder {
  private next = 1;

  private at(offset: number, depth: number): Common {
    const id = this.next;
    this.next += 1;
    return { id, offset, depth };
  }

  literal(offset: number, type: Literal['type'], value: Literal['value']): Literal {
    return { kind: 'literal', ...this.at(offset, 0), type, value };
  }

  ident(offset: number, name: string): Ident {
    return { kind: 'ident', ...this.at(offset, 0), name };
  }

  select(offset: number, operand: Expr, field: string, testOnly = false): Select {
    return { kind: 'select', ...this.at(offset, operand.depth + 1), operand, field, testOnly };
  }

  /** A call; operators and member calls count as nested constructs, calls of functions do not. */
  call(offset: number, name: string, args: readonly Expr[], target?: Expr, counts = false): Call {
    const depth = deepest(target === undefined ? args : [target, ...args]) + (counts ? 1 : 0);
    return { kind: 'call', ...this.at(offset, depth), name, target, args };
  }

  list(offset: number, elements: readonly Expr[], optional: ReadonlySet<number> = new Set()): ListLiteral {
    return { kind: 'list', ...this.at(offset, deepest(elements)), elements, optional };
  }

  map(offset: number, entries: readonly MapEntry[]): MapLiteral {
    return { kind: 'map', ...this.at(offset, deepest(entries.flatMap(({ key, value }) => [key, value]))), entries };
  }

  struct(offset: number, name: string, fields: readonly StructField[]): StructLiteral {
    return { kind: 'struct', ...this.at(offset, deepest(fields.map(({ value }) => value))), name, fields };
  }

  comprehension(offset: number, parts: Omit<Comprehension, 'kind' | keyof Common>): Comprehension {
    const depth = deepest([parts.range, parts.start, parts.condition, parts.step, parts.result]);
    return { kind: 'comprehension', ...this.at(offset, depth), ...parts };
  }

  /** The same expression as nodes of their own: macros use some arguments twice. */
  copy(expr: Expr): Expr {
    const { id } = this.at(0, 0);
    switch (expr.kind) {
      case 'literal':
      case 'ident':
        return { ...expr, id };
      case 'select':
        return { ...expr, id, operand: this.copy(expr.operand) };
      case 'call':
        return {
          ...expr,
          id,
          target: expr.target && this.copy(expr.target),
          args: expr.args.map((arg) => this.copy(arg)),
        };
      case 'list':
        return { ...expr, id, elements: expr.elements.map((element) => this.copy(element)) };
      case 'map':
        return { ...expr, id, entries: expr.entries.map((entry) => this.copyEntry(entry)) };
      case 'struct':
        return { ...expr, id, fields: expr.fields.map((field) => ({ ...field, value: this.copy(field.value) })) };
      case 'comprehension':
        return {
          ...expr,
          id,
          range: this.copy(expr.range),
          start: this.copy(expr.start),
          condition: this.copy(expr.condition),
          step: this.copy(expr.step),
          result: this.copy(expr.result),
        };
    }
  }

  private copyEntry(entry: MapEntry): MapEntry {
    return { ...entry, key: this.copy(entry.key), value: this.copy(entry.value) };
  }
}

function deepest(exprs: readonly Expr[]): number {
  let depth = 0;
  for (const expr of exprs) depth = Math.max(depth, expr.depth);
  return depth;
}
