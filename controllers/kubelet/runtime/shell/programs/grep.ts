import { errorText, SystemError } from '../../machine/errno.ts';
import type { OpenFile } from '../../machine/open-file.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { compileRegex, type Regex } from '../regex.ts';
import { Output, openInput, readAll, readLines } from './input.ts';
import { BadUsage, type Options, readOptions } from './options.ts';

const LONG = {
  count: 'c',
  'extended-regexp': 'E',
  'fixed-strings': 'F',
  'files-with-matches': 'l',
  'ignore-case': 'i',
  'invert-match': 'v',
  'line-number': 'n',
  'line-regexp': 'x',
  'max-count': 'm',
  'no-filename': 'h',
  'no-messages': 's',
  'only-matching': 'o',
  quiet: 'q',
  recursive: 'r',
  regexp: 'e',
  silent: 'q',
  'with-filename': 'H',
  'word-regexp': 'w',
  'after-context': 'A',
  'before-context': 'B',
  context: 'C',
  color: 'Z',
  colour: 'Z',
} as const;

/** What a line is compared with. */
interface Matcher {
  /** The matching parts of a line, from the left; none when it does not match. */
  find(line: string, from: number): { readonly start: number; readonly end: number } | undefined;
}

const WORD = /[0-9A-Za-z_]/;

function isWhole(line: string, start: number, end: number): boolean {
  return !WORD.test(line.charAt(start - 1)) && !WORD.test(line.charAt(end));
}

function textMatcher(text: string, ignoreCase: boolean): Matcher {
  const wanted = ignoreCase ? text.toLowerCase() : text;
  return {
    find: (line, from) => {
      const start = (ignoreCase ? line.toLowerCase() : line).indexOf(wanted, from);
      return start < 0 ? undefined : { start, end: start + wanted.length };
    },
  };
}

async function matcherOf(
  patterns: readonly string[],
  options: Options,
  kind: 'basic' | 'extended' | 'fixed',
): Promise<Matcher> {
  const ignoreCase = options.has('i') || options.has('y');
  const matchers: Matcher[] = [];
  for (const pattern of patterns.flatMap((text) => text.split('\n'))) {
    const isPlain = /^[\w\s/:@=,"'<>%&;~#-]*$/.test(pattern);
    if (kind === 'fixed' || isPlain) matchers.push(textMatcher(pattern, ignoreCase));
    else {
      const regex: Regex = await compileRegex(pattern, { extended: kind === 'extended', ignoreCase });
      matchers.push({ find: (line, from) => regex.find(line, from) });
    }
  }
  const first = (line: string, from: number): ReturnType<Matcher['find']> => {
    let best: ReturnType<Matcher['find']>;
    for (const matcher of matchers) {
      const found = matcher.find(line, from);
      const isBetter =
        !best || (found && (found.start < best.start || (found.start === best.start && found.end > best.end)));
      if (found && isBetter) best = found;
    }
    return best;
  };
  if (options.has('x'))
    return {
      find: (line, from) => {
        if (from > 0) return undefined;
        const found = matchers.some((matcher) => {
          const match = matcher.find(line, 0);
          return match !== undefined && match.start === 0 && match.end === line.length;
        });
        return found ? { start: 0, end: line.length } : undefined;
      },
    };
  if (!options.has('w')) return { find: first };
  return {
    find: (line, from) => {
      for (let at = from; at <= line.length; ) {
        const found = first(line, at);
        if (!found || isWhole(line, found.start, found.end)) return found;
        at = found.start + 1;
      }
      return undefined;
    },
  };
}

class Search {
  readonly #process: Process;
  readonly #options: Options;
  readonly #matcher: Matcher;
  readonly #showsNames: boolean;
  readonly #before: number;
  readonly #after: number;
  hasMatch = false;
  /** Between groups of lines with context. */
  #isFirstGroup = true;

  constructor(process: Process, options: Options, matcher: Matcher, showsNames: boolean) {
    this.#process = process;
    this.#options = options;
    this.#matcher = matcher;
    this.#showsNames = showsNames;
    const context = options.number('C') ?? 0;
    this.#before = options.number('B') ?? context;
    this.#after = options.number('A') ?? context;
  }

  /** @returns whether nothing more has to be looked at */
  async file(file: OpenFile, path: string): Promise<boolean> {
    const options = this.#options;
    const name = this.#showsNames ? path : undefined;
    const max = options.number('m') ?? Number.POSITIVE_INFINITY;
    const output = new Output(this.#process);
    const held: { readonly line: string; readonly number: number }[] = [];
    let [number, count, left, lastShown] = [0, 0, 0, 0];
    for await (const { lines } of readLines(this.#process, file, options.has('z') ? '\0' : '\n')) {
      for (const line of lines) {
        number++;
        const pause = this.#process.step(1 + (line.length >> 5));
        if (pause) await pause;
        const match = this.#matcher.find(line, 0);
        if ((match !== undefined) === options.has('v')) {
          if (left-- > 0) {
            output.keep(this.#line(name, number, line, '-'));
            lastShown = number;
          } else if (this.#before > 0) {
            held.push({ line, number });
            if (held.length > this.#before) held.shift();
          }
          continue;
        }
        count++;
        this.hasMatch = true;
        if (options.has('q')) return true;
        if (options.has('l')) {
          await this.#process.print(`${path}\n`);
          return false;
        }
        if (options.has('c') || options.has('L')) {
          if (count >= max) break;
          continue;
        }
        const start = held[0]?.number ?? number;
        if (this.#before + this.#after > 0 && start > lastShown + 1 && !this.#isFirstGroup) output.keep('--\n');
        this.#isFirstGroup = false;
        for (const before of held.splice(0)) output.keep(this.#line(name, before.number, before.line, '-'));
        if (options.has('o') && match) this.#parts(output, name, number, line, match);
        else output.keep(this.#line(name, number, line, ':'));
        lastShown = number;
        left = this.#after;
        if (count >= max) break;
      }
      await output.flush();
      if (count >= max) break;
    }
    await output.flush();
    if (options.has('c')) await this.#process.print(`${name === undefined ? '' : `${name}:`}${count}\n`);
    if (options.has('L') && count === 0) await this.#process.print(`${path}\n`);
    return false;
  }

  #line(name: string | undefined, number: number, line: string, mark: string): string {
    const place = name === undefined ? '' : name + mark;
    return `${place}${this.#options.has('n') ? number + mark : ''}${line}\n`;
  }

  #parts(
    output: Output,
    name: string | undefined,
    number: number,
    line: string,
    first: { readonly start: number; readonly end: number },
  ): void {
    let match: ReturnType<Matcher['find']> = first;
    while (match) {
      if (match.end > match.start) output.keep(this.#line(name, number, line.slice(match.start, match.end), ':'));
      const next: number = match.end > match.start ? match.end : match.end + 1;
      match = next > line.length ? undefined : this.#matcher.find(line, next);
    }
  }
}

function grepping(kind: 'basic' | 'extended' | 'fixed'): Program {
  return async (process, args, name) => {
    const words = args.flatMap((word) => (/^--colou?r(=.*)?$/.test(word) ? [] : [word]));
    const options = readOptions(words, 'HhnlLoqvsriwFEGPzcxyRm:A:B:C:e:f:Z', LONG);
    const patterns = [...options.all('e')];
    for (const path of options.all('f')) {
      const file = openInput(process, path);
      patterns.push((await readAll(process, file)).toString('latin1').replace(/\n$/, ''));
      file.release();
    }
    const paths = [...options.rest];
    if (patterns.length === 0 && !options.has('f')) {
      const pattern = paths.shift();
      if (pattern === undefined) throw new BadUsage('missing pattern');
      patterns.push(pattern);
    }
    const used = options.has('F') ? 'fixed' : options.has('E') || options.has('P') ? 'extended' : kind;
    let matcher: Matcher;
    try {
      matcher = await matcherOf(patterns, options, used);
    } catch (error) {
      const why = errorText(error);
      const isOurs = why.startsWith('back references') ? `: ${why}` : '';
      await process.complain(`${name}: bad regex '${patterns.join('\n')}'${isOurs}`);
      return 2;
    }
    const isRecursive = options.has('r') || options.has('R');
    const queue = paths.length === 0 ? [isRecursive ? '.' : '-'] : paths;
    const showsNames = options.has('H') || (!options.has('h') && (paths.length > 1 || isRecursive));
    const search = new Search(process, options, matcher, showsNames);
    let status = 0;
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      try {
        const place = path === '-' ? undefined : process.view.find(process.path(path), process);
        if (place?.node.kind === 'directory') {
          if (!isRecursive) throw new SystemError('EISDIR');
          queue.unshift(...process.view.names(place, process).map((child) => `${path?.replace(/\/$/, '')}/${child}`));
          continue;
        }
        const file = openInput(process, path);
        try {
          if (await search.file(file, path === '-' ? '(standard input)' : path)) return 0;
        } finally {
          file.release();
        }
      } catch (error) {
        const text = errorText(error);
        if (!options.has('s')) await process.complain(`${name}: ${path}: ${text}`);
        status = 2;
      }
    }
    if (options.has('q') && search.hasMatch) return 0;
    return status !== 0 ? status : search.hasMatch ? 0 : 1;
  };
}

export const grep = grepping('basic');
export const egrep = grepping('extended');
export const fgrep = grepping('fixed');
