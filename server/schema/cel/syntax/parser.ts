import { type Token, tokenize, visible } from './lexer.ts';
import { unquoteBytes, unquoteString } from './literals.ts';
import { expandMacro, MacroFault } from './macros.ts';
import { NOWHERE, type Source } from './source.ts';
import { type Expr, type MapEntry, type StructField, TreeBuilder } from './tree.ts';

const MAX_CODE_POINTS = 100_000;
const MAX_DEPTH = 250;
const START = ["'['", "'{'", "'('", "'.'", "'-'", "'!'"];
const CONSTANTS = ["'true'", "'false'", "'null'"];
const LITERALS = ['NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER'];
/** What may begin an expression, as ANTLR lists it. */
const EXPRESSION = [...START, ...CONSTANTS, ...LITERALS];
const OPTIONAL_EXPRESSION = [...START, "'?'", ...CONSTANTS, ...LITERALS];
const ARGUMENTS = ["'['", "'{'", "'('", "')'", "'.'", "'-'", "'!'", ...CONSTANTS, ...LITERALS];
const ELEMENTS = ["'['", "']'", "'{'", "'('", "'.'", "','", "'-'", "'!'", "'?'", ...CONSTANTS, ...LITERALS];
const ENTRIES = ["'['", "'{'", "'}'", "'('", "'.'", "','", "'-'", "'!'", "'?'", ...CONSTANTS, ...LITERALS];
const FIELDS = ["'}'", "','", "'?'", 'IDENTIFIER', 'ESC_IDENTIFIER'];

const RESERVED: ReadonlySet<string> = new Set(
  (
    'as break const continue else false for function if import in let loop package namespace null return true var ' +
    'void while'
  ).split(' '),
);
const RELATIONS: ReadonlySet<string> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in']);
const SUMS: ReadonlySet<string> = new Set(['+', '-']);
const PRODUCTS: ReadonlySet<string> = new Set(['*', '/', '%']);
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

/** Nothing more can be read: the problem is reported already. */
class Stop extends Error {}

/** The syntax tree of an expression, or undefined when the source now has problems. */
export function parse(source: Source): Expr | undefined {
  if (source.text.length > MAX_CODE_POINTS) {
    const size = [...source.text].length;
    if (size > MAX_CODE_POINTS) {
      const limit = `size: ${size}, limit ${MAX_CODE_POINTS}`;
      source.report(NOWHERE, `expression code point size exceeds limit: ${limit}`);
      return undefined;
    }
  }
  try {
    const tree = new Parser(source).whole();
    if (tree.depth > MAX_DEPTH) source.report(NOWHERE, 'max recursion depth exceeded');
    return source.failed ? undefined : tree;
  } catch (error) {
    if (error instanceof Stop) return undefined;
    throw error;
  }
}

class Parser {
  private readonly source: Source;
  private readonly tokens: readonly Token[];
  private readonly build = new TreeBuilder();
  private position = 0;
  private nesting = 0;

  constructor(source: Source) {
    this.source = source;
    this.tokens = tokenize(source);
  }

  whole(): Expr {
    const tree = this.expression(EXPRESSION);
    const rest = this.peek();
    if (rest.type === 'EOF') return tree;
    const kind = this.peek(1).type === 'EOF' ? 'extraneous' : 'mismatched';
    return this.fail(rest, `${kind} input '${visible(rest.text)}' expecting <EOF>`);
  }

  private peek(ahead = 0): Token {
    const token = this.tokens[this.position + ahead] ?? this.tokens.at(-1);
    if (token === undefined) throw new Error('an expression has at least its end as a token');
    return token;
  }

  private next(): Token {
    const token = this.peek();
    this.position += 1;
    return token;
  }

  private is(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.type === 'SYMBOL' && token.text === symbol;
  }

  private accept(symbol: string): Token | undefined {
    return this.is(symbol) ? this.next() : undefined;
  }

  /** Takes a symbol or says what ANTLR says when it is not there. */
  private expect(symbol: string, expected = `'${symbol}'`): Token {
    const found = this.accept(symbol);
    if (found) return found;
    const token = this.peek();
    const inserted = token.type === 'EOF' && (symbol === ')' || symbol === ']') && expected === `'${symbol}'`;
    if (inserted) return this.fail(token, `missing '${symbol}' at '<EOF>'`);
    return this.fail(token, `mismatched input '${visible(token.text)}' expecting ${expected}`);
  }

  private fail(token: Token, message: string): never {
    this.source.report(token.start, `Syntax error: ${message}`);
    throw new Stop();
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

  /** ANTLR leaves one token out when an expression begins after it. */
  private dropStray(expected: readonly string[]): void {
    const token = this.peek();
    if (begins(token) || (expected === ARGUMENTS && this.is(')'))) return;
    const list = `{${expected.join(', ')}}`;
    if ((begins(this.peek(1)) || (expected === ARGUMENTS && this.is(')', 1))) && token.type !== 'EOF') {
      this.source.report(token.start, `Syntax error: extraneous input '${visible(token.text)}' expecting ${list}`);
      this.position += 1;
      return;
    }
    this.missing(token, expected);
    if (token.text === 'in' && this.peek(1).type === 'EOF') this.missing(this.peek(1));
    throw new Stop();
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

  private noName(dot: Token, token: Token): never {
    if (/^(true|false|null)$/.test(token.text)) {
      this.fail(token, `mismatched input '${token.text}' expecting IDENTIFIER`);
    }
    const text = token.type === 'EOF' ? '' : visible(token.text);
    this.source.report(token.start, `Syntax error: no viable alternative at input '${dot.text}${text}'`);
    if (token.text === 'in' && this.peek(1).type === 'EOF') this.missing(this.peek(1));
    throw new Stop();
  }

  private missing(token: Token, expected: readonly string[] = EXPRESSION): void {
    const list = `{${expected.join(', ')}}`;
    this.source.report(token.start, `Syntax error: mismatched input '${visible(token.text)}' expecting ${list}`);
  }

  private index(operand: Expr, open: Token): Expr {
    const optional = this.accept('?');
    const key = this.expression(optional ? EXPRESSION : OPTIONAL_EXPRESSION);
    this.expect(']');
    return this.build.call(open.start, optional ? '_[?_]' : '_[_]', [operand, key], undefined, true);
  }

  private called(offset: number, name: string, args: readonly Expr[], target?: Expr): Expr {
    try {
      const expanded = expandMacro(this.build, offset, name, target, args);
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
    if (token.type === 'NUM_FLOAT') {
      const value = Number(token.text) * (sign ? -1 : 1);
      if (!Number.isFinite(value)) return this.refuse(offset, 'invalid double literal');
      return this.build.literal(offset, 'double', value);
    }
    if (token.type === 'NUM_UINT') {
      const value = BigInt(token.text.slice(0, -1));
      if (sign || value > MAX_UINT64) return this.refuse(offset, 'invalid uint literal');
      return this.build.literal(offset, 'uint', value);
    }
    const value = BigInt(token.text) * (sign ? -1n : 1n);
    if (value > MAX_INT64 || value < MIN_INT64) return this.refuse(offset, 'invalid int literal');
    return this.build.literal(offset, 'int', value);
  }
}

function isNumber(token: Token): boolean {
  return token.type === 'NUM_INT' || token.type === 'NUM_FLOAT';
}

function begins(token: Token): boolean {
  if (token.type === 'EOF' || token.type === 'ESC_IDENTIFIER') return false;
  return token.type !== 'SYMBOL' || /^(?:[[{(.\-!]|true|false|null)$/.test(token.text);
}
