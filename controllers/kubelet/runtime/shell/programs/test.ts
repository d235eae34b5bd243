import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { BadNumber, binaryTest, unaryTest } from '../conditions.ts';

/** `test` and `[`: an expression of words. */

class BadTest extends Error {}

const BINARY = new Set('= == != < > -eq -ne -lt -le -gt -ge -nt -ot -ef'.split(' '));

class WordTest {
  readonly #process: Process;
  readonly #words: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(process: Process, words: readonly string[]) {
    this.#process = process;
    this.#words = words;
  }

  result(): boolean {
    if (this.#words.length === 0) return false;
    const result = this.#or();
    const extra = this.#words[this.#at];
    if (extra !== undefined) throw new BadTest(`${extra}: unknown operand`);
    return result;
  }

  #or(): boolean {
    let result = this.#and();
    while (this.#words[this.#at] === '-o') {
      this.#at++;
      const right = this.#and();
      result ||= right;
    }
    return result;
  }

  #and(): boolean {
    let result = this.#not();
    while (this.#words[this.#at] === '-a') {
      this.#at++;
      const right = this.#not();
      result &&= right;
    }
    return result;
  }

  #not(): boolean {
    let isNegated = false;
    while (this.#words[this.#at] === '!' && this.#at + 1 < this.#words.length && !this.#isBinary(this.#at)) {
      isNegated = !isNegated;
      this.#at++;
    }
    return this.#primary() !== isNegated;
  }

  #isBinary(at: number): boolean {
    return BINARY.has(this.#words[at + 1] ?? '') && at + 2 < this.#words.length;
  }

  #primary(): boolean {
    const word = this.#words[this.#at];
    if (word === undefined) throw new BadTest('argument expected');
    if (this.#isBinary(this.#at)) {
      const operator = this.#words[this.#at + 1] ?? '';
      const right = this.#words[this.#at + 2] ?? '';
      this.#at += 3;
      return binaryTest(this.#process, word, operator, right) ?? false;
    }
    if (BINARY.has(this.#words[this.#at + 1] ?? ''))
      throw new BadTest(`${this.#words[this.#at + 1]}: argument expected`);
    if (word === '(' && this.#at + 1 < this.#words.length) return this.#group();
    this.#at++;
    const operand = this.#words[this.#at];
    if (operand !== undefined && /^-[a-zA-Z]$/.test(word) && word !== '-a' && word !== '-o') {
      const result = unaryTest(this.#process, word, operand);
      if (result === undefined) throw new BadTest(`${operand}: unknown operand`);
      this.#at++;
      return result;
    }
    return word !== '';
  }

  #group(): boolean {
    if (++this.#depth > 100) throw new BadTest('expression too deep');
    this.#at++;
    const result = this.#or();
    if (this.#words[this.#at++] !== ')') throw new BadTest('closing paren expected');
    this.#depth--;
    return result;
  }
}

function tester(isBracket: boolean): Program {
  return async (process, args, name) => {
    if (isBracket && args.at(-1) !== ']') {
      await process.complain(`${name}: missing ]`);
      return 2;
    }
    try {
      return new WordTest(process, isBracket ? args.slice(0, -1) : args).result() ? 0 : 1;
    } catch (error) {
      if (!(error instanceof BadTest) && !(error instanceof BadNumber)) throw error;
      await process.complain(`${name}: ${error.message}`);
      return 2;
    }
  };
}

export const test = tester(false);
export const bracket = tester(true);
