import { errorText } from '../../machine/errno.ts';
import type { Place } from '../../machine/file-view.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { compilePattern, matches } from '../pattern.ts';
import { sizeOf, targetOf } from './file-facts.ts';
import { readAll } from './input.ts';
import { idOf } from './names.ts';
import { BadUsage, readOptions } from './options.ts';
import { run } from './processes.ts';

/** A file that find looks at. */
interface Visit {
  readonly path: string;
  readonly place: Place;
  readonly depth: number;
  isPruned: boolean;
}

type Test = (visit: Visit) => Promise<boolean> | boolean;

const UNITS: Readonly<Record<string, number>> = { c: 1, w: 2, '': 512, b: 512, k: 1024, M: 1024 ** 2, G: 1024 ** 3 };

class FindExpression {
  readonly #process: Process;
  readonly #words: readonly string[];
  #at = 0;
  depthMin = 0;
  depthMax = Number.POSITIVE_INFINITY;
  isDepthFirst = false;
  hasAction = false;
  /** What `-exec … +` has gathered: it runs at the end. */
  readonly gathered: { readonly argv: readonly string[]; readonly paths: string[] }[] = [];

  constructor(process: Process, words: readonly string[]) {
    this.#process = process;
    this.#words = words;
  }

  parse(): Test {
    if (this.#words.length === 0) return () => true;
    const test = this.#or();
    const extra = this.#words[this.#at];
    if (extra !== undefined) throw new BadUsage(`unrecognized: ${extra}`);
    return test;
  }

  #or(): Test {
    let test = this.#and();
    while (this.#words[this.#at] === '-o' || this.#words[this.#at] === '-or') {
      this.#at++;
      const [left, right] = [test, this.#and()];
      test = async (visit) => (await left(visit)) || right(visit);
    }
    return test;
  }

  #and(): Test {
    let test = this.#not();
    for (;;) {
      const word = this.#words[this.#at];
      if (word === undefined || word === ')' || word === '-o' || word === '-or') return test;
      if (word === '-a' || word === '-and') this.#at++;
      const [left, right] = [test, this.#not()];
      test = async (visit) => (await left(visit)) && right(visit);
    }
  }

  #not(): Test {
    const word = this.#words[this.#at];
    if (word === '!' || word === '-not') {
      this.#at++;
      const test = this.#not();
      return async (visit) => !(await test(visit));
    }
    if (word !== '(') return this.#primary();
    this.#at++;
    const test = this.#or();
    if (this.#words[this.#at++] !== ')') throw new BadUsage("unmatched '('");
    return test;
  }

  #value(name: string): string {
    const value = this.#words[this.#at++];
    if (value === undefined) throw new BadUsage(`${name} requires an argument`);
    return value;
  }

  #primary(): Test {
    const word = this.#words[this.#at++] ?? '';
    const process = this.#process;
    switch (word) {
      case '-name':
      case '-iname':
        return this.#pattern(word, ({ path }) => path.replace(/(.)\/+$/, '$1').replace(/^.*\/(?=.)/s, ''));
      case '-path':
      case '-wholename':
        return this.#pattern(word, ({ path }) => path);
      case '-type': {
        const wanted = this.#value(word).split(',');
        return ({ place: { node } }) => wanted.includes(letterOf(node));
      }
      case '-maxdepth':
        this.depthMax = Number(this.#value(word));
        return () => true;
      case '-mindepth':
        this.depthMin = Number(this.#value(word));
        return () => true;
      case '-depth':
      case '-xdev':
      case '-mount':
        this.isDepthFirst ||= word === '-depth';
        return () => true;
      case '-prune':
        return (visit) => {
          visit.isPruned = true;
          return true;
        };
      case '-size': {
        const [, sign = '', count = '', unit = ''] = /^([-+]?)(\d+)([cwbkMG]?)$/.exec(this.#value(word)) ?? [];
        return ({ place }) => compare(sign, Math.ceil(sizeOf(place.node) / (UNITS[unit] ?? 512)), Number(count));
      }
      case '-mtime':
      case '-mmin': {
        const unitMs = word === '-mtime' ? 86_400_000 : 60_000;
        const [, sign = '', count = ''] = /^([-+]?)(\d+)$/.exec(this.#value(word)) ?? [];
        const nowMs = process.machine.clock.now();
        return ({ place }) =>
          compare(sign, Math.floor((nowMs - place.node.attributes.mtimeMs) / unitMs), Number(count));
      }
      case '-newer': {
        const { mtimeMs } = process.view.find(process.path(this.#value(word)), process).node.attributes;
        return ({ place }) => place.node.attributes.mtimeMs > mtimeMs;
      }
      case '-perm': {
        const [, sign = '', digits = ''] = /^([-/]?)([0-7]+)$/.exec(this.#value(word)) ?? [];
        const wanted = Number.parseInt(digits, 8);
        return ({ place: { node } }) => {
          const bits = node.attributes.mode & 0o7777;
          return sign === '-' ? (bits & wanted) === wanted : sign === '/' ? (bits & wanted) !== 0 : bits === wanted;
        };
      }
      case '-user':
      case '-group': {
        const kind = word === '-user' ? 'user' : 'group';
        const wanted = idOf(process, kind, this.#value(word));
        return ({ place }) => place.node.attributes[kind === 'user' ? 'uid' : 'gid'] === wanted;
      }
      case '-empty':
        return ({ place: { node } }) => (node.kind === 'directory' ? node.isEmpty : sizeOf(node) === 0);
      case '-true':
        return () => true;
      case '-print':
      case '-print0':
        return this.#print(word === '-print' ? '\n' : '\0');
      case '-delete':
        return this.#delete();
      case '-exec':
      case '-ok':
        return this.#exec();
      case '-quit':
        throw new BadUsage('-quit is not simulated');
      default:
        throw new BadUsage(`unrecognized: ${word}`);
    }
  }

  #pattern(word: string, textOf: (visit: Visit) => string): Test {
    const given = this.#value(word);
    const pieces = compilePattern(word === '-iname' ? given.toLowerCase() : given);
    return (visit) => {
      const text = textOf(visit);
      return matches(this.#process, pieces, word === '-iname' ? text.toLowerCase() : text);
    };
  }

  #print(end: string): Test {
    this.hasAction = true;
    return async ({ path }) => {
      await this.#process.print(path + end);
      return true;
    };
  }

  #delete(): Test {
    this.hasAction = true;
    this.isDepthFirst = true;
    return async ({ path }) => {
      try {
        this.#process.view.remove(this.#process.path(path), this.#process);
        return true;
      } catch (error) {
        await this.#process.complain(`find: ${path}: ${errorText(error)}`);
        return false;
      }
    };
  }

  #exec(): Test {
    this.hasAction = true;
    const argv: string[] = [];
    for (;;) {
      const word = this.#value('-exec');
      if (word === ';') break;
      if (word === '+' && argv.at(-1) === '{}') {
        const gathering = { argv: argv.slice(0, -1), paths: [] as string[] };
        this.gathered.push(gathering);
        return ({ path }) => {
          gathering.paths.push(path);
          return true;
        };
      }
      argv.push(word);
    }
    return async ({ path }) =>
      (await run(
        this.#process,
        argv.map((word) => word.replaceAll('{}', path)),
        'find',
      )) === 0;
  }
}

function letterOf(node: Place['node']): string {
  if (node.kind === 'directory') return 'd';
  if (targetOf(node) !== undefined) return 'l';
  return node.kind === 'device' && !node.isText ? 'c' : 'f';
}

function compare(sign: string, value: number, wanted: number): boolean {
  return sign === '+' ? value > wanted : sign === '-' ? value < wanted : value === wanted;
}

export const find: Program = async (process, args, name) => {
  let at = args.findIndex((word) => /^[-(!]/.test(word) && word !== '-L' && word !== '-H' && word !== '-P');
  if (at < 0) at = args.length;
  const follow = args.slice(0, at).includes('-L');
  const paths = args.slice(0, at).filter((word) => !/^-[LHP]$/.test(word));
  const expression = new FindExpression(process, args.slice(at));
  const test = expression.parse();
  let status = 0;
  const look = async (visit: Visit): Promise<void> => {
    if (visit.depth < expression.depthMin) return;
    if ((await test(visit)) && !expression.hasAction) await process.print(`${visit.path}\n`);
  };
  const walk = async (path: string, depth: number): Promise<void> => {
    const pause = process.step();
    if (pause) await pause;
    let place: Place;
    try {
      place = process.view.find(process.path(path), process, { follow });
    } catch (error) {
      await process.complain(`${name}: ${path}: ${errorText(error)}`);
      status = 1;
      return;
    }
    const visit: Visit = { path, place, depth, isPruned: false };
    if (!expression.isDepthFirst) await look(visit);
    if (place.node.kind === 'directory' && !visit.isPruned && depth < expression.depthMax) {
      try {
        for (const child of process.view.names(place, process))
          await walk(`${path.replace(/\/$/, '')}/${child}`, depth + 1);
      } catch (error) {
        await process.complain(`${name}: ${path}: ${errorText(error)}`);
        status = 1;
      }
    }
    if (expression.isDepthFirst) await look(visit);
  };
  for (const path of paths.length === 0 ? ['.'] : paths) await walk(path, 0);
  for (const { argv, paths: found } of expression.gathered)
    if (found.length > 0) status |= (await run(process, [...argv, ...found], name)) === 0 ? 0 : 1;
  return status;
};

/** Words as xargs reads them: blanks separate, quotes and backslashes hide. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== '') {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\' && at + 1 < text.length) word = (word ?? '') + text.charAt(++at);
    else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote !== '') throw new BadUsage(`unmatched ${quote === '"' ? 'double' : 'single'} quote`);
  if (word !== undefined) words.push(word);
  return words;
}

/** How many words one command gets when nobody says. */
const WORDS_A_COMMAND = 5000;

export const xargs: Program = async (process, args, name) => {
  const options = readOptions(args, '+0rtpn:I:L:P:s:E:d:a:x', { null: '0', 'no-run-if-empty': 'r', 'max-args': 'n' });
  const command = options.rest.length === 0 ? ['echo'] : options.rest;
  const text = (await readAll(process, process.file(0))).toString('latin1');
  const replace = options.value('I');
  const delimiter = options.value('d');
  const separator = options.has('0') ? '\0' : delimiter === undefined ? undefined : delimiter.replace('\\n', '\n');
  const lines = text.replace(/\n$/, '').split('\n');
  const words =
    separator !== undefined
      ? text.split(separator).filter((word, i, all) => word !== '' || i < all.length - 1)
      : replace !== undefined || options.has('L')
        ? lines.map((line) => line.trim()).filter((line) => line !== '')
        : wordsOf(text);
  const count = replace === undefined ? (options.number('n') ?? options.number('L') ?? WORDS_A_COMMAND) : 1;
  let status = 0;
  const execute = async (given: readonly string[]): Promise<boolean> => {
    const argv =
      replace === undefined
        ? [...command, ...(options.has('L') ? given.flatMap(wordsOf) : given)]
        : command.map((word) => word.replaceAll(replace, given[0] ?? ''));
    if (options.has('t')) await process.complain(argv.join(' '));
    const code = await run(process, argv, name);
    if (code === 126 || code === 127) status = code;
    else if (code === 255) status = 124;
    else if (code !== 0) status = 123;
    return code !== 255 && code !== 127;
  };
  if (words.length === 0 && !options.has('r') && replace === undefined) await execute([]);
  for (let at = 0; at < words.length; at += count) if (!(await execute(words.slice(at, at + count)))) break;
  return status;
};
