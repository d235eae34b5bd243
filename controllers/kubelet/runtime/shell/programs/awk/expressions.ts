/** The expressions of an awk program, loosest first: POSIX's grammar with what busybox takes besides. */
import { Lexer, type Token } from './lexer.ts';
import type { Expression, Place } from './syntax.ts';

const ASSIGNMENTS: ReadonlySet<string> = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^=']);
const COMPARISONS: ReadonlySet<string> = new Set(['<', '<=', '==', '!=', '>', '>=']);
/** What cannot begin an operand of a concatenation. */
const BEGINS_OPERAND: ReadonlySet<string> = new Set(['(', '$', '!', '-', '+', '++', '--']);

/** What does not mean the same everywhere: `>` sends the output of print to a file, `in` belongs to some loops. */
interface Where {
  readonly noGreater?: boolean;
  readonly noIn?: boolean;
}

const isPlace = (value: Expression): value is Place =>
  value.kind === 'variable' || value.kind === 'element' || value.kind === 'field';

export class ExpressionParser {
  readonly #lexer: Lexer;
  readonly #depthMax: number;
  #depth = 0;
  protected token: Token;
  /** Functions that are called, and those that are defined. */
  readonly called = new Set<string>();

  /** @param depthMax how deep expressions and statements may be nested */
  constructor(source: string, depthMax: number) {
    this.#lexer = new Lexer(source);
    this.#depthMax = depthMax;
    this.token = this.#lexer.next();
  }

  protected advance(): Token {
    const { token } = this;
    this.token = this.#lexer.next();
    return token;
  }

  protected is(text: string): boolean {
    const { kind } = this.token;
    return this.token.text === text && (kind === 'operator' || kind === 'word' || kind === 'newline');
  }

  protected take(text: string): boolean {
    if (!this.is(text)) return false;
    this.advance();
    return true;
  }

  protected expect(text: string): void {
    if (!this.take(text)) this.refuse();
  }

  protected refuse(what = 'Unexpected token'): never {
    throw this.#lexer.error(what);
  }

  protected skipLines(): void {
    while (this.token.kind === 'newline') this.advance();
  }

  protected name(): string {
    if (this.token.kind !== 'name') this.refuse();
    return this.advance().text;
  }

  /** Whatever calls itself goes through here. */
  protected deeper<T>(parse: () => T): T {
    if (++this.#depth > this.#depthMax) this.refuse('Too deeply nested');
    const parsed = parse();
    this.#depth--;
    return parsed;
  }

  expression(where: Where = {}): Expression {
    return this.deeper(() => {
      const value = this.#choice(where);
      if (!isPlace(value) || this.token.kind !== 'operator' || !ASSIGNMENTS.has(this.token.text)) return value;
      const operator = this.advance().text.slice(0, -1);
      this.skipLines();
      return { kind: 'assign', place: value, operator, value: this.expression(where) };
    });
  }

  #choice(where: Where): Expression {
    const test = this.#or(where);
    if (!this.take('?')) return test;
    this.skipLines();
    const yes = this.expression(where);
    this.skipLines();
    this.expect(':');
    this.skipLines();
    return { kind: 'choice', test, yes, no: this.expression(where) };
  }

  #or(where: Where): Expression {
    let left = this.#and(where);
    while (this.take('||')) {
      this.skipLines();
      left = { kind: 'binary', operator: '||', left, right: this.#and(where) };
    }
    return left;
  }

  #and(where: Where): Expression {
    let left = this.#member(where);
    while (this.take('&&')) {
      this.skipLines();
      left = { kind: 'binary', operator: '&&', left, right: this.#member(where) };
    }
    return left;
  }

  #member(where: Where): Expression {
    let left = this.#match(where);
    while (!where.noIn && this.take('in')) {
      const keys = left.kind === 'list' ? left.items : [left];
      left = { kind: 'in', keys, array: this.name() };
    }
    return left;
  }

  #match(where: Where): Expression {
    let left = this.#comparison(where);
    while (this.is('~') || this.is('!~')) {
      const operator = this.advance().text;
      left = { kind: 'binary', operator, left, right: this.#comparison(where) };
    }
    return left;
  }

  #comparison(where: Where): Expression {
    const left = this.#piped(where);
    const { kind, text } = this.token;
    if (kind !== 'operator' || !COMPARISONS.has(text) || (text === '>' && where.noGreater)) return left;
    this.advance();
    return { kind: 'binary', operator: text, left, right: this.#piped(where) };
  }

  /** `command | getline` binds looser than a concatenation. */
  #piped(where: Where): Expression {
    let left = this.#concatenation();
    while (this.is('|') && !where.noGreater) {
      this.advance();
      if (!this.take('getline')) this.refuse();
      left = { kind: 'getline', place: this.#placeAhead(), from: 'command', source: left };
    }
    return left;
  }

  #concatenation(): Expression {
    let left = this.#sum();
    while (this.#beginsOperand()) left = { kind: 'binary', operator: ' ', left, right: this.#sum() };
    return left;
  }

  #beginsOperand(): boolean {
    const { kind, text } = this.token;
    if (kind === 'operator') return BEGINS_OPERAND.has(text) && text !== '+' && text !== '-';
    return kind !== 'newline' && kind !== 'end' && kind !== 'word';
  }

  #sum(): Expression {
    let left = this.#product();
    while (this.is('+') || this.is('-')) {
      const operator = this.advance().text;
      left = { kind: 'binary', operator, left, right: this.#product() };
    }
    return left;
  }

  #product(): Expression {
    let left = this.#unary();
    while (this.is('*') || this.is('/') || this.is('%')) {
      const { text: operator, line } = this.advance();
      left = { kind: 'binary', operator, left, right: this.#unary(), line };
    }
    return left;
  }

  #unary(): Expression {
    for (const operator of ['!', '-', '+'] as const)
      if (this.take(operator)) return { kind: 'unary', operator, operand: this.deeper(() => this.#unary()) };
    return this.#power();
  }

  #power(): Expression {
    const left = this.#step();
    if (!this.take('^')) return left;
    const right = this.deeper(() => (this.is('-') || this.is('+') || this.is('!') ? this.#unary() : this.#power()));
    return { kind: 'binary', operator: '^', left, right };
  }

  #step(): Expression {
    for (const [operator, by] of [
      ['++', 1],
      ['--', -1],
    ] as const)
      if (this.take(operator)) return { kind: 'step', place: this.#place(), by, isAfter: false };
    const value = this.#primary();
    if (!isPlace(value)) return value;
    if (this.take('++')) return { kind: 'step', place: value, by: 1, isAfter: true };
    if (this.take('--')) return { kind: 'step', place: value, by: -1, isAfter: true };
    return value;
  }

  #place(): Place {
    const value = this.#primary();
    return isPlace(value) ? value : this.refuse();
  }

  #placeAhead(): Place | undefined {
    return this.token.kind === 'name' || this.is('$') ? this.#place() : undefined;
  }

  #primary(): Expression {
    const { kind, text } = this.token;
    switch (kind) {
      case 'number':
        this.advance();
        // In programs, but not in what they read, numbers that begin with a zero are octal.
        return { kind: 'number', value: /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text) };
      case 'text':
        return { kind: 'text', value: this.advance().text };
      case 'name':
        return this.#variable(this.advance().text);
      case 'function':
        this.called.add(this.advance().text);
        return { kind: 'call', name: text, args: this.#arguments() };
      case 'builtin':
        this.advance();
        // Of all functions only this one needs no brackets.
        if (text === 'length' && !this.is('(')) return { kind: 'builtin', name: text, args: [] };
        return { kind: 'builtin', name: text, args: this.#arguments() };
      default:
        return this.#punctuated();
    }
  }

  #punctuated(): Expression {
    if (this.is('/') || this.is('/=')) {
      const source = this.#lexer.regex(this.token);
      this.token = this.#lexer.next();
      return { kind: 'regex', source };
    }
    if (this.take('$')) {
      const isStep = this.is('++') || this.is('--');
      return { kind: 'field', index: this.deeper(() => (isStep ? this.#step() : this.#primary())) };
    }
    // `-1` and `!x` can be operands of what binds tighter where nothing else could stand.
    if (this.is('-') || this.is('+') || this.is('!')) return this.deeper(() => this.#unary());
    if (this.take('getline')) {
      const place = this.#placeAhead();
      if (!this.take('<')) return { kind: 'getline', place, from: 'input', source: undefined };
      return { kind: 'getline', place, from: 'file', source: this.#step() };
    }
    this.expect('(');
    this.skipLines();
    const items = this.list();
    this.skipLines();
    this.expect(')');
    const [inner] = items;
    return items.length === 1 && inner ? { kind: 'group', inner } : { kind: 'list', items };
  }

  #variable(name: string): Place {
    if (!this.take('[')) return { kind: 'variable', name };
    const keys = this.list();
    this.expect(']');
    return { kind: 'element', array: name, keys };
  }

  #arguments(): Expression[] {
    this.expect('(');
    this.skipLines();
    if (this.take(')')) return [];
    const args = this.list();
    this.skipLines();
    this.expect(')');
    return args;
  }

  protected list(where: Where = {}): Expression[] {
    const items = [this.expression(where)];
    while (this.take(',')) {
      this.skipLines();
      items.push(this.expression(where));
    }
    return items;
  }
}
