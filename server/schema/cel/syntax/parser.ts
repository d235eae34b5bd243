import { codePointLength } from '../values/strings.ts';
import { ARGUMENTS, begins, ELEMENTS, ENTRIES, EXPRESSION, FIELDS, isNumber, OPTIONAL_EXPRESSION } from './expected.ts';
import { type Token, visible } from './lexer.ts';
import { readNumber, unquoteBytes, unquoteString } from './literals.ts';
import { expandMacro, MacroFault, type MacroOptions } from './macros.ts';
import { NOWHERE, type Source } from './source.ts';
import { Stop, TokenReader } from './token-reader.ts';
import { type Expr, type MapEntry, type StructField, TreeBuilder } from './tree.ts';

const MAX_CODE_POINTS = 100_000;
const MAX_DEPTH = 250;
const RESERVED: ReadonlySet<string> = new Set(
  (
    'as break const continue else false for function if import in let loop package namespace null return true var ' +
    'void while'
  ).split(' '),
);
const RELATIONS: ReadonlySet<string> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in']);
const SUMS: ReadonlySet<string> = new Set(['+', '-']);
const PRODUCTS: ReadonlySet<string> = new Set(['*', '/', '%']);

/** The syntax tree of an expression, or undefined when the source now has problems. */
export function parse(source: Source, macros: MacroOptions = {}): Expr | undefined {
  if (source.text.length > MAX_CODE_POINTS) {
    const size = codePointLength(source.text);
    if (size > MAX_CODE_POINTS) {
      const limit = `size: ${size}, limit ${MAX_CODE_POINTS}`;
      source.report(NOWHERE, `expression code point size exceeds limit: ${limit}`);
      return undefined;
    }
  }
  try {
    const tree = new Parser(source, macros).whole();
    if (tree.depth > MAX_DEPTH) source.report(NOWHERE, 'max recursion depth exceeded');
    return source.failed ? undefined : tree;
  } catch (error) {
    if (error instanceof Stop) return undefined;
    throw error;
  }
}

class Parser extends TokenReader {
  private readonly build = new TreeBuilder();
  private readonly macros: MacroOptions;
  private nesting = 0;

  constructor(source: Source, macros: MacroOptions) {
    super(source);
    this.macros = macros;
  }

  whole(): Expr {
    const tree = this.expression(EXPRESSION);
    const rest = this.peek();
    if (rest.type === 'EOF') return tree;
    const kind = this.peek(1).type === 'EOF' ? 'extraneous' : 'mismatched';
    return this.fail(rest, `${kind} input '${visible(rest.text)}' expecting <EOF>`);
  }

  /** Reports what the text as such forbids; reading goes on. */
  private refuse(offset: number, message: string): Expr {
    this.source.report(offset, message);
    return this.build.literal(offset, 'null', null);
  }

  private expression(expected: readonly string[]): Expr {
    this.nesting += 1;
    if (this.nesting > MAX_DEPTH) {
      this.source.report(NOWHERE, `expression recursion limit exceeded: ${MAX_DEPTH}`);
      throw new Stop();
    }
    this.dropStray(expected);
    const condition = this.logical('||', '_||_', () => this.logical('&&', '_&&_', () => this.relation()));
    const mark = this.accept('?');
    const tree = mark ? this.conditional(condition, mark) : condition;
    this.nesting -= 1;
    return tree;
  }

  private conditional(condition: Expr, mark: Token): Expr {
    this.dropStray(EXPRESSION);
    const yes = this.logical('||', '_||_', () => this.logical('&&', '_&&_', () => this.relation()));
    this.expect(':');
    const no = this.expression(EXPRESSION);
    return this.build.call(mark.start, '_?_:_', [condition, yes, no], undefined, true);
  }

  /** Long chains become balanced trees, so that they do not nest. */
  private logical(symbol: string, name: string, term: () => Expr): Expr {
    const first = term();
    if (!this.is(symbol)) return first;
    const terms = [first];
    const operators: Token[] = [];
    for (let operator = this.accept(symbol); operator; operator = this.accept(symbol)) {
      operators.push(operator);
      this.dropStray(EXPRESSION);
      terms.push(term());
    }
    return this.balanced(name, terms, operators, 0, operators.length - 1);
  }

  private balanced(name: string, terms: readonly Expr[], operators: readonly Token[], from: number, to: number): Expr {
    const middle = Math.trunc((from + to + 1) / 2);
    const left = middle === from ? terms[middle] : this.balanced(name, terms, operators, from, middle - 1);
    const right = middle === to ? terms[middle + 1] : this.balanced(name, terms, operators, middle + 1, to);
    const operator = operators[middle];
    if (!left || !right || !operator) throw new Error('a chain has one operator less than terms');
    return this.build.call(operator.start, name, [left, right]);
  }

  private relation(): Expr {
    return this.chain(RELATIONS, () => this.chain(SUMS, () => this.chain(PRODUCTS, () => this.unary())));
  }

  private chain(symbols: ReadonlySet<string>, term: () => Expr): Expr {
    let tree = term();
    for (let token = this.peek(); token.type === 'SYMBOL' && symbols.has(token.text); token = this.peek()) {
      this.next();
      this.dropStray(EXPRESSION);
      const name = token.text === 'in' ? '@in' : `_${token.text}_`;
      tree = this.build.call(token.start, name, [tree, term()], undefined, true);
    }
    return tree;
  }

  private unary(): Expr {
    if (this.is('!')) return this.negation('!', '!_');
    if (this.is('-') && !(isNumber(this.peek(1)) && !this.is('-', 1))) return this.negation('-', '-_');
    return this.member();
  }

  private negation(symbol: string, name: string): Expr {
    const first = this.next();
    let count = 1;
    while (this.accept(symbol)) count += 1;
    const token = this.peek();
    if (symbol === '-' && (!begins(token) || this.is('!'))) {
      const end = token.type === 'EOF' ? '' : visible(token.text);
      this.source.report(token.start, `Syntax error: no viable alternative at input '-${end}'`);
      if (token.type === 'EOF') this.missing(token);
      throw new Stop();
    }
    if (!begins(token)) {
      const list = `{${EXPRESSION.join(', ')}}`;
      this.fail(token, `extraneous input '${visible(token.text)}' expecting ${list}`);
    }
    const operand = this.member();
    return count % 2 === 0 ? operand : this.build.call(first.start, name, [operand]);
  }

  private member(): Expr {
    let tree = this.primary();
    while (true) {
      const dot = this.accept('.');
      if (dot) tree = this.field(tree, dot);
      else if (this.is('[')) tree = this.index(tree, this.next());
      else return tree;
    }
  }

  private field(operand: Expr, dot: Token): Expr {
    const optional = this.accept('?');
    const token = this.peek();
    if (token.type !== 'IDENTIFIER' && token.type !== 'ESC_IDENTIFIER') this.noName(dot, token);
    this.next();
    const name = token.type === 'ESC_IDENTIFIER' ? token.text.slice(1, -1) : token.text;
    if (optional) {
      const field = this.build.literal(token.start, 'string', name);
      return this.build.call(dot.start, '_?._', [operand, field], undefined, true);
    }
    if (token.type === 'IDENTIFIER' && this.is('(')) {
      const open = this.next();
      return this.called(open.start, name, this.args(), operand);
    }
    return this.build.select(dot.start, operand, name);
  }

  private index(operand: Expr, open: Token): Expr {
    const optional = this.accept('?');
    const key = this.expression(optional ? EXPRESSION : OPTIONAL_EXPRESSION);
    this.expect(']');
    return this.build.call(open.start, optional ? '_[?_]' : '_[_]', [operand, key], undefined, true);
  }

  private called(offset: number, name: string, args: readonly Expr[], target?: Expr): Expr {
    try {
      const expanded = expandMacro(this.build, offset, name, target, args, this.macros);
      return expanded ?? this.build.call(offset, name, args, target, target !== undefined);
    } catch (error) {
      if (error instanceof MacroFault) return this.refuse(error.offset, error.message);
      throw error;
    }
  }

  private args(): Expr[] {
    const args: Expr[] = [];
    if (this.accept(')')) return args;
    this.dropStray(ARGUMENTS);
    if (this.accept(')')) return args;
    do args.push(this.expression(EXPRESSION));
    while (this.accept(','));
    this.expect(')', this.peek().type === 'EOF' ? "')'" : "{')', ','}");
    return args;
  }

  private primary(): Expr {
    const token = this.peek();
    switch (token.type) {
      case 'IDENTIFIER':
        return this.identifier(undefined);
      case 'STRING':
      case 'BYTES':
        return this.text(this.next());
      case 'NUM_INT':
      case 'NUM_UINT':
      case 'NUM_FLOAT':
        return this.number(undefined);
      default:
        return this.symbol(token);
    }
  }

  private symbol(token: Token): Expr {
    this.next();
    switch (token.text) {
      case '-':
        return this.number(token);
      case '(': {
        const tree = this.expression(EXPRESSION);
        this.expect(')');
        return tree;
      }
      case '[':
        return this.list(token);
      case '{':
        return this.map(token);
      case '.':
        if (this.peek().type !== 'IDENTIFIER') this.noName(token, this.peek());
        return this.identifier(token);
      case 'true':
      case 'false':
        return this.build.literal(token.start, 'bool', token.text === 'true');
      case 'null':
        return this.build.literal(token.start, 'null', null);
      default:
        this.position -= 1;
        return this.fail(token, `mismatched input '${visible(token.text)}' expecting {${EXPRESSION.join(', ')}}`);
    }
  }

  /** A name, a call, or the literal of an object. */
  private identifier(dot: Token | undefined): Expr {
    const token = this.next();
    const name = (dot ? '.' : '') + token.text;
    const object = this.objectName(name);
    if (object) return object;
    const call = this.is('(');
    if (RESERVED.has(token.text)) {
      if (call) this.skipArguments();
      return this.refuse((dot ?? token).start, `reserved identifier: ${token.text}`);
    }
    if (!call) return this.build.ident(token.start, name);
    const open = this.next();
    return this.called(open.start, name, this.args());
  }

  private skipArguments(): void {
    this.next();
    this.args();
  }

  private objectName(first: string): Expr | undefined {
    let ahead = 0;
    let name = first;
    while (this.is('.', ahead) && this.peek(ahead + 1).type === 'IDENTIFIER') {
      name += `.${this.peek(ahead + 1).text}`;
      ahead += 2;
    }
    if (!this.is('{', ahead)) return undefined;
    this.position += ahead;
    const open = this.next();
    return this.build.struct(open.start, name, this.fields());
  }

  private list(open: Token): Expr {
    const elements: Expr[] = [];
    const optional = new Set<number>();
    this.items(']', ELEMENTS, () => {
      if (this.accept('?')) optional.add(elements.length);
      elements.push(this.expression(EXPRESSION));
    });
    return this.build.list(open.start, elements, optional);
  }

  private map(open: Token): Expr {
    const entries: MapEntry[] = [];
    this.items('}', ENTRIES, () => {
      const optional = this.accept('?') !== undefined;
      const key = this.expression(EXPRESSION);
      const colon = this.expect(':');
      entries.push({ offset: colon.start, key, value: this.expression(EXPRESSION), optional });
    });
    return this.build.map(open.start, entries);
  }

  private fields(): StructField[] {
    const fields: StructField[] = [];
    this.items('}', FIELDS, () => {
      const optional = this.accept('?') !== undefined;
      const token = this.next();
      const name = token.type === 'ESC_IDENTIFIER' ? token.text.slice(1, -1) : token.text;
      if (!token.type.endsWith('IDENTIFIER')) {
        this.fail(token, `mismatched input '${visible(token.text)}' expecting {${FIELDS.join(', ')}}`);
      }
      const colon = this.expect(':');
      fields.push({ offset: colon.start, name, value: this.expression(EXPRESSION), optional });
    });
    return fields;
  }

  /** What stands between brackets, with a comma after each item but, if one likes, the last. */
  private items(close: string, expected: readonly string[], item: () => void): void {
    if (this.accept(',')) {
      this.expect(close);
      return;
    }
    let first = true;
    while (!this.accept(close)) {
      if (first && expected !== FIELDS) this.firstItem(expected);
      item();
      first = false;
      if (!this.accept(',')) {
        this.expect(close, `{'${close}', ','}`);
        return;
      }
    }
  }

  private firstItem(expected: readonly string[]): void {
    if (!this.is('?')) this.dropStray(expected);
  }

  private text(token: Token): Expr {
    try {
      if (token.type === 'BYTES') return this.build.literal(token.start, 'bytes', unquoteBytes(token.text.slice(1)));
      return this.build.literal(token.start, 'string', unquoteString(token.text));
    } catch (error) {
      return this.refuse(token.start, error instanceof Error ? error.message : String(error));
    }
  }

  private number(sign: Token | undefined): Expr {
    const token = this.next();
    const offset = (sign ?? token).start;
    const { type, value } = readNumber(token, sign !== undefined);
    return value === undefined
      ? this.refuse(offset, `invalid ${type} literal`)
      : this.build.literal(offset, type, value);
  }
}
