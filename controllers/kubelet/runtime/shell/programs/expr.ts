import { errorText } from '../../machine/errno.ts';
import type { Program } from '../../machine/program.ts';
import { compileRegex } from '../regex.ts';
import { BadUsage } from './options.ts';

/** `expr`: arithmetic, comparisons and texts, each word a token. */
class Expr {
  readonly #words: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  async value(): Promise<string> {
    if (this.#words.length === 0) throw new BadUsage('too few arguments');
    const value = await this.#or();
    if (this.#at < this.#words.length) throw new BadUsage('syntax error');
    return value;
  }

  #take(...operators: readonly string[]): string | undefined {
    const word = this.#words[this.#at];
    if (word === undefined || !operators.includes(word)) return undefined;
    this.#at++;
    return word;
  }

  async #or(): Promise<string> {
    let left = await this.#and();
    while (this.#take('|') !== undefined) {
      const right = await this.#and();
      if (!isTrue(left)) left = isTrue(right) ? right : '0';
    }
    return left;
  }

  async #and(): Promise<string> {
    let left = await this.#comparison();
    while (this.#take('&') !== undefined) {
      const right = await this.#comparison();
      left = isTrue(left) && isTrue(right) ? left : '0';
    }
    return left;
  }

  async #comparison(): Promise<string> {
    let left = await this.#sum();
    for (;;) {
      const operator = this.#take('=', '==', '!=', '<', '<=', '>', '>=');
      if (operator === undefined) return left;
      left = compares(left, operator, await this.#sum()) ? '1' : '0';
    }
  }

  async #sum(): Promise<string> {
    let left = await this.#product();
    for (;;) {
      const operator = this.#take('+', '-');
      if (operator === undefined) return left;
      const right = integer(await this.#product());
      left = wrapped(operator === '+' ? integer(left) + right : integer(left) - right);
    }
  }

  async #product(): Promise<string> {
    let left = await this.#match();
    for (;;) {
      const operator = this.#take('*', '/', '%');
      if (operator === undefined) return left;
      const [a, b] = [integer(left), integer(await this.#match())];
      if (operator !== '*' && b === 0n) throw new BadUsage('division by zero');
      left = wrapped(operator === '*' ? a * b : operator === '/' ? a / b : a % b);
    }
  }

  async #match(): Promise<string> {
    let left = await this.#primary();
    while (this.#take(':') !== undefined) left = await matched(left, await this.#primary());
    return left;
  }

  async #primary(): Promise<string> {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new BadUsage('syntax error');
    if (word === '(') {
      if (++this.#depth > 100) throw new BadUsage('syntax error');
      const value = await this.#or();
      if (this.#take(')') === undefined) throw new BadUsage('syntax error');
      this.#depth--;
      return value;
    }
    if (this.#at >= this.#words.length) return word;
    if (word === 'length') return String((await this.#primary()).length);
    if (word === 'match') return matched(await this.#primary(), await this.#primary());
    if (word === 'index') {
      const [text, chars] = [await this.#primary(), await this.#primary()];
      return String(text.split('').findIndex((char) => chars.includes(char)) + 1);
    }
    if (word === 'substr') {
      const [text, from, count] = [await this.#primary(), await this.#primary(), await this.#primary()];
      const start = Number(integer(from)) - 1;
      return start < 0 ? '' : text.slice(start, start + Number(integer(count)));
    }
    return word;
  }
}

const isTrue = (value: string): boolean => value !== '' && !/^-?0+$/.test(value);
const isInteger = (value: string): boolean => /^-?\d+$/.test(value);
const wrapped = (value: bigint): string => String(BigInt.asIntN(64, value));

function integer(value: string): bigint {
  if (!isInteger(value)) throw new BadUsage('non-numeric argument');
  return BigInt(value);
}

function compares(left: string, operator: string, right: string): boolean {
  const isNumeric = isInteger(left) && isInteger(right);
  const [a, b] = isNumeric ? [BigInt(left), BigInt(right)] : [left, right];
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return (isNumeric ? a === b : left === right) === (operator !== '!=');
  }
}

async function matched(text: string, pattern: string): Promise<string> {
  const regex = await compileRegex(pattern.startsWith('^') ? pattern : `^${pattern}`);
  const match = regex.find(text);
  if (pattern.includes('\\(')) return match?.groups[1] ?? '';
  return String(match ? match.end - match.start : 0);
}

export const expr: Program = async (process, args, name) => {
  let value: string;
  try {
    value = await new Expr(args[0] === '--' ? args.slice(1) : args).value();
  } catch (error) {
    await process.complain(`${name}: ${errorText(error)}`);
    return 2;
  }
  await process.print(`${value}\n`);
  return isTrue(value) ? 0 : 1;
};
