/**
 * Patterns of schemas. Upstream compiles them with Go's regexp package (RE2): the text that decides whether a pattern
 * is one, and what it matches, is RE2's. This file is the only one that knows how that is done.
 */
import { goQuote } from '../../kube/go-quote.ts';

/** Whether a text has a match anywhere. */
export type PatternTest = (text: string) => boolean;

/** A pattern that RE2 refuses; the message is regexp.Compile's. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

const MAX_REPEAT = 1000;

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

const problem = (text: string, part: string): PatternError =>
  new PatternError(`error parsing regexp: ${text}: \`${part}\``);

/** Rewrites RE2 syntax as a JavaScript expression with the flag `u`. */
class Translator {
  readonly #source: string;
  #at = 0;
  #depth = 0;
  /** The flags that are on here. */
  #flags = { i: false, m: false, s: false, U: false };
  #output = '';
  /** How often the largest repetition that was read repeats something, with those around it. */
  #repetitions = 1;

  constructor(source: string) {
    this.#source = source;
  }

  run(): string {
    this.#alternatives();
    if (this.#at < this.#source.length) throw problem('unexpected )', this.#source);
    return this.#output;
  }

  #alternatives(): void {
    while (this.#at < this.#source.length) {
      const c = this.#source.charAt(this.#at);
      if (c === ')') {
        if (this.#depth === 0) throw problem('unexpected )', this.#source);
        return;
      }
      if (c === '|') {
        this.#output += '|';
        this.#at++;
      } else this.#repeated();
    }
  }

  #repeated(): void {
    const start = this.#at;
    const c = this.#source.charAt(start);
    if (c === '*' || c === '+' || c === '?') {
      throw problem('missing argument to repetition operator', c);
    }
    const before = this.#repetitions;
    this.#repetitions = 1;
    const atom = this.#atom();
    let repeats = '';
    const first = this.#at;
    for (let operator = this.#operator(); operator !== undefined; operator = this.#operator()) {
      const text = this.#source.slice(first, this.#at);
      if (repeats !== '') throw problem('invalid nested repetition operator', text);
      if (atom === '') throw problem('missing argument to repetition operator', text);
      repeats = operator;
    }
    this.#repetitions = Math.max(before, this.#repetitions);
    this.#output += atom + repeats;
  }

  #operator(): string | undefined {
    const rest = this.#source.slice(this.#at);
    const match = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(rest);
    if (!match) return undefined;
    const [text, least, , most] = match;
    if (least !== undefined) {
      const [min, max] = [Number(least), most === undefined || most === '' ? undefined : Number(most)];
      const bare = text.replace(/\?$/, '');
      if (min > MAX_REPEAT || (max !== undefined && (max > MAX_REPEAT || min > max))) {
        throw problem('invalid repeat count', bare);
      }
      // Repetitions of repetitions count together.
      this.#repetitions *= Math.max(1, max ?? min);
      if (this.#repetitions > MAX_REPEAT) throw problem('invalid repeat count', bare);
    }
    this.#at += text.length;
    if (!this.#flags.U) return text;
    return text.length > 1 && text.endsWith('?') ? text.slice(0, -1) : `${text}?`;
  }

  /** One thing that can be repeated, as JavaScript has it; '' for a switch of flags. */
  #atom(): string {
    const c = this.#source.charAt(this.#at);
    if (c === '(') return this.#group();
    if (c === '[') return this.#class();
    if (c === '\\') return this.#escape();
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    this.#at += character.length;
    if (character === '.') return this.#flags.s ? '[^]' : '[^\\n]';
    if (character === '^') return this.#flags.m ? '(?:(?<=^|\\n))' : '(?<![^])';
    if (character === '$') return this.#flags.m ? '(?=\\n|(?![^]))' : '(?![^])';
    if ('{}]/'.includes(character)) return `\\${character}`;
    return this.#literal(character);
  }

  #literal(character: string): string {
    if (!this.#flags.i) return character;
    const [low, high] = [character.toLowerCase(), character.toUpperCase()];
    return low === high || low.length !== high.length ? character : `[${low}${high}]`;
  }

  #group(): string {
    const rest = this.#source.slice(this.#at);
    const before = { ...this.#flags };
    let opening = '(';
    if (/^\(\?P?</.test(rest)) {
      const named = /^\(\?P?<([^>]*)>/.exec(rest);
      if (!/^\w+$/.test(named?.[1] ?? '')) throw problem('invalid named capture', named?.[0] ?? rest);
      this.#at += (named?.[0] ?? '').length;
    } else if (rest.startsWith('(?')) {
      const flags = /^\(\?([imsU]*)(-[imsU]+)?([:)])/.exec(rest);
      if (!flags) throw problem('invalid or unsupported Perl syntax', /^\(\?[imsU-]*.?/s.exec(rest)?.[0] ?? '(?');
      const [text, on = '', off = '', end] = flags;
      for (const flag of on) this.#flags[flag as 'i'] = true;
      for (const flag of off.slice(1)) this.#flags[flag as 'i'] = false;
      this.#at += text.length;
      if (end === ')') return '';
      opening = '(?:';
    } else this.#at++;
    const outer = this.#output;
    this.#output = '';
    this.#depth++;
    this.#alternatives();
    this.#depth--;
    if (this.#source.charAt(this.#at) !== ')') throw problem('missing closing )', this.#source);
    this.#at++;
    const inner = this.#output;
    this.#output = outer;
    this.#flags = before;
    return `${opening}${inner})`;
  }

  #class(): string {
    const start = this.#at;
    const missing = (): PatternError => problem('missing closing ]', this.#source.slice(start));
    this.#at++;
    let negated = false;
    if (this.#source.charAt(this.#at) === '^') {
      negated = true;
      this.#at++;
    }
    let parts = '';
    for (let first = true; first || this.#source.charAt(this.#at) !== ']'; first = false) {
      if (this.#at >= this.#source.length) throw missing();
      const rest = this.#source.slice(this.#at);
      const posix = /^\[:(\^?)(\w+):\]/.exec(rest);
      if (posix) {
        const range = CLASSES[posix[2] ?? ''];
        if (range === undefined) throw problem('invalid character class range', posix[0]);
        parts += posix[1] === '^' ? complement(range) : range;
        this.#at += posix[0].length;
        continue;
      }
      const shorthand = /^\\[dDsSwW]|^\\[pP](?:\{\^?\w+\}|\w)/.exec(rest);
      if (shorthand) {
        parts += this.#escape(true);
        continue;
      }
      const low = this.#classCharacter(missing);
      const hyphen = this.#source.charAt(this.#at) === '-' && this.#source.charAt(this.#at + 1) !== ']';
      if (hyphen && this.#at + 1 < this.#source.length) {
        this.#at++;
        const high = this.#classCharacter(missing);
        if (high < low) {
          throw problem(
            'invalid character class range',
            this.#source.slice(this.#source.length - rest.length, this.#at),
          );
        }
        parts += this.#folded(`${codePoint(low)}-${codePoint(high)}`, low, high);
      } else parts += this.#folded(codePoint(low), low, low);
    }
    this.#at++;
    return `[${negated ? '^' : ''}${parts}]`;
  }

  /** A range with its letters in both cases when the flag `i` is on. */
  #folded(range: string, low: number, high: number): string {
    if (!this.#flags.i) return range;
    let both = range;
    const [a, z] = [Math.max(low, 0x61), Math.min(high, 0x7a)];
    if (a <= z) both += `${codePoint(a - 32)}-${codePoint(z - 32)}`;
    const [A, Z] = [Math.max(low, 0x41), Math.min(high, 0x5a)];
    if (A <= Z) both += `${codePoint(A + 32)}-${codePoint(Z + 32)}`;
    return both;
  }

  #classCharacter(missing: () => PatternError): number {
    if (this.#at >= this.#source.length) throw missing();
    if (this.#source.charAt(this.#at) !== '\\') {
      const code = this.#source.codePointAt(this.#at) ?? 0;
      this.#at += code > 0xffff ? 2 : 1;
      return code;
    }
    return this.#escapedCharacter();
  }

  /** A character that is written with a backslash, or undefined when the escape stands for something else. */
  #escapedCharacter(): number {
    const rest = this.#source.slice(this.#at);
    const named: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
    const match = /^\\(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]+)\}|(0[0-7]{0,2}|[1-7][0-7]{1,2})|([afnrtv])|([^\w]))/u.exec(
      rest,
    );
    if (!match) {
      if (rest.length === 1)
        throw new PatternError('error parsing regexp: trailing backslash at end of expression: ``');
      throw problem('invalid escape sequence', String.fromCodePoint(0x5c, rest.codePointAt(1) ?? 0));
    }
    const [text, hex, braced, octal, name, literal] = match;
    this.#at += text.length;
    if (hex ?? braced) {
      const code = Number.parseInt((hex ?? braced) as string, 16);
      if (code > 0x10ffff) throw problem('invalid escape sequence', text);
      return code;
    }
    if (octal) return Number.parseInt(octal, 8);
    if (name) return named[name] ?? 0;
    return literal?.codePointAt(0) ?? 0;
  }

  /** @param inClass whether brackets stand around already */
  #escape(inClass = false): string {
    const rest = this.#source.slice(this.#at);
    const kind = rest.charAt(1);
    const take = (length: number): void => {
      this.#at += length;
    };
    if (kind !== '' && 'dDwW'.includes(kind)) {
      take(2);
      return `\\${kind}`;
    }
    if (kind === 's' || kind === 'S') {
      take(2);
      const blanks = '\\t\\n\\f\\r ';
      if (inClass) return kind === 's' ? blanks : complement(blanks);
      return `[${kind === 's' ? '' : '^'}${blanks}]`;
    }
    if (kind === 'b' || kind === 'B') {
      take(2);
      return `\\${kind}`;
    }
    if (kind === 'A' || kind === 'z') {
      take(2);
      return kind === 'A' ? '(?<![^])' : '(?![^])';
    }
    if (kind === 'C') throw problem('invalid escape sequence', '\\C');
    if (kind === 'Q') {
      const end = rest.indexOf('\\E');
      const text = rest.slice(2, end < 0 ? undefined : end);
      take(end < 0 ? rest.length : end + 2);
      return text === '' ? '' : `(?:${Array.from(text, (c) => codePoint(c.codePointAt(0) ?? 0)).join('')})`;
    }
    if (kind === 'p' || kind === 'P') return this.#property(rest);
    return codePoint(this.#escapedCharacter());
  }

  #property(rest: string): string {
    const match = /^\\([pP])(?:\{(\^?)(\w+)\}|(\w))/.exec(rest);
    if (!match) throw problem('invalid character class range', rest.slice(0, 2));
    const [text, kind, not, long, short] = match;
    const name = long ?? short ?? '';
    this.#at += text.length;
    const isNegated = (kind === 'P') !== (not === '^');
    if (name === 'Any') return isNegated ? '[^\\u{0}-\\u{10ffff}]' : '\\u{0}-\\u{10ffff}';
    for (const spelling of [name, `Script=${name}`]) {
      try {
        new RegExp(`\\p{${spelling}}`, 'u');
        return `\\${isNegated ? 'P' : 'p'}{${spelling}}`;
      } catch {
        // The next spelling.
      }
    }
    throw problem('invalid character class range', text);
  }
}

const codePoint = (code: number): string => `\\u{${code.toString(16)}}`;

/** Everything but what stands in a class, as part of a class of ASCII ranges and all above. */
function complement(range: string): string {
  const expression = new RegExp(`[${range}]`, 'u');
  let parts = '';
  for (let code = 0; code < 0x80; code++) if (!expression.test(String.fromCharCode(code))) parts += codePoint(code);
  return `${parts}\\u{80}-\\u{10ffff}`;
}

const known = new Map<string, PatternTest>();
const KNOWN_MAX = 4096;

/**
 * Compiles a pattern; the same one is compiled once.
 *
 * @throws PatternError with regexp.Compile's message
 * @example
 * compilePattern('^[a-z]+$')('web') // true
 */
export function compilePattern(source: string): PatternTest {
  let test = known.get(source);
  if (!test) {
    const text = new Translator(source).run();
    let expression: RegExp;
    try {
      expression = new RegExp(text, 'u');
      // What is too large fails at its first use.
      expression.test('');
    } catch {
      throw new PatternError(`error parsing regexp: invalid or unsupported syntax: ${goQuote(source)}`);
    }
    test = (value) => expression.test(value);
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(source, test);
  }
  return test;
}
