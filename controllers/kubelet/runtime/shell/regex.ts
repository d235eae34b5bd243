import type { RE2JS } from 're2js';
import { SystemError } from '../machine/errno.ts';

/** POSIX regular expressions in linear time: they are translated to RE2's syntax. */

/** A pattern that cannot be used. */
export class BadRegex extends SystemError {
  constructor(text: string) {
    super('EINVAL');
    this.message = text;
  }
}

/** Where a pattern matches; groups that took no part are undefined. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
}

/** Matching takes time in proportion to the text; this much takes some ten milliseconds. */
const TEXT_LENGTH_MAX = 64 * 1024;
const PATTERN_LENGTH_MAX = 4096;

export class Regex {
  readonly #compiled: RE2JS;

  constructor(compiled: RE2JS) {
    this.#compiled = compiled;
  }

  test(text: string): boolean {
    this.#limit(text);
    return this.#compiled.matcher(text).find();
  }

  /** The longest of the leftmost matches from a position on. */
  find(text: string, from = 0): Match | undefined {
    this.#limit(text);
    const matcher = this.#compiled.matcher(text);
    if (!matcher.find(from)) return undefined;
    const groups: (string | undefined)[] = [];
    for (let i = 0; i <= matcher.groupCount(); i++) groups.push(matcher.group(i) ?? undefined);
    return { start: matcher.start(), end: matcher.end(), groups };
  }

  #limit(text: string): void {
    if (text.length > TEXT_LENGTH_MAX) throw new BadRegex('line too long');
  }
}

/** @throws BadRegex */
export async function compileRegex(
  pattern: string,
  { extended = false, ignoreCase = false }: { extended?: boolean; ignoreCase?: boolean } = {},
): Promise<Regex> {
  if (pattern.length > PATTERN_LENGTH_MAX) throw new BadRegex('Regular expression too big');
  const { RE2JS: Library } = await import('re2js');
  const flags = Library.DOTALL | Library.LONGEST_MATCH | (ignoreCase ? Library.CASE_INSENSITIVE : 0);
  const translated = translate(pattern, extended);
  try {
    return new Regex(Library.compile(translated, flags));
  } catch (error) {
    throw new BadRegex(problemOf(error));
  }
}

function problemOf(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  if (text.includes('paren')) return 'Unmatched ( or \\(';
  if (text.includes('character class') || text.includes(']')) return 'Unmatched [, [^, [:, [., or [=';
  return text.includes('repe') ? 'Invalid preceding regular expression' : 'Invalid regular expression';
}

const META = new Set('\\.+*?()|[]{}^$');
const literal = (char: string): string => (META.has(char) ? `\\${char}` : char);
/** What GNU's and busybox's expressions know besides POSIX's. */
const WORDS: Readonly<Record<string, string>> = {
  w: '[0-9A-Za-z_]',
  W: '[^0-9A-Za-z_]',
  s: '[ \\t\\n\\v\\f\\r]',
  S: '[^ \\t\\n\\v\\f\\r]',
  b: '\\b',
  B: '\\B',
  '<': '\\b',
  '>': '\\b',
  n: '\\n',
  t: '\\t',
};

/** Only here are characters operators without, or with, a backslash. */
const OPERATORS = new Set('(){}|+?');

class Translation {
  readonly #pattern: string;
  readonly #extended: boolean;
  #at = 0;
  #result = '';
  /** Whether something stands before that can be repeated. */
  #hasAtom = false;

  constructor(pattern: string, extended: boolean) {
    this.#pattern = pattern;
    this.#extended = extended;
  }

  translate(): string {
    while (this.#at < this.#pattern.length) this.#one();
    return this.#result;
  }

  #one(): void {
    const char = this.#pattern.charAt(this.#at++);
    if (char === '[') this.#bracket();
    else if (char === '\\') this.#escape();
    else if (OPERATORS.has(char)) {
      if (this.#extended) this.#operator(char);
      else this.#atom(literal(char));
    } else if (char === '*') {
      if (this.#hasAtom) this.#repeat('*');
      else this.#atom('\\*');
    } else if (char === '^') this.#caret();
    else if (char === '$') this.#dollar();
    else this.#atom(char === '.' ? '.' : literal(char));
  }

  #escape(): void {
    if (this.#at >= this.#pattern.length) throw new BadRegex('Trailing backslash');
    const char = this.#pattern.charAt(this.#at++);
    if (OPERATORS.has(char) && !this.#extended) this.#operator(char);
    else if (char >= '1' && char <= '9') throw new BadRegex('back references are not simulated');
    else this.#atom(WORDS[char] ?? literal(char));
  }

  #operator(char: string): void {
    if (char === '(' || char === '|') {
      this.#result += char;
      this.#hasAtom = false;
    } else if (char === ')') this.#atom(')');
    else if (char === '+' || char === '?') {
      if (this.#hasAtom) this.#repeat(char);
      else this.#atom(literal(char));
    } else if (char === '{') this.#bounds();
    else this.#atom(literal(char));
  }

  #bounds(): void {
    const [whole = '', low = '', comma = '', high = ''] =
      /^(\d*)(,?)(\d*)\\?\}/.exec(this.#pattern.slice(this.#at, this.#at + 16)) ?? [];
    if (whole === '' || (low === '' && high === '') || !this.#hasAtom) {
      this.#atom('\\{');
      return;
    }
    this.#at += whole.length;
    this.#repeat(`{${low === '' ? '0' : low}${comma}${high}}`);
  }

  /** Repeating what is repeated already needs a group in RE2. */
  #repeat(operator: string): void {
    if (/(^|[^\\])[*+?}]$/.test(this.#result) && !/\\[*+?}]$/.test(this.#result)) return;
    this.#result += operator;
  }

  #caret(): void {
    const before = this.#pattern.slice(0, this.#at - 1);
    const isAnchor = this.#extended || before === '' || before.endsWith('\\(') || before.endsWith('\\|');
    if (isAnchor) this.#result += '^';
    else this.#atom('\\^');
  }

  #dollar(): void {
    const after = this.#pattern.slice(this.#at);
    const isAnchor = this.#extended || after === '' || after.startsWith('\\)') || after.startsWith('\\|');
    if (isAnchor) this.#result += '$';
    else this.#atom('\\$');
  }

  #atom(text: string): void {
    this.#result += text;
    this.#hasAtom = true;
  }

  #bracket(): void {
    let set = '[';
    if (this.#pattern[this.#at] === '^') {
      set += '^';
      this.#at++;
    }
    for (let first = true; ; first = false) {
      const char = this.#pattern[this.#at];
      if (char === undefined) throw new BadRegex('Unmatched [, [^, [:, [., or [=');
      const [named = ''] = /^\[:[a-z]+:\]/.exec(this.#pattern.slice(this.#at, this.#at + 12)) ?? [];
      if (named !== '') {
        set += named;
        this.#at += named.length;
        continue;
      }
      this.#at++;
      if (char === ']' && !first) break;
      if (char === '\\' && /[nt\\]/.test(this.#pattern.charAt(this.#at)))
        set += `\\${this.#pattern.charAt(this.#at++)}`;
      else set += char === '\\' || char === '[' || char === ']' || char === '^' || char === '&' ? `\\${char}` : char;
    }
    this.#atom(`${set}]`);
  }
}

const translate = (pattern: string, extended: boolean): string => new Translation(pattern, extended).translate();
