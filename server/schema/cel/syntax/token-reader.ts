import { ARGUMENTS, begins, EXPRESSION } from './expected.ts';
import { type Token, tokenize, visible } from './lexer.ts';
import type { Source } from './source.ts';

/** Nothing more can be read: the problem is reported already. */
export class Stop extends Error {}

/** Reads the tokens of an expression one by one, and says what ANTLR says when they are not the wanted ones. */
export class TokenReader {
  protected readonly source: Source;
  private readonly tokens: readonly Token[];
  protected position = 0;

  constructor(source: Source) {
    this.source = source;
    this.tokens = tokenize(source);
  }

  protected peek(ahead = 0): Token {
    const token = this.tokens[this.position + ahead] ?? this.tokens.at(-1);
    if (token === undefined) throw new Error('an expression has at least its end as a token');
    return token;
  }

  protected next(): Token {
    const token = this.peek();
    this.position += 1;
    return token;
  }

  protected is(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.type === 'SYMBOL' && token.text === symbol;
  }

  protected accept(symbol: string): Token | undefined {
    return this.is(symbol) ? this.next() : undefined;
  }

  /** Takes a symbol or says what ANTLR says when it is not there. */
  protected expect(symbol: string, expected = `'${symbol}'`): Token {
    const found = this.accept(symbol);
    if (found) return found;
    const token = this.peek();
    const inserted = token.type === 'EOF' && (symbol === ')' || symbol === ']') && expected === `'${symbol}'`;
    if (inserted) return this.fail(token, `missing '${symbol}' at '<EOF>'`);
    return this.fail(token, `mismatched input '${visible(token.text)}' expecting ${expected}`);
  }

  protected fail(token: Token, message: string): never {
    this.source.report(token.start, `Syntax error: ${message}`);
    throw new Stop();
  }

  /** ANTLR leaves one token out when an expression begins after it. */
  protected dropStray(expected: readonly string[]): void {
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

  protected noName(dot: Token, token: Token): never {
    if (/^(true|false|null)$/.test(token.text)) {
      this.fail(token, `mismatched input '${token.text}' expecting IDENTIFIER`);
    }
    const text = token.type === 'EOF' ? '' : visible(token.text);
    this.source.report(token.start, `Syntax error: no viable alternative at input '${dot.text}${text}'`);
    if (token.text === 'in' && this.peek(1).type === 'EOF') this.missing(this.peek(1));
    throw new Stop();
  }

  protected missing(token: Token, expected: readonly string[] = EXPRESSION): void {
    const list = `{${expected.join(', ')}}`;
    this.source.report(token.start, `Syntax error: mismatched input '${visible(token.text)}' expecting ${list}`);
  }
}
