import { compileRegex, type Regex } from '../regex.ts';
import { BadUsage } from './options.ts';

/** What a line must be for a command to count. */
export type Address =
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'more'; readonly count: number }
  /** Without a regex: the one that was used last. */
  | { readonly kind: 'regex'; readonly regex: Regex | undefined };

/** One command of a sed script. */
export interface SedCommand {
  readonly name: string;
  readonly from?: Address;
  readonly to?: Address;
  readonly isNegated: boolean;
  /** Of `a`, `i`, `c`; a label; a file. */
  readonly text: string;
  readonly regex?: Regex | undefined;
  readonly replacement: string;
  readonly flags: string;
  /** Where a block that begins here ends. */
  end: number;
  /** A range that has begun. */
  isActive: boolean;
  /** Where a range with `+n` ends. */
  endsAt: number;
}

class SedParser {
  readonly #source: string;
  readonly #extended: boolean;
  #at = 0;

  constructor(source: string, extended: boolean) {
    this.#source = source;
    this.#extended = extended;
  }

  async parse(): Promise<SedCommand[]> {
    const commands: SedCommand[] = [];
    const open: SedCommand[] = [];
    for (;;) {
      this.#skip(/[\s;]/);
      if (this.#at >= this.#source.length) break;
      if (this.#source[this.#at] === '#') {
        this.#line();
        continue;
      }
      const command = await this.#command();
      if (command.name === '}') {
        const block = open.pop();
        if (!block) throw new BadUsage('unexpected }');
        block.end = commands.length;
      } else {
        commands.push(command);
        if (command.name === '{') open.push(command);
      }
    }
    if (open.length > 0) throw new BadUsage('unterminated {');
    return commands;
  }

  async #command(): Promise<SedCommand> {
    const from = await this.#address();
    let to: Address | undefined;
    this.#skip(/\s/);
    if (from && this.#source[this.#at] === ',') {
      this.#at++;
      this.#skip(/\s/);
      to = await this.#address();
      if (!to) throw new BadUsage('no address after comma');
    }
    this.#skip(/\s/);
    let isNegated = false;
    while (this.#source[this.#at] === '!') {
      isNegated = true;
      this.#at++;
      this.#skip(/\s/);
    }
    const name = this.#source.charAt(this.#at++);
    if (name === '') throw new BadUsage('missing command');
    const base = {
      name,
      ...(from ? { from } : {}),
      ...(to ? { to } : {}),
      isNegated,
      text: '',
      replacement: '',
      flags: '',
      end: 0,
      isActive: false,
      endsAt: 0,
    };
    if (name === 's' || name === 'y') return { ...base, ...(await this.#substitution(name)) };
    if ('aic'.includes(name)) return { ...base, text: this.#text() };
    if (':btTrw'.includes(name)) {
      this.#skip(/[ \t]/);
      const [text = ''] = /^[^\n;}]*/.exec(this.#source.slice(this.#at)) ?? [];
      this.#at += text.length;
      return { ...base, text: text.trim() };
    }
    if ('qQl'.includes(name)) {
      this.#skip(/[ \t]/);
      const [text = ''] = /^\d*/.exec(this.#source.slice(this.#at)) ?? [];
      this.#at += text.length;
      return { ...base, text };
    }
    if (!'{}dDgGhHnNpPx='.includes(name)) throw new BadUsage(`unsupported command ${name}`);
    return base;
  }

  async #address(): Promise<Address | undefined> {
    const rest = this.#source.slice(this.#at, this.#at + 32);
    const [whole = '', first = '', step] = /^(\d+)(?:~(\d+))?/.exec(rest) ?? [];
    if (whole !== '') {
      this.#at += whole.length;
      if (step !== undefined) return { kind: 'step', first: Number(first), step: Number(step) };
      return { kind: 'line', line: Number(first) };
    }
    const [more = '', count = ''] = /^\+(\d+)/.exec(rest) ?? [];
    if (more !== '') {
      this.#at += more.length;
      return { kind: 'more', count: Number(count) };
    }
    if (rest.startsWith('$')) {
      this.#at++;
      return { kind: 'last' };
    }
    if (!rest.startsWith('/') && !rest.startsWith('\\')) return undefined;
    if (rest.startsWith('\\')) this.#at++;
    const delimiter = this.#source.charAt(this.#at++);
    const pattern = this.#until(delimiter, true);
    const ignoreCase = this.#source[this.#at] === 'I';
    if (ignoreCase) this.#at++;
    return { kind: 'regex', regex: await this.#regex(pattern, ignoreCase) };
  }

  async #regex(pattern: string, ignoreCase: boolean): Promise<Regex | undefined> {
    return pattern === '' ? undefined : compileRegex(pattern, { extended: this.#extended, ignoreCase });
  }

  async #substitution(name: string): Promise<Pick<SedCommand, 'regex' | 'replacement' | 'flags' | 'text'>> {
    const delimiter = this.#source.charAt(this.#at++);
    const pattern = this.#until(delimiter, true);
    const replacement = this.#until(delimiter, false);
    if (name === 'y') return { regex: undefined, text: pattern, replacement, flags: '' };
    const [flags = ''] = /^[gpiIem0-9]*/.exec(this.#source.slice(this.#at)) ?? [];
    this.#at += flags.length;
    let text = '';
    if (this.#source[this.#at] === 'w') {
      this.#at++;
      text = this.#line().trim();
    }
    return { regex: await this.#regex(pattern, /[iI]/.test(flags)), replacement, flags, text };
  }

  /** Up to a delimiter, which a backslash hides; in a pattern brackets hide it as well. */
  #until(delimiter: string, isPattern: boolean): string {
    let result = '';
    let inBrackets = false;
    for (;;) {
      const char = this.#source[this.#at++];
      if (char === undefined) throw new BadUsage(`unmatched '${delimiter}'`);
      if (char === '\\') {
        const next = this.#source.charAt(this.#at++);
        if (next === delimiter) result += isPattern && /[.*[\]^$+?(){}|]/.test(delimiter) ? `\\${next}` : next;
        else result += next === 'n' && !isPattern ? '\n' : `\\${next}`;
        continue;
      }
      if (char === delimiter && !inBrackets) return result;
      if (isPattern && char === '[' && !inBrackets) {
        inBrackets = true;
        result += char;
        if (this.#source[this.#at] === '^') result += this.#source.charAt(this.#at++);
        if (this.#source[this.#at] === ']') result += this.#source.charAt(this.#at++);
        continue;
      }
      if (char === ']') inBrackets = false;
      result += char;
    }
  }

  /** What `a`, `i` and `c` add: the rest of the line, and lines after a backslash. */
  #text(): string {
    this.#skip(/[ \t]/);
    if (this.#source[this.#at] === '\\') {
      this.#at++;
      this.#skip(/[ \t]/);
      if (this.#source[this.#at] === '\n') this.#at++;
    }
    let text = '';
    for (;;) {
      const line = this.#line();
      if (!line.endsWith('\\')) return (text + line).replace(/\\(.)/g, '$1');
      text += `${line.slice(0, -1)}\n`;
    }
  }

  #line(): string {
    const end = this.#source.indexOf('\n', this.#at);
    const line = this.#source.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#source.length : end + 1;
    return line;
  }

  #skip(what: RegExp): void {
    while (what.test(this.#source.charAt(this.#at))) this.#at++;
  }
}

/** @throws BadUsage, BadRegex */
export const parseSed = (source: string, extended: boolean): Promise<SedCommand[]> =>
  new SedParser(source, extended).parse();
