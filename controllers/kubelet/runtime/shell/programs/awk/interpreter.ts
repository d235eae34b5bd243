import { SystemError } from '../../../machine/errno.ts';
import type { Process } from '../../../machine/process.ts';
import { compileRegex, type Regex } from '../../regex.ts';
import { BadUsage } from '../options.ts';
import { builtin } from './builtins.ts';
import { RecordFields, splitText } from './fields.ts';
import type { RecordReader, Separator } from './records.ts';
import { Streams } from './streams.ts';
import type { Expression, Place, Script } from './syntax.ts';
import { type AwkArray, compare, Input, isTrue, sizeOf, toNumber, toText, type Value } from './values.ts';
import { Variables } from './variables.ts';

const REGEXES_MAX = 500;
const FIELDS_MAX = 100_000;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07', '"': '"' };

/** Where records come from. */
export interface MainInput {
  reader(): Promise<RecordReader | undefined>;
  /** The present file is over. */
  done(): void;
}

/** Computes the expressions of a program. */
export class Interpreter {
  readonly process: Process;
  readonly script: Script;
  readonly streams: Streams;
  readonly variables: Variables;
  readonly fields: RecordFields;
  readonly random: { seed: number; next: () => number };
  readonly #input: MainInput;
  readonly #callFunction: (name: string, args: readonly Expression[]) => Promise<Value>;
  readonly #regexes = new Map<string, Regex>();
  /** What separates fields, as FS said when it was assigned. */
  #separator: string | Regex = ' ';

  constructor(
    process: Process,
    script: Script,
    input: MainInput,
    call: (name: string, args: readonly Expression[]) => Promise<Value>,
  ) {
    this.process = process;
    this.script = script;
    this.streams = new Streams(process);
    this.#input = input;
    this.#callFunction = call;
    this.fields = new RecordFields(
      (text) => splitText(text, this.#separator, this.variables.text('RS') === ''),
      (fields) => fields.map((field) => this.text(field)).join(this.variables.text('OFS')),
    );
    this.variables = new Variables(process.machine.limits.programBytes, () => this.fields.count);
    this.random = { seed: 1, next: () => process.machine.random.fraction() };
  }

  /** As a text, where it is not printed. */
  text(value: Value): string {
    return typeof value === 'number' ? toText(value, this.variables.text('CONVFMT')) : toText(value);
  }

  /** The key of an element. */
  key(values: readonly Value[]): string {
    return values.map((value) => this.text(value)).join(this.variables.text('SUBSEP'));
  }

  async keyOf(keys: readonly Expression[]): Promise<string> {
    const values: Value[] = [];
    for (const key of keys) values.push(await this.value(key));
    return this.key(values);
  }

  /** @throws BadUsage */
  async regex(source: string): Promise<Regex> {
    const known = this.#regexes.get(source);
    if (known) return known;
    const pattern = source.replace(/\\([ntrfva"])/g, (whole, letter: string) => ESCAPES[letter] ?? whole);
    const made = await compileRegex(pattern, { extended: true });
    if (this.#regexes.size >= REGEXES_MAX) this.#regexes.clear();
    this.#regexes.set(source, made);
    return made;
  }

  /** A regular expression, or a text that is taken for one. */
  async pattern(expression: Expression): Promise<Regex> {
    if (expression.kind === 'regex') return this.regex(expression.source);
    return this.regex(this.text(await this.value(expression)));
  }

  /** What separates fields: a blank alone stands for blanks, and of single characters only that. */
  async separator(text: string): Promise<string | Regex> {
    return text.length > 1 ? this.regex(text) : text;
  }

  get recordSeparator(): Separator | Promise<Separator> {
    const text = this.variables.text('RS');
    return text.length > 1 ? this.regex(text) : text;
  }

  /** Most expressions have nothing to wait for. */
  value(expression: Expression): Value | Promise<Value> {
    switch (expression.kind) {
      case 'number':
      case 'text':
        return expression.value;
      case 'variable':
        return this.variables.get(expression.name);
      case 'group':
        return this.value(expression.inner);
      case 'field':
        if (expression.index.kind === 'number') return this.field(expression.index.value);
        return this.#compute(expression);
      default:
        return this.#compute(expression);
    }
  }

  async isTrue(expression: Expression): Promise<boolean> {
    return isTrue(await this.value(expression));
  }

  field(index: number): Value {
    if (!(index >= 0 && index <= FIELDS_MAX)) throw new BadUsage('Access to negative field');
    return this.fields.get(Math.trunc(index));
  }

  async #compute(expression: Expression): Promise<Value> {
    const pause = this.process.step();
    if (pause) await pause;
    switch (expression.kind) {
      case 'regex':
        return Number((await this.regex(expression.source)).test(this.text(this.fields.record)));
      case 'field':
        return this.field(toNumber(await this.value(expression.index)));
      case 'element':
        return this.variables.element(expression.array, await this.keyOf(expression.keys));
      case 'assign':
        return this.#assign(expression);
      case 'step': {
        const { place, by, isAfter } = expression;
        const before = toNumber(await this.value(place));
        await this.put(place, before + by);
        return isAfter ? before : before + by;
      }
      case 'unary': {
        const operand = await this.value(expression.operand);
        if (expression.operator === '!') return Number(!isTrue(operand));
        return expression.operator === '-' ? -toNumber(operand) : toNumber(operand);
      }
      case 'binary':
        return this.#binary(expression);
      case 'in':
        return Number(this.variables.array(expression.array).has(await this.keyOf(expression.keys)));
      case 'choice':
        return this.value((await this.isTrue(expression.test)) ? expression.yes : expression.no);
      case 'call':
        return this.#callFunction(expression.name, expression.args);
      case 'builtin':
        return builtin(this, expression.name, expression.args);
      case 'getline':
        return this.#getline(expression);
      case 'list':
        throw new BadUsage('Unexpected token');
      default:
        return this.value(expression);
    }
  }

  async #assign({ place, operator, value }: Extract<Expression, { kind: 'assign' }>): Promise<Value> {
    const given = await this.value(value);
    const result = operator === '' ? given : arithmetic(operator, toNumber(await this.value(place)), toNumber(given));
    await this.put(place, result);
    return result;
  }

  async put(place: Place, value: Value): Promise<void> {
    if (place.kind === 'field') {
      const index = Math.trunc(toNumber(await this.value(place.index)));
      if (!(index >= 0 && index <= FIELDS_MAX)) throw new BadUsage('Access to negative field');
      this.#limit(sizeOf(value));
      this.fields.set(index, value);
      return;
    }
    if (place.kind === 'element') {
      this.variables.putElement(place.array, await this.keyOf(place.keys), value);
      return;
    }
    if (place.name === 'NF') {
      this.fields.count = Math.max(0, Math.min(FIELDS_MAX, Math.trunc(toNumber(value))));
      return;
    }
    this.variables.put(place.name, value);
    if (place.name === 'FS') this.#separator = await this.separator(this.text(value));
  }

  async #binary({ operator, left, right, line }: Extract<Expression, { kind: 'binary' }>): Promise<Value> {
    if (operator === '&&') return Number((await this.isTrue(left)) && (await this.isTrue(right)));
    if (operator === '||') return Number((await this.isTrue(left)) || (await this.isTrue(right)));
    const a = await this.value(left);
    if (operator === '~' || operator === '!~')
      return Number((await this.pattern(right)).test(this.text(a)) === (operator === '~'));
    const b = await this.value(right);
    switch (operator) {
      case ' ': {
        const [x, y] = [this.text(a), this.text(b)];
        this.#limit(x.length + y.length);
        return x + y;
      }
      case '<':
        return Number(this.#compare(a, b) < 0);
      case '<=':
        return Number(this.#compare(a, b) <= 0);
      case '==':
        return Number(this.#compare(a, b) === 0);
      case '!=':
        return Number(this.#compare(a, b) !== 0);
      case '>':
        return Number(this.#compare(a, b) > 0);
      case '>=':
        return Number(this.#compare(a, b) >= 0);
      default:
        return arithmetic(operator, toNumber(a), toNumber(b), line);
    }
  }

  #compare(a: Value, b: Value): number {
    return compare(a, b, this.variables.text('CONVFMT'));
  }

  #limit(length: number): void {
    if (length > this.process.machine.limits.textLength) throw new SystemError('ENOMEM');
  }

  /** Takes the next record of the files, or of standard input. @returns false when there are no more */
  async nextRecord(): Promise<string | undefined> {
    for (;;) {
      const reader = await this.#input.reader();
      if (!reader) return undefined;
      const record = await reader.next(await this.recordSeparator);
      if (record !== undefined) {
        this.variables.add('NR', 1);
        this.variables.add('FNR', 1);
        return record;
      }
      this.#input.done();
    }
  }

  async #getline({ place, from, source }: Extract<Expression, { kind: 'getline' }>): Promise<number> {
    let record: string | undefined;
    if (from === 'input' || !source) record = await this.nextRecord();
    else {
      const name = this.text(await this.value(source));
      try {
        const reader = await this.streams.source(from, name);
        record = await reader.next(await this.recordSeparator);
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        return -1;
      }
      if (record !== undefined && from === 'command') this.variables.add('NR', 1);
    }
    if (record === undefined) return 0;
    const value = new Input(record);
    if (place) await this.put(place, value);
    else this.fields.record = value;
    return 1;
  }

  array(name: string): AwkArray {
    return this.variables.array(name);
  }
}

function arithmetic(operator: string, a: number, b: number, line = 1): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
    case '%':
      if (b === 0) throw new BadUsage(`cmd. line:${line}: Division by zero`);
      return operator === '/' ? a / b : a % b;
    default:
      return a ** b;
  }
}
