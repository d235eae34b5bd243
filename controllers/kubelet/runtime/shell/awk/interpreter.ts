/** Runs a program in awk: its rules on each record, and its statements. */
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import { Output } from '../programs/input.ts';
import { BadUsage } from '../programs/options.ts';
import type { AwkProgram, Expression, Redirection, Rule, Statement } from './ast.ts';
import { Evaluator } from './evaluator.ts';
import { unescapeString, unexpected } from './lexer.ts';
import type { Cell } from './memory.ts';
import { RecordReader } from './streams.ts';
import { formatted, fromOutside, isTrue, joined, numberOf, textOf, type Value } from './values.ts';

/** How a statement ended, if the next one is not to follow. */
type Flow = 'break' | 'continue' | 'return' | undefined;

/** Leaves whatever runs, functions too. */
class Jump extends Error {
  readonly to: 'next' | 'nextfile' | 'exit';

  constructor(to: 'next' | 'nextfile' | 'exit') {
    super(to);
    this.to = to;
  }
}

const DEFAULTS: Readonly<Record<string, Value>> = {
  CONVFMT: '%.6g',
  FS: ' ',
  NR: 0,
  FNR: 0,
  OFMT: '%.6g',
  OFS: ' ',
  ORS: '\n',
  RLENGTH: 0,
  RS: '\n',
  RSTART: 0,
  SUBSEP: '\x1c',
  FILENAME: '',
};

export class Interpreter extends Evaluator {
  readonly #output: Output;
  readonly #inRange = new Set<Rule>();
  readonly #name: string;
  #reader: RecordReader | undefined;
  #nextOperand = 1;
  #hasRead = false;
  #returned: Value;
  #exitCode = 0;
  #line = 1;
  #isOver = false;

  /** @param operands files and assignments of the command line */
  constructor(process: Process, program: AwkProgram, name: string, operands: readonly string[]) {
    super(process, program);
    this.#name = name;
    this.#output = new Output(process);
    for (const [variable, value] of Object.entries(DEFAULTS)) this.memory.set(variable, value);
    const argv = this.memory.array('ARGV');
    for (const [i, word] of [name, ...operands].entries()) this.memory.setElement(argv, String(i), fromOutside(word));
    this.memory.set('ARGC', operands.length + 1);
    const environ = this.memory.array('ENVIRON');
    for (const [key, value] of process.env) this.memory.setElement(environ, key, fromOutside(value));
  }

  /** `name=value` of the command line. @returns whether it was that */
  define(text: string): boolean {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) return false;
    this.memory.set(name, fromOutside(unescapeString(value)));
    return true;
  }

  /** @returns its exit code */
  async run(): Promise<number> {
    try {
      return await this.#run();
    } catch (error) {
      if (!(error instanceof BadUsage) || error.message.startsWith('cmd. line:')) throw error;
      // What was printed before is there.
      await this.flush();
      throw unexpected(this.#line, error.message);
    }
  }

  async #run(): Promise<number> {
    const { begin, rules, end } = this.program;
    await this.#untilExit(async () => {
      for (const statement of begin) await this.#execute(statement);
      if (rules.length > 0 || end.length > 0) await this.#records();
    });
    // Whatever exits before: the end is still to come.
    await this.#untilExit(async () => {
      if (!this.#isOver) for (const statement of end) await this.#execute(statement);
    });
    await this.flush();
    await this.streams.closeAll();
    return this.#exitCode;
  }

  async #untilExit(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof Jump)) throw error;
    }
  }

  async #records(): Promise<void> {
    for (;;) {
      const text = await this.nextRecord();
      if (text === undefined) return;
      this.record.set(text);
      try {
        for (const rule of this.program.rules) if (await this.#applies(rule)) await this.#apply(rule);
      } catch (error) {
        if (!(error instanceof Jump) || error.to === 'exit') throw error;
        if (error.to === 'nextfile') this.#reader = undefined;
      }
    }
  }

  async #applies(rule: Rule): Promise<boolean> {
    const [first, last] = rule.pattern;
    if (!first) return true;
    if (!last) return isTrue(await this.value(first));
    if (!this.#inRange.has(rule) && !isTrue(await this.value(first))) return false;
    if (isTrue(await this.value(last))) this.#inRange.delete(rule);
    else this.#inRange.add(rule);
    return true;
  }

  async #apply({ action }: Rule): Promise<void> {
    if (action) await this.#execute(action);
    else await this.#execute({ kind: 'print', args: [] });
  }

  async nextRecord(): Promise<string | undefined> {
    for (;;) {
      this.#reader ??= await this.#nextReader();
      if (!this.#reader) return undefined;
      const text = await this.#reader.next(this.variableText('RS'));
      if (text !== undefined) {
        for (const counter of ['NR', 'FNR']) this.memory.set(counter, numberOf(this.memory.get(counter)) + 1);
        return text;
      }
      this.#reader = undefined;
    }
  }

  /** The next file of the command line, as it says by now; standard input when there is none. */
  async #nextReader(): Promise<RecordReader | undefined> {
    const argv = this.memory.array('ARGV');
    while (this.#nextOperand < numberOf(this.memory.get('ARGC'))) {
      const operand = textOf(argv.get(String(this.#nextOperand++)), this.convfmt);
      if (operand === '' || this.define(operand)) continue;
      this.memory.set('FILENAME', operand);
      return this.#open(operand);
    }
    if (this.#hasRead) return undefined;
    return this.#open('-');
  }

  async #open(path: string): Promise<RecordReader> {
    this.#hasRead = true;
    this.memory.set('FNR', 0);
    try {
      return new RecordReader(
        this.process,
        path === '-' ? this.process.file(0) : this.process.open(path, { read: true }).retain(),
      );
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await this.flush();
      await this.process.complain(`${this.#name}: ${path}: ${error.message}`);
      this.#exitCode = 1;
      // busybox ends there and then, without what is said about the end.
      this.#isOver = true;
      throw new Jump('exit');
    }
  }

  async callFunction(name: string, args: readonly Expression[]): Promise<Value> {
    const called = this.program.functions.get(name);
    if (!called) throw new BadUsage('Call to undefined function');
    if (this.memory.depth >= this.process.machine.limits.callDepth) throw new SystemError('ENOMEM');
    const frame = new Map<string, Cell>();
    for (const [i, parameter] of called.parameters.entries())
      frame.set(parameter, args[i] ? await this.argument(args[i]) : { value: undefined });
    for (const arg of args.slice(called.parameters.length)) await this.value(arg);
    this.memory.enter(frame);
    try {
      // Calls inside each other begin with a stack of their own.
      await this.process.step();
      this.#returned = undefined;
      await this.#execute(called.body);
      return this.#returned;
    } finally {
      this.#returned = undefined;
      this.memory.leave();
    }
  }

  async #execute(statement: Statement): Promise<Flow> {
    const pause = this.process.step();
    if (pause) await pause;
    this.#line = statement.line ?? this.#line;
    switch (statement.kind) {
      case 'expression':
        await this.value(statement.value);
        return undefined;
      case 'print':
      case 'printf':
        await this.#print(statement.kind, statement.args, statement.to);
        return undefined;
      case 'block':
        for (const one of statement.list) {
          const flow = await this.#execute(one);
          if (flow) return flow;
        }
        return undefined;
      case 'if':
        if (isTrue(await this.value(statement.condition))) return this.#execute(statement.yes);
        return statement.no && this.#execute(statement.no);
      case 'loop':
        return this.#loop(statement);
      case 'forIn':
        for (const key of Array.from(this.memory.array(statement.array).keys())) {
          this.memory.set(statement.variable, fromOutside(key));
          const flow = await this.#execute(statement.body);
          if (flow === 'break') break;
          if (flow === 'return') return flow;
        }
        return undefined;
      case 'jump':
        if (statement.to === 'break' || statement.to === 'continue') return statement.to;
        throw new Jump(statement.to);
      case 'return':
        this.#returned = statement.value && (await this.value(statement.value));
        return 'return';
      case 'exit':
        if (statement.value) this.#exitCode = Math.trunc(await this.number(statement.value)) & 0xff;
        throw new Jump('exit');
      case 'delete': {
        const array = this.memory.array(statement.array);
        if (statement.subscripts) this.memory.deleteElement(array, await this.key(statement.subscripts));
        else this.memory.clear(array);
        return undefined;
      }
    }
  }

  async #loop(loop: Extract<Statement, { kind: 'loop' }>): Promise<Flow> {
    if (loop.first) await this.#execute(loop.first);
    for (let isFirst = true; ; isFirst = false) {
      const isChecked = loop.condition !== undefined && !(isFirst && loop.isCheckedLater);
      if (isChecked && loop.condition && !isTrue(await this.value(loop.condition))) return undefined;
      const flow = await this.#execute(loop.body);
      if (flow === 'break') return undefined;
      if (flow === 'return') return flow;
      if (loop.after) await this.#execute(loop.after);
    }
  }

  async #print(kind: 'print' | 'printf', args: readonly Expression[], to: Redirection | undefined): Promise<void> {
    const values: Value[] = [];
    for (const arg of args) values.push(await this.value(arg));
    if (kind === 'print' && args.length === 0)
      values.push(await this.value({ kind: 'field', index: { kind: 'number', value: 0 } }));
    const [first, ...others] = values;
    const text =
      kind === 'printf'
        ? formatted(textOf(first, this.convfmt), others, this.convfmt)
        : joined(
            values.map((value) => textOf(value, this.variableText('OFMT'))),
            this.variableText('OFS'),
          ) + this.variableText('ORS');
    if (!to) {
      const pause = this.#output.add(text);
      if (pause) await pause;
      return;
    }
    const name = await this.text(to.target);
    await this.flush();
    await this.process.writeTo(this.streams.writer(name, to.operator), text);
  }

  flush(): Promise<void> {
    return this.#output.flush();
  }
}
