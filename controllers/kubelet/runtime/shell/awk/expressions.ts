import type { Expression, Place } from './ast.ts';
import { type Token, type TokenKind, unexpected } from './lexer.ts';

const COMPARISONS = ['<', '<=', '==', '!=', '>', '>='];
const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '^='];
/** Each pair of parentheses counts for several. */
const DEPTH_MAX = 600;

/** What of the syntax is not allowed around an expression: a bare `>` redirects what is printed. */
export interface Around {
  readonly noGreater?: boolean;
}

const isPlace = (expression: Expression): expression is Place =>
  ['variable', 'field', 'element'].includes(expression.kind);

/** Reads expressions, from those that bind least to those that bind most. */
export class ExpressionParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get token(): Token {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1);
    if (!token) throw new Error('a program has at least its end');
    return token;
  }

  next(): Token {
    const { token } = this;
    this.#at++;
    return token;
  }

  is(text: string, kind: TokenKind = 'sign', ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token?.kind === kind && token.text === text;
  }

  isWord(text: string): boolean {
    return this.is(text, 'word');
  }

  accept(text: string): boolean {
    if (!this.is(text) && !this.is(text, 'word')) return false;
    this.#at++;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw unexpected(this.token.line);
  }

  name(): string {
    if (this.token.kind !== 'name') throw unexpected(this.token.line);
    return this.next().text;
  }

  skipLines(): void {
    while (this.accept('\n'));
  }

  /** Expressions up to a closing sign, with commas between them. */
  list(end: string): Expression[] {
    const list: Expression[] = [];
    this.skipLines();
    while (!this.accept(end)) {
      if (list.length > 0) this.expect(',');
      this.skipLines();
      list.push(this.expression());
      this.skipLines();
    }
    return list;
  }

  /** @throws BadUsage */
  expression(around: Around = {}): Expression {
    this.#limit(++this.#depth);
    const left = this.#choice(around);
    const operator = this.token;
    let result = left;
    if (operator.kind === 'sign' && ASSIGNMENTS.includes(operator.text) && isPlace(left)) {
      this.next();
      this.skipLines();
      const value = this.expression(around);
      result = { kind: 'assign', operator: operator.text.slice(0, -1), place: left, value };
    }
    this.#depth--;
    return result;
  }

  #limit(depth: number): void {
    if (depth > DEPTH_MAX) throw unexpected(this.token.line, 'too deeply nested');
  }

  #choice(around: Around): Expression {
    const condition = this.#or(around);
    if (!this.accept('?')) return condition;
    this.skipLines();
    const yes = this.expression(around);
    this.skipLines();
    this.expect(':');
    this.skipLines();
    return { kind: 'choice', condition, yes, no: this.expression(around) };
  }

  #or(around: Around): Expression {
    let left = this.#and(around);
    for (let links = 0; this.accept('||'); links++) {
      this.#limit(links);
      this.skipLines();
      left = { kind: 'logic', isAnd: false, left, right: this.#and(around) };
    }
    return left;
  }

  #and(around: Around): Expression {
    let left = this.#membership(around);
    for (let links = 0; this.accept('&&'); links++) {
      this.#limit(links);
      this.skipLines();
      left = { kind: 'logic', isAnd: true, left, right: this.#membership(around) };
    }
    return left;
  }

  #membership(around: Around): Expression {
    let left = this.#match(around);
    for (let links = 0; this.accept('in'); links++) {
      this.#limit(links);
      const subscripts = left.kind === 'group' ? left.list : [left];
      left = { kind: 'in', array: this.name(), subscripts };
    }
    return left;
  }

  #match(around: Around): Expression {
    let left = this.#comparison(around);
    for (let links = 0; this.is('~') || this.is('!~'); links++) {
      this.#limit(links);
      const isNegated = this.next().text === '!~';
      left = { kind: 'match', isNegated, left, right: this.#comparison(around) };
    }
    return left;
  }

  #comparison(around: Around): Expression {
    let left = this.#concatenation();
    for (let links = 0; ; links++) {
      this.#limit(links);
      const { kind, text } = this.token;
      if (kind === 'sign' && text === '|' && this.is('getline', 'word', 1)) {
        this.next();
        this.next();
        left = { kind: 'getline', from: 'command', source: left, ...this.#optionalPlace() };
      } else if (kind === 'sign' && COMPARISONS.includes(text) && !(around.noGreater && text === '>')) {
        this.next();
        left = { kind: 'binary', operator: text, left, right: this.#concatenation() };
      } else return left;
    }
  }

  /** Two values side by side are one text; a sign in front of the second would be an operator. */
  #concatenation(): Expression {
    let left = this.#sum();
    while (this.#beginsValue()) left = { kind: 'binary', operator: ' ', left, right: this.#sum() };
    return left;
  }

  #beginsValue(): boolean {
    const { kind, text } = this.token;
    if (kind === 'word') return false;
    if (kind !== 'sign') return kind !== 'end';
    return ['$', '!', '(', '-', '+', '++', '--'].includes(text);
  }

  #sum(): Expression {
    let left = this.#product();
    while (this.is('+') || this.is('-')) left = this.#binary(left, () => this.#product());
    return left;
  }

  #product(): Expression {
    let left = this.#unary();
    while (this.is('*') || this.is('/') || this.is('%')) left = this.#binary(left, () => this.#unary());
    return left;
  }

  #binary(left: Expression, right: () => Expression): Expression {
    const operator = this.next().text;
    this.skipLines();
    return { kind: 'binary', operator, left, right: right() };
  }

  #unary(): Expression {
    if (!this.is('!') && !this.is('-') && !this.is('+')) return this.#power();
    this.#limit(++this.#depth);
    const operator = this.next().text;
    const operand = this.#unary();
    this.#depth--;
    return { kind: 'unary', operator, operand };
  }

  #power(): Expression {
    this.#limit(++this.#depth);
    const power = this.#powers();
    this.#depth--;
    return power;
  }

  #powers(): Expression {
    const base = this.#stepped();
    if (!this.accept('^')) return base;
    const isSigned = this.is('-') || this.is('+') || this.is('!');
    return { kind: 'binary', operator: '^', left: base, right: isSigned ? this.#unary() : this.#power() };
  }

  #stepped(): Expression {
    if (this.is('++') || this.is('--')) {
      const by = this.next().text === '++' ? 1 : -1;
      const place = this.#primary();
      if (!isPlace(place)) throw unexpected(this.token.line);
      return { kind: 'step', by, isPrefix: true, place };
    }
    const value = this.#primary();
    if (!isPlace(value) || (!this.is('++') && !this.is('--'))) return value;
    return { kind: 'step', by: this.next().text === '++' ? 1 : -1, isPrefix: false, place: value };
  }

  #optionalPlace(): { place?: Place } {
    if (this.token.kind !== 'name' && !this.is('$')) return {};
    const place = this.#primary();
    return isPlace(place) ? { place } : {};
  }

  #primary(): Expression {
    this.#limit(++this.#depth);
    const value = this.#value();
    this.#depth--;
    return value;
  }

  #value(): Expression {
    const token = this.next();
    const { kind, text } = token;
    if (kind === 'number')
      return { kind: 'number', value: /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text) };
    if (kind === 'string') return { kind: 'string', value: text };
    if (kind === 'regex') return { kind: 'regex', source: text };
    if (kind === 'builtin') {
      if (this.accept('(')) return { kind: 'builtin', name: text, args: this.list(')') };
      if (text === 'length') return { kind: 'builtin', name: text, args: [] };
    }
    if (kind === 'function') {
      this.expect('(');
      return { kind: 'call', name: text, args: this.list(')') };
    }
    if (kind === 'name') {
      if (!this.accept('[')) return { kind: 'variable', name: text };
      return { kind: 'element', array: text, subscripts: this.list(']') };
    }
    if (kind === 'word' && text === 'getline') {
      const place = this.#optionalPlace();
      if (!this.accept('<')) return { kind: 'getline', from: 'main', ...place };
      return { kind: 'getline', from: 'file', source: this.#stepped(), ...place };
    }
    if (kind === 'sign' && text === '$') {
      const index = this.is('++') || this.is('--') ? this.#stepped() : this.is('-') ? this.#unary() : this.#primary();
      return { kind: 'field', index };
    }
    if (kind === 'sign' && text === '(') {
      const list = this.list(')');
      if (list.length === 0) throw unexpected(token.line);
      return { kind: 'group', list };
    }
    throw unexpected(token.line);
  }
}
