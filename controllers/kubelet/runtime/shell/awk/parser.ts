/** The rules, functions and statements of a program in awk. */
import type { AwkFunction, AwkProgram, Expression, Redirection, Rule, Statement } from './ast.ts';
import { type Around, ExpressionParser } from './expressions.ts';
import { tokensOf, unexpected } from './lexer.ts';

const DEPTH_MAX = 200;
const EMPTY: Statement = { kind: 'block', list: [] };

class Parser extends ExpressionParser {
  #statements = 0;

  program(): AwkProgram {
    const begin: Statement[] = [];
    const end: Statement[] = [];
    const rules: Rule[] = [];
    const functions = new Map<string, AwkFunction>();
    for (;;) {
      while (this.accept('\n') || this.accept(';'));
      if (this.token.kind === 'end') return { begin, end, rules, functions };
      if (this.accept('function')) this.#function(functions);
      else if (this.accept('BEGIN')) begin.push(this.#block());
      else if (this.accept('END')) end.push(this.#block());
      else rules.push(this.#rule());
    }
  }

  #function(functions: Map<string, AwkFunction>): void {
    const { kind, text, line } = this.next();
    if (kind !== 'function' && kind !== 'name') throw unexpected(line);
    this.expect('(');
    const parameters: string[] = [];
    while (!this.accept(')')) {
      if (parameters.length > 0) this.expect(',');
      this.skipLines();
      parameters.push(this.name());
      this.skipLines();
    }
    this.skipLines();
    functions.set(text, { parameters, body: this.#block() });
  }

  #rule(): Rule {
    if (this.is('{')) return { pattern: [], action: this.#block() };
    const pattern = [this.expression()];
    if (this.accept(',')) {
      this.skipLines();
      pattern.push(this.expression());
    }
    return this.is('{') ? { pattern, action: this.#block() } : { pattern };
  }

  #block(): Statement {
    this.skipLines();
    this.expect('{');
    const list: Statement[] = [];
    for (;;) {
      while (this.accept('\n') || this.accept(';'));
      if (this.accept('}')) return { kind: 'block', list };
      list.push(this.#statement());
    }
  }

  /** One after a condition: on the next line, or nothing. */
  #body(): Statement {
    this.skipLines();
    return this.accept(';') ? EMPTY : this.#statement();
  }

  #statement(): Statement {
    if (++this.#statements > DEPTH_MAX) throw unexpected(this.token.line, 'too deeply nested');
    const { line } = this.token;
    const statement = this.#one();
    this.#statements--;
    return { ...statement, line };
  }

  #one(): Statement {
    if (this.is('{')) return this.#block();
    if (this.accept('if')) return this.#if();
    if (this.accept('while')) {
      this.expect('(');
      const condition = this.#condition();
      return { kind: 'loop', condition, body: this.#body() };
    }
    if (this.accept('do')) return this.#do();
    if (this.accept('for')) return this.#for();
    const simple = this.#simple();
    if (!this.is('}') && !this.is('\n') && !this.is(';') && this.token.kind !== 'end')
      throw unexpected(this.token.line);
    return simple;
  }

  #condition(): Expression {
    const condition = this.expression();
    this.expect(')');
    return condition;
  }

  #if(): Statement {
    this.expect('(');
    const condition = this.#condition();
    const yes = this.#body();
    // Whatever ends the first statement may stand before else.
    let ends = 0;
    while (this.is('\n', 'sign', ends) || this.is(';', 'sign', ends)) ends++;
    if (!this.is('else', 'word', ends)) return { kind: 'if', condition, yes };
    for (; ends >= 0; ends--) this.next();
    return { kind: 'if', condition, yes, no: this.#body() };
  }

  #do(): Statement {
    const body = this.#body();
    while (this.accept('\n') || this.accept(';'));
    this.expect('while');
    this.expect('(');
    return { kind: 'loop', condition: this.#condition(), body, isCheckedLater: true };
  }

  #for(): Statement {
    this.expect('(');
    const isIn = this.token.kind === 'name' && this.is('in', 'word', 1) && this.is(')', 'sign', 3);
    if (isIn) {
      const variable = this.name();
      this.expect('in');
      const array = this.name();
      this.expect(')');
      return { kind: 'forIn', variable, array, body: this.#body() };
    }
    const first = this.is(';') ? undefined : this.#simple();
    this.expect(';');
    this.skipLines();
    const condition = this.is(';') ? undefined : this.expression();
    this.expect(';');
    this.skipLines();
    const after = this.is(')') ? undefined : this.#simple();
    this.expect(')');
    return { kind: 'loop', condition, body: this.#body(), ...(first && { first }), ...(after && { after }) };
  }

  #simple(): Statement {
    const { text } = this.token;
    if (this.accept('print') || this.accept('printf')) return this.#print(text === 'printf' ? 'printf' : 'print');
    if (this.accept('next') || this.accept('nextfile') || this.accept('break') || this.accept('continue'))
      return { kind: 'jump', to: text as 'next' };
    if (this.accept('exit') || this.accept('return')) {
      const isBare = this.is('}') || this.is('\n') || this.is(';') || this.token.kind === 'end';
      return { kind: text as 'exit', ...(!isBare && { value: this.expression() }) };
    }
    if (this.accept('delete')) {
      const array = this.name();
      return { kind: 'delete', array, ...(this.accept('[') && { subscripts: this.list(']') }) };
    }
    return { kind: 'expression', value: this.expression() };
  }

  #print(kind: 'print' | 'printf'): Statement {
    const around: Around = { noGreater: true };
    let args: Expression[] = [];
    const isOver = (): boolean =>
      this.token.kind === 'end' || ['}', '\n', ';', '>', '>>', '|'].some((sign) => this.is(sign));
    while (!isOver()) {
      if (args.length > 0) {
        this.expect(',');
        this.skipLines();
      }
      args.push(this.expression(around));
    }
    // Parentheses around all of them are no part of any.
    const [only] = args;
    if (args.length === 1 && only?.kind === 'group') args = [...only.list];
    const to = this.#redirection();
    return { kind, args, ...(to && { to }) };
  }

  #redirection(): Redirection | undefined {
    const { text } = this.token;
    if (!this.accept('>') && !this.accept('>>') && !this.accept('|')) return undefined;
    return { operator: text as '>', target: this.expression({ noGreater: true }) };
  }
}

/** @throws BadUsage in busybox's words */
export function parseAwk(source: string): AwkProgram {
  return new Parser(tokensOf(source)).program();
}
