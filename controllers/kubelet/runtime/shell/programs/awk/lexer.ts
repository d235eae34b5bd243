import { BadUsage } from '../options.ts';

export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'function' | 'builtin' | 'word' | 'operator' | 'newline' | 'end';
  readonly text: string;
  /** Where it begins, and whether a blank stands before it. */
  readonly at: number;
  readonly line: number;
}

const WORDS: ReadonlySet<string> = new Set(
  (
    'BEGIN END function func if else while for do break continue next nextfile exit return delete in getline print ' +
    'printf'
  ).split(' '),
);

/** Functions that awk brings itself: those of POSIX, and those that busybox has besides. */
export const BUILTINS: ReadonlySet<string> = new Set(
  (
    'length substr index split sub gsub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper ' +
    'system close fflush strftime systime mktime and or xor compl lshift rshift'
  ).split(' '),
);

const OPERATORS = /\*\*=|\*\*|\+\+|--|\+=|-=|\*=|\/=|%=|\^=|==|<=|>=|!=|!~|&&|\|\||>>|[{}()[\];,+\-*/%^!<>|?:~$=]/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
const NAME = /[A-Za-z_][A-Za-z_0-9]*/y;
const BLANK = /(?:[ \t\r]|\\\r?\n|#[^\n]*)+/y;

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  '/': '/',
};

/** What backslashes stand for in a text of a program, or of an assignment on the command line. */
export function unescaped(text: string): string {
  return text.replace(/\\(?:([0-7]{1,3})|(\n)|([\s\S]))/g, (whole, octal?: string, end?: string, letter?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    if (end !== undefined) return '';
    return ESCAPES[letter ?? ''] ?? whole;
  });
}

/** Cuts a program into words. What a slash is, only the parser knows: it asks for the regular expression there. */
export class Lexer {
  readonly #source: string;
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found !== undefined) {
      this.#at += found.length;
      for (const char of found) if (char === '\n') this.#line++;
    }
    return found;
  }

  next(): Token {
    this.#match(BLANK);
    const at = this.#at;
    const token = (kind: Token['kind'], text: string): Token => ({ kind, text, at, line: this.#line });
    const char = this.#source[at];
    if (char === undefined) return token('end', '');
    if (char === '\n') {
      this.#at++;
      this.#line++;
      return token('newline', '\n');
    }
    if (char === '"') return token('text', unescaped(this.#until('"')));
    const number = this.#match(NUMBER);
    if (number !== undefined) return token('number', number);
    const name = this.#match(NAME);
    if (name !== undefined) return token(this.#kindOf(name), name);
    const operator = this.#match(OPERATORS);
    if (operator === undefined) throw this.error(`Unexpected token`);
    if (operator === '**') return token('operator', '^');
    if (operator === '**=') return token('operator', '^=');
    return token('operator', operator);
  }

  #kindOf(name: string): Token['kind'] {
    if (WORDS.has(name)) return 'word';
    if (BUILTINS.has(name)) return 'builtin';
    return this.#source[this.#at] === '(' ? 'function' : 'name';
  }

  /** A regular expression that begins with the slash of a token. */
  regex({ at }: Token): string {
    this.#at = at;
    return this.#until('/').replaceAll('\\/', '/');
  }

  /** What stands between the character here and the next one of its kind. */
  #until(quote: string): string {
    const start = ++this.#at;
    let isInBrackets = false;
    for (; ; this.#at++) {
      const char = this.#source[this.#at];
      if (char === undefined || (char === '\n' && quote === '/'))
        throw this.error(quote === '/' ? 'Unexpected end of regular expression' : 'Unexpected end of string');
      if (char === '\n') this.#line++;
      if (char === '\\') {
        this.#at++;
        continue;
      }
      if (quote === '/' && char === '[' && !isInBrackets) {
        isInBrackets = true;
        // A bracket that comes first is a character.
        if (this.#source[this.#at + 1] === '^') this.#at++;
        if (this.#source[this.#at + 1] === ']') this.#at++;
      } else if (char === ']') isInBrackets = false;
      if (char === quote && !isInBrackets) break;
    }
    return this.#source.slice(start, this.#at++);
  }

  error(what: string): BadUsage {
    return new BadUsage(`cmd. line:${this.#line}: ${what}`);
  }
}
