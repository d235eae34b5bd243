import { SystemError } from '../../../machine/errno.ts';
import type { Process } from '../../../machine/process.ts';
import { BadUsage } from '../options.ts';
import { Interpreter, type MainInput } from './interpreter.ts';
import { sprintf } from './sprintf.ts';
import type { Expression, Rule, Script, Statement } from './syntax.ts';
import { Input, toNumber, toText, type Value } from './values.ts';
import type { Cell } from './variables.ts';

/** How a statement ended, if it did not simply end. */
type End = 'break' | 'continue' | 'return' | undefined;

/** Thrown where a program goes on with the next record, or ends. */
class Leave extends Error {
  readonly where: 'next' | 'nextfile' | 'exit';

  constructor(where: Leave['where']) {
    super(where);
    this.where = where;
  }
}

/** Runs the statements of a program. */
export class Execution {
  readonly awk: Interpreter;
  readonly #process: Process;
  readonly #script: Script;
  readonly #input: MainInput;
  readonly #inRange = new Set<Rule>();
  #exitCode = 0;
  #returned: Value;
  #depth = 0;

  constructor(process: Process, script: Script, input: MainInput) {
    this.#process = process;
    this.#script = script;
    this.#input = input;
    this.awk = new Interpreter(process, script, input, (name, args) => this.#call(name, args));
  }

  /** @returns the code that the program ends with */
  async run(): Promise<number> {
    const { begin, rules, end } = this.#script;
    try {
      const hasLeft = await this.#leaves(async () => {
        for (const block of begin) await this.#block(block);
        if (rules.length > 0 || end.length > 0) await this.#eachRecord();
      });
      // What is left in `exit` is left in END, too, but END runs.
      if (!hasLeft || end.length > 0)
        await this.#leaves(async () => {
          for (const block of end) await this.#block(block);
        });
    } finally {
      await this.awk.streams.closeAll();
    }
    return this.#exitCode;
  }

  async #leaves(run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return false;
    } catch (error) {
      if (error instanceof Leave && error.where === 'exit') return true;
      throw error;
    }
  }

  async #eachRecord(): Promise<void> {
    for (;;) {
      const record = await this.awk.nextRecord();
      if (record === undefined) return;
      this.awk.fields.record = new Input(record);
      try {
        for (const rule of this.#script.rules) if (await this.#applies(rule)) await this.#act(rule);
      } catch (error) {
        if (!(error instanceof Leave) || error.where === 'exit') throw error;
        if (error.where === 'nextfile') this.#input.done();
      }
    }
  }

  async #applies(rule: Rule): Promise<boolean> {
    const { pattern, until } = rule;
    if (!pattern) return true;
    if (!until) return this.awk.isTrue(pattern);
    if (!this.#inRange.has(rule) && !(await this.awk.isTrue(pattern))) return false;
    if (await this.awk.isTrue(until)) this.#inRange.delete(rule);
    else this.#inRange.add(rule);
    return true;
  }

  async #act({ action }: Rule): Promise<void> {
    if (action) await this.#block(action);
    else await this.awk.streams.print(this.awk.text(this.awk.fields.record) + this.awk.variables.text('ORS'));
  }

  async #block(body: readonly Statement[]): Promise<End> {
    for (const statement of body) {
      const end = await this.#run(statement);
      if (end) return end;
    }
    return undefined;
  }

  async #run(statement: Statement): Promise<End> {
    const pause = this.#process.step();
    if (pause) await pause;
    const { awk } = this;
    switch (statement.kind) {
      case 'expression':
        await awk.value(statement.value);
        return undefined;
      case 'print':
      case 'printf':
        await this.#print(statement);
        return undefined;
      case 'block':
        return this.#block(statement.body);
      case 'if':
        if (await awk.isTrue(statement.test)) return this.#run(statement.yes);
        return statement.no ? this.#run(statement.no) : undefined;
      case 'while':
        return this.#loop(statement.isDo ? undefined : statement.test, statement.test, statement.body);
      case 'for': {
        const { first, test, next, body } = statement;
        if (first) await this.#run(first);
        return this.#loop(test, test, body, next);
      }
      case 'each':
        return this.#each(statement);
      case 'break':
      case 'continue':
        return statement.kind;
      case 'next':
      case 'nextfile':
        throw new Leave(statement.kind);
      case 'exit':
        if (statement.value) this.#exitCode = toNumber(await awk.value(statement.value)) & 255;
        throw new Leave('exit');
      case 'return':
        this.#returned = statement.value ? await awk.value(statement.value) : undefined;
        return 'return';
      case 'delete': {
        const array = awk.array(statement.array);
        if (statement.keys) awk.variables.remove(array, await awk.keyOf(statement.keys));
        else awk.variables.clear(array);
        return undefined;
      }
      default:
        return undefined;
    }
  }

  /** @param before tested before the first turn; one that is not given holds */
  async #loop(
    before: Expression | undefined,
    test: Expression | undefined,
    body: Statement,
    next?: Statement,
  ): Promise<End> {
    for (let isGoing = !before || (await this.awk.isTrue(before)); isGoing; ) {
      const end = await this.#run(body);
      if (end === 'return') return end;
      if (end === 'break') return undefined;
      if (next) await this.#run(next);
      isGoing = !test || (await this.awk.isTrue(test));
    }
    return undefined;
  }

  async #each({ name, array, body }: Extract<Statement, { kind: 'each' }>): Promise<End> {
    // What the loop adds it does not come to.
    for (const key of Array.from(this.awk.array(array).keys())) {
      this.awk.variables.put(name, new Input(key));
      const end = await this.#run(body);
      if (end === 'return') return end;
      if (end === 'break') return undefined;
    }
    return undefined;
  }

  async #print({ kind, values, to }: Extract<Statement, { kind: 'print' | 'printf' }>): Promise<void> {
    const { awk } = this;
    const computed: Value[] = [];
    for (const value of values) computed.push(await awk.value(value));
    let text: string;
    if (kind === 'printf') text = sprintf(awk.text(computed[0]), computed.slice(1));
    else {
      const shown = (value: Value): string => toText(value, awk.variables.text('OFMT'));
      const all = values.length === 0 ? [awk.fields.record] : computed;
      text = all.map(shown).join(awk.variables.text('OFS')) + awk.variables.text('ORS');
    }
    if (!to) await awk.streams.print(text);
    else await awk.streams.write(to.operator, awk.text(await awk.value(to.target)), text);
  }

  async #call(name: string, args: readonly Expression[]): Promise<Value> {
    const { parameters, body } = this.#script.functions.get(name) ?? { parameters: [], body: [] };
    if (args.length > parameters.length) throw new BadUsage('Too many arguments');
    const locals = new Map<string, Cell>();
    for (const [index, parameter] of parameters.entries()) locals.set(parameter, await this.#cellOf(args[index]));
    if (++this.#depth > this.#process.machine.limits.callDepth) throw new SystemError('ENOMEM');
    // Whoever calls itself does not use up the stack of whoever runs this.
    await Promise.resolve();
    await this.awk.variables.within(locals, () => this.#block(body));
    this.#depth--;
    const returned = this.#returned;
    this.#returned = undefined;
    return returned;
  }

  /** What a function is handed: arrays themselves, and copies of everything else. */
  async #cellOf(argument: Expression | undefined): Promise<Cell> {
    if (!argument) return { value: undefined };
    if (argument.kind !== 'variable' || argument.name === 'NF') return { value: await this.awk.value(argument) };
    const origin = this.awk.variables.cell(argument.name);
    return { value: origin.value, origin, ...(origin.array && { array: origin.array }) };
  }
}
