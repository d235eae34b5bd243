/** What expressions of awk come to. */
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import { BadUsage } from '../programs/options.ts';
import { compileRegex, type Regex } from '../regex.ts';
import type { AwkProgram, Expression, Getline, Place } from './ast.ts';
import { builtins, type Caller } from './builtins.ts';
import { type AwkArray, type Cell, Memory } from './memory.ts';
import { AwkRecord, type Split } from './record.ts';
import { type RecordReader, Streams } from './streams.ts';
import { compare, fromOutside, isTrue, joined, numberOf, textOf, type Value } from './values.ts';

const REGEXES_MAX = 50;

/** Evaluates expressions; whoever runs statements says what is read and what functions do. */
export abstract class Evaluator implements Caller {
  readonly process: Process;
  readonly streams: Streams;
  readonly memory: Memory;
  readonly record: AwkRecord;
  protected readonly program: AwkProgram;
  readonly #regexes = new Map<string, Regex>();

  constructor(process: Process, program: AwkProgram) {
    this.process = process;
    this.program = program;
    this.streams = new Streams(process);
    this.memory = new Memory(process.machine.limits.programBytes);
    this.record = new AwkRecord(
      () => this.#splitBy(this.variableText('FS')),
      () => this.variableText('OFS'),
    );
  }

  /** The next record of what the program reads. */
  abstract nextRecord(): Promise<string | undefined>;
  abstract callFunction(name: string, args: readonly Expression[]): Promise<Value>;
  abstract flush(): Promise<void>;

  get convfmt(): string {
    return this.variableText('CONVFMT');
  }

  variableText(name: string): string {
    const value = this.memory.get(name);
    return textOf(value, name === 'CONVFMT' || typeof value !== 'number' ? '%.6g' : this.convfmt);
  }

  async text(expression: Expression): Promise<string> {
    return textOf(await this.value(expression), this.convfmt);
  }

  async number(expression: Expression): Promise<number> {
    return numberOf(await this.value(expression));
  }

  async value(expression: Expression): Promise<Value> {
    switch (expression.kind) {
      case 'number':
      case 'string':
        return expression.value;
      case 'regex':
        return (await this.#regex(expression.source)).test(this.#recordText()) ? 1 : 0;
      case 'variable':
        return expression.name === 'NF' ? (await this.record.fields()).length : this.memory.get(expression.name);
      case 'field':
        return this.#field(await this.#fieldIndex(expression.index));
      case 'element': {
        const key = await this.key(expression.subscripts);
        const array = this.memory.array(expression.array);
        // Whoever looks at an element makes it.
        if (!array.has(key)) this.memory.setElement(array, key, undefined);
        return array.get(key);
      }
      case 'in':
        return this.memory.array(expression.array).has(await this.key(expression.subscripts)) ? 1 : 0;
      case 'assign':
        return this.#assigned(expression.operator, expression.place, expression.value);
      case 'step': {
        const before = await this.number(expression.place);
        await this.assign(expression.place, before + expression.by);
        return expression.isPrefix ? before + expression.by : before;
      }
      case 'unary': {
        const operand = await this.value(expression.operand);
        if (expression.operator === '!') return isTrue(operand) ? 0 : 1;
        return expression.operator === '-' ? -numberOf(operand) : numberOf(operand);
      }
      case 'binary':
        return this.#chain(expression);
      case 'match': {
        const text = await this.text(expression.left);
        return (await this.regex(expression.right)).test(text) !== expression.isNegated ? 1 : 0;
      }
      case 'logic': {
        const left = isTrue(await this.value(expression.left));
        if (left !== expression.isAnd) return left ? 1 : 0;
        return isTrue(await this.value(expression.right)) ? 1 : 0;
      }
      case 'choice':
        return this.value(isTrue(await this.value(expression.condition)) ? expression.yes : expression.no);
      case 'group':
        return expression.list.length === 1 && expression.list[0] ? this.value(expression.list[0]) : misplaced();
      case 'call':
        return this.callFunction(expression.name, expression.args);
      case 'builtin':
        return builtins[expression.name]?.(this, expression.args);
      case 'getline':
        return this.#getline(expression);
    }
  }

  async key(subscripts: readonly Expression[]): Promise<string> {
    const parts: string[] = [];
    for (const subscript of subscripts) parts.push(await this.text(subscript));
    return parts.length === 1 ? (parts[0] ?? '') : joined(parts, this.variableText('SUBSEP'));
  }

  #recordText(): string {
    return this.record.text((value) => textOf(value, this.convfmt));
  }

  async #fieldIndex(expression: Expression): Promise<number> {
    const index = Math.trunc(await this.number(expression));
    if (!(index >= 0)) throw new BadUsage('Access to negative field');
    return index;
  }

  async #field(index: number): Promise<Value> {
    if (index === 0) return fromOutside(this.#recordText());
    return (await this.record.fields())[index - 1];
  }

  async assign(place: Place, value: Value): Promise<void> {
    const pause = this.process.step();
    if (pause) await pause;
    if (place.kind === 'field') {
      const index = await this.#fieldIndex(place.index);
      if (index === 0) this.record.set(textOf(value, this.convfmt));
      else await this.record.setField(index, value);
    } else if (place.kind === 'element') {
      const key = await this.key(place.subscripts);
      this.memory.setElement(this.memory.array(place.array), key, value);
    } else if (place.name === 'NF') await this.record.setCount(Math.trunc(numberOf(value)));
    else this.memory.set(place.name, value);
  }

  setVariable(name: string, value: Value): void {
    this.memory.set(name, value);
  }

  setElement(array: AwkArray, key: string, value: Value): void {
    this.memory.setElement(array, key, value);
  }

  clear(array: AwkArray): void {
    this.memory.clear(array);
  }

  async #assigned(operator: string, place: Place, expression: Expression): Promise<Value> {
    let value = await this.value(expression);
    if (operator !== '') value = calculate(operator, await this.number(place), numberOf(value));
    await this.assign(place, value);
    return value;
  }

  /** Long sums and texts hang to the left: one after the other, not inside each other. */
  async #chain(expression: Expression): Promise<Value> {
    const links: Extract<Expression, { kind: 'binary' }>[] = [];
    let first = expression;
    for (; first.kind === 'binary'; first = first.left) links.push(first);
    let value = await this.value(first);
    for (const { operator, right } of links.reverse()) value = await this.#binary(operator, value, right);
    return value;
  }

  async #binary(operator: string, left: Value, expression: Expression): Promise<Value> {
    const right = await this.value(expression);
    switch (operator) {
      case ' ':
        return joined([textOf(left, this.convfmt), textOf(right, this.convfmt)], '');
      case '<':
        return compare(left, right, this.convfmt) < 0 ? 1 : 0;
      case '<=':
        return compare(left, right, this.convfmt) <= 0 ? 1 : 0;
      case '>':
        return compare(left, right, this.convfmt) > 0 ? 1 : 0;
      case '>=':
        return compare(left, right, this.convfmt) >= 0 ? 1 : 0;
      case '==':
        return compare(left, right, this.convfmt) === 0 ? 1 : 0;
      case '!=':
        return compare(left, right, this.convfmt) !== 0 ? 1 : 0;
      default:
        return calculate(operator, numberOf(left), numberOf(right));
    }
  }

  /** A pattern as it stands, or whatever else comes to a text. */
  async regex(expression: Expression): Promise<Regex> {
    return this.#regex(expression.kind === 'regex' ? expression.source : await this.text(expression));
  }

  async #regex(source: string): Promise<Regex> {
    let regex = this.#regexes.get(source);
    if (!regex) {
      // Letters that an escape stands for; other escapes are the pattern's.
      const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', '"': '"' };
      const pattern = source.replace(/\\([\s\S])/g, (whole, letter: string) => letters[letter] ?? whole);
      regex = await compileRegex(pattern, { extended: true });
      if (this.#regexes.size >= REGEXES_MAX) this.#regexes.clear();
      this.#regexes.set(source, regex);
    }
    return regex;
  }

  async splitter(separator: Expression | undefined): Promise<Split> {
    if (!separator) return this.#splitBy(this.variableText('FS'));
    if (separator.kind === 'regex') return this.#splitByRegex(separator.source);
    return this.#splitBy(await this.text(separator));
  }

  #splitBy(separator: string): Split {
    if (separator === ' ') return async (text) => text.split(/[ \t\n]+/).filter((part) => part !== '');
    // In records between empty lines, lines separate too.
    const hasLines = this.variableText('RS') === '';
    if (separator === '') return async (text) => text.split('');
    if (separator.length === 1 && separator !== '\\' && !hasLines)
      return async (text) => (text === '' ? [] : text.split(separator));
    const literal = separator.length === 1 ? `[${separator}]` : separator;
    return this.#splitByRegex(hasLines ? `${literal}|\n` : literal);
  }

  #splitByRegex(source: string): Split {
    return async (text) => {
      if (text === '') return [];
      const regex = await this.#regex(source);
      const parts: string[] = [];
      let at = 0;
      for (let from = 0; ; ) {
        const found = regex.find(text, from);
        if (!found) break;
        from = Math.max(found.end, found.start + 1);
        if (found.end === found.start) continue;
        parts.push(text.slice(at, found.start));
        at = found.end;
      }
      return [...parts, text.slice(at)];
    };
  }

  array(expression: Expression): AwkArray | undefined {
    if (expression.kind !== 'variable') return undefined;
    const { value } = this.memory.cell(expression.name);
    if (value instanceof Map) return value;
    return value === undefined ? this.memory.array(expression.name) : undefined;
  }

  /** What a function gets: an array as it is, and what may become one. */
  protected async argument(expression: Expression): Promise<Cell> {
    if (expression.kind !== 'variable' || expression.name === 'NF') return { value: await this.value(expression) };
    const origin = this.memory.cell(expression.name);
    if (origin.value instanceof Map || origin.value === undefined) return { value: origin.value, origin };
    return { value: origin.value };
  }

  /** @returns 1, 0 at the end, -1 when it cannot be read */
  async #getline({ from, source, place }: Getline): Promise<number> {
    let text: string | undefined;
    if (from === 'main' || !source) text = await this.nextRecord();
    else {
      const name = await this.text(source);
      await this.flush();
      let reader: RecordReader;
      try {
        reader = this.streams.reader(name, from);
      } catch (error) {
        if (error instanceof SystemError) return -1;
        throw error;
      }
      text = await reader.next(this.variableText('RS'));
      if (text !== undefined && from === 'command') this.memory.set('NR', numberOf(this.memory.get('NR')) + 1);
    }
    if (text === undefined) return 0;
    if (place) await this.assign(place, fromOutside(text));
    else this.record.set(text);
    return 1;
  }
}

function misplaced(): never {
  throw new BadUsage('Unexpected token');
}

function calculate(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '^':
      return left ** right;
    default:
      if (right === 0) throw new BadUsage('Division by zero');
      return operator === '/' ? left / right : left % right;
  }
}
