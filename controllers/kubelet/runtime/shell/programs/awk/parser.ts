import { ExpressionParser } from './expressions.ts';
import type { Expression, FunctionDefinition, Rule, Script, Statement } from './syntax.ts';

/** The whole of an awk program: rules, functions and statements. */
class ScriptParser extends ExpressionParser {
  readonly #begin: (readonly Statement[])[] = [];
  readonly #rules: Rule[] = [];
  readonly #end: (readonly Statement[])[] = [];
  readonly #functions = new Map<string, FunctionDefinition>();

  script(): Script {
    for (;;) {
      while (this.token.kind === 'newline' || this.is(';')) this.advance();
      if (this.token.kind === 'end') break;
      this.#item();
    }
    for (const name of this.called) if (!this.#functions.has(name)) this.refuse('Call to undefined function');
    return { begin: this.#begin, rules: this.#rules, end: this.#end, functions: this.#functions };
  }

  #item(): void {
    if (this.take('BEGIN')) this.#begin.push(this.#block());
    else if (this.take('END')) this.#end.push(this.#block());
    else if (this.take('function') || this.take('func')) this.#define();
    else {
      let pattern: Expression | undefined;
      let until: Expression | undefined;
      if (!this.is('{')) {
        pattern = this.expression();
        if (this.take(',')) {
          this.skipLines();
          until = this.expression();
        }
      }
      this.#rules.push({ pattern, until, action: this.is('{') ? this.#block() : undefined });
    }
  }

  #define(): void {
    const { kind, text } = this.token;
    if (kind !== 'name' && kind !== 'function') this.refuse();
    this.advance();
    if (this.#functions.has(text)) this.refuse('Duplicate function');
    this.expect('(');
    const parameters: string[] = [];
    this.skipLines();
    while (!this.take(')')) {
      if (parameters.length > 0) this.expect(',');
      this.skipLines();
      parameters.push(this.name());
      this.skipLines();
    }
    this.skipLines();
    this.#functions.set(text, { parameters, body: this.#block() });
  }

  #block(): readonly Statement[] {
    this.expect('{');
    const body: Statement[] = [];
    for (;;) {
      while (this.token.kind === 'newline' || this.is(';')) this.advance();
      if (this.take('}')) return body;
      body.push(this.deeper(() => this.#statement()));
    }
  }

  /** The body of a loop or of a condition, which may be empty. */
  #body(): Statement {
    this.skipLines();
    if (this.take(';')) return { kind: 'block', body: [] };
    return this.deeper(() => this.#statement());
  }

  #ended<T extends Statement>(statement: T): T {
    if (this.token.kind === 'newline' || this.is(';')) this.advance();
    else if (!this.is('}') && this.token.kind !== 'end') this.refuse();
    return statement;
  }

  #isAtEnd(): boolean {
    return this.token.kind === 'newline' || this.token.kind === 'end' || this.is(';') || this.is('}');
  }

  #statement(): Statement {
    if (this.is('{')) return { kind: 'block', body: this.#block() };
    if (this.take('if')) return this.#condition();
    if (this.take('while')) {
      const test = this.#test();
      return { kind: 'while', test, body: this.#body(), isDo: false };
    }
    if (this.take('do')) return this.#doLoop();
    if (this.take('for')) return this.#loop();
    for (const kind of ['break', 'continue', 'next', 'nextfile'] as const)
      if (this.take(kind)) return this.#ended({ kind });
    for (const kind of ['exit', 'return'] as const)
      if (this.take(kind)) return this.#ended({ kind, value: this.#isAtEnd() ? undefined : this.expression() });
    return this.#ended(this.#simple());
  }

  #simple(): Statement {
    if (this.take('delete')) {
      const array = this.name();
      if (!this.take('[')) return { kind: 'delete', array, keys: undefined };
      const keys = this.list();
      this.expect(']');
      return { kind: 'delete', array, keys };
    }
    for (const kind of ['print', 'printf'] as const) if (this.take(kind)) return this.#output(kind);
    return { kind: 'expression', value: this.expression() };
  }

  #output(kind: 'print' | 'printf'): Statement {
    const isRedirected = (): boolean => this.is('>') || this.is('>>') || this.is('|');
    let values: readonly Expression[] = [];
    if (!this.#isAtEnd() && !isRedirected()) {
      values = this.list({ noGreater: true });
      const [first] = values;
      // `print (a, b)` means the same as `print a, b`.
      if (values.length === 1 && first?.kind === 'list') values = first.items;
    }
    if (!isRedirected()) return { kind, values, to: undefined };
    const operator = this.advance().text as '>' | '>>' | '|';
    return { kind, values, to: { operator, target: this.expression({ noGreater: true }) } };
  }

  #test(): Expression {
    this.expect('(');
    this.skipLines();
    const test = this.expression();
    this.skipLines();
    this.expect(')');
    return test;
  }

  #condition(): Statement {
    const test = this.#test();
    const yes = this.#body();
    // An `else` may come after the end of the line, or after a semicolon.
    // Empty statements in between mean nothing.
    while (this.token.kind === 'newline' || this.is(';')) this.advance();
    if (!this.take('else')) return { kind: 'if', test, yes, no: undefined };
    return { kind: 'if', test, yes, no: this.#body() };
  }

  #doLoop(): Statement {
    const body = this.#body();
    while (this.token.kind === 'newline' || this.is(';')) this.advance();
    this.expect('while');
    return this.#ended({ kind: 'while', test: this.#test(), body, isDo: true });
  }

  #loop(): Statement {
    this.expect('(');
    if (this.take(';')) return this.#counting(undefined);
    // Which kind of loop it is, is known after `(name in`.
    const first = this.#loopStart();
    if (first.kind === 'each') return first;
    this.expect(';');
    return this.#counting(first);
  }

  #loopStart(): Statement {
    if (this.token.kind !== 'name') return this.#simple();
    const value = this.expression({ noIn: true });
    if (value.kind !== 'variable' || !this.take('in')) return { kind: 'expression', value };
    const array = this.name();
    this.expect(')');
    return { kind: 'each', name: value.name, array, body: this.#body() };
  }

  #counting(first: Statement | undefined): Statement {
    this.skipLines();
    const test = this.is(';') ? undefined : this.expression();
    this.expect(';');
    this.skipLines();
    const next = this.is(')') ? undefined : this.#simple();
    this.expect(')');
    return { kind: 'for', first, test, next, body: this.#body() };
  }
}

/** @throws BadUsage in busybox's words */
export function parseScript(source: string, depthMax: number): Script {
  return new ScriptParser(source, depthMax).script();
}
