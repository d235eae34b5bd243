import { type CharacterSet, perlClass, posixClass, propertyClass } from './classes.ts';

/** Regular expressions in RE2's syntax, as Go's regexp package reads it. */

export type Assertion = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word' | 'no-word';

export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly node: Node;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    };

/** What is wrong with a pattern, in Go's words. */
export class RegexFault extends Error {
  constructor(problem: string, part: string) {
    super(`error parsing regexp: ${problem}: \`${part}\``);
  }
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly swapGreed: boolean;
}

const NO_FLAGS: Flags = { ignoreCase: false, multiLine: false, dotAll: false, swapGreed: false };
const FLAG_NAMES: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoreCase',
  m: 'multiLine',
  s: 'dotAll',
  U: 'swapGreed',
};
const MAX_REPEAT = 1000;
const MAX_NESTING = 1000;
const ESCAPES: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
const ALL: CharacterSet = { ranges: [[0, 0x10ffff]], tests: [], negated: false, ignoreCase: false };
const NOT_NEWLINE: CharacterSet = { ranges: [[10, 10]], tests: [], negated: true, ignoreCase: false };

/** @throws RegexFault */
export function parseRegex(pattern: string): Node {
  return new RegexParser(pattern).whole();
}

class RegexParser {
  private readonly pattern: string;
  private at = 0;
  private nesting = 0;
  private flags = NO_FLAGS;
  private readonly names = new Set<string>();

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  whole(): Node {
    const node = this.choice();
    if (this.at < this.pattern.length) throw new RegexFault('unexpected )', this.pattern);
    checkRepeats(node, MAX_REPEAT);
    return node;
  }

  private choice(): Node {
    this.nesting += 1;
    if (this.nesting > MAX_NESTING) throw new RegexFault('expression nests too deeply', this.pattern);
    const nodes = [this.sequence()];
    while (this.accept('|')) nodes.push(this.sequence());
    this.nesting -= 1;
    return nodes.length === 1 && nodes[0] ? nodes[0] : { kind: 'choice', nodes };
  }

  private sequence(): Node {
    const nodes: Node[] = [];
    while (this.at < this.pattern.length && !this.sees('|') && !this.sees(')')) {
      const start = this.at;
      const node = this.atom();
      if (node) nodes.push(this.repeated(node, start));
    }
    return nodes.length === 1 && nodes[0] ? nodes[0] : { kind: 'sequence', nodes };
  }

  private sees(text: string): boolean {
    return this.pattern.startsWith(text, this.at);
  }

  private accept(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  private next(): string {
    const character = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0);
    this.at += character.length;
    return character;
  }

  private atom(): Node | undefined {
    if (this.sees('(')) return this.group();
    if (this.sees('[')) return { kind: 'set', set: this.bracket() };
    if (this.sees('\\')) return this.escape();
    const start = this.at;
    const character = this.next();
    switch (character) {
      case '^':
        return assertion(this.flags.multiLine ? 'line-start' : 'text-start');
      case '$':
        return assertion(this.flags.multiLine ? 'line-end' : 'text-end');
      case '.':
        return { kind: 'set', set: this.flags.dotAll ? ALL : NOT_NEWLINE };
      case '*':
      case '+':
      case '?':
        throw new RegexFault('missing argument to repetition operator', this.pattern.slice(start, this.at));
      case '{': {
        this.at = start;
        const counts = this.counts();
        if (counts) throw new RegexFault('missing argument to repetition operator', this.pattern.slice(start, this.at));
        this.next();
        return this.literal(character);
      }
      default:
        return this.literal(character);
    }
  }

  private literal(character: string): Node {
    const code = character.codePointAt(0) ?? 0;
    return {
      kind: 'set',
      set: { ranges: [[code, code]], tests: [], negated: false, ignoreCase: this.flags.ignoreCase },
    };
  }

  private repeated(node: Node, start: number): Node {
    let result = node;
    let last = -1;
    while (true) {
      const before = this.at;
      const counts = this.operator();
      if (!counts) return result;
      const lazy = this.accept('?');
      if (last >= 0) throw new RegexFault('invalid nested repetition operator', this.pattern.slice(last, this.at));
      const [min, max] = counts;
      if (min > MAX_REPEAT || (max !== Number.POSITIVE_INFINITY && max > MAX_REPEAT) || min > max) {
        throw new RegexFault('invalid repeat count', this.pattern.slice(before, this.at));
      }
      result = { kind: 'repeat', node: result, min, max, greedy: lazy === this.flags.swapGreed };
      last = before;
      if (this.at <= start) return result;
    }
  }

  private operator(): readonly [min: number, max: number] | undefined {
    if (this.accept('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.accept('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.accept('?')) return [0, 1];
    return this.sees('{') ? this.counts() : undefined;
  }

  /** `{2}`, `{2,}`, `{2,3}`; anything else in braces is text. */
  private counts(): readonly [min: number, max: number] | undefined {
    const match = /^\{(\d+)(,?)(\d*)\}/.exec(this.pattern.slice(this.at, this.at + 32));
    if (!match) return undefined;
    const [whole, min = '0', comma = '', max = ''] = match;
    if (comma === '' && max !== '') return undefined;
    this.at += whole.length;
    if (comma === '') return [Number(min), Number(min)];
    return [Number(min), max === '' ? Number.POSITIVE_INFINITY : Number(max)];
  }

  private group(): Node | undefined {
    const start = this.at;
    this.at += 1;
    const outer = this.flags;
    if (this.accept('?')) {
      const closed = this.groupHead(start);
      if (closed) return undefined;
    }
    const node = this.choice();
    if (!this.accept(')')) throw new RegexFault('missing closing )', this.pattern);
    this.flags = outer;
    return node.kind === 'sequence' && node.nodes.length === 0 ? { kind: 'empty' } : node;
  }

  /** What stands after `(?`; true when that was all of the group: flags for the rest of the outer one. */
  private groupHead(start: number): boolean {
    const named = /^P?<([^>]*)>/.exec(this.pattern.slice(this.at));
    if (named) {
      const [whole, name = ''] = named;
      this.at += whole.length;
      const text = this.pattern.slice(start, this.at);
      if (!/^\w+$/.test(name)) throw new RegexFault('invalid named capture', text);
      if (this.names.has(name)) throw new RegexFault('duplicate capture group name', name);
      this.names.add(name);
      return false;
    }
    if (this.sees('P<') || this.sees('<')) {
      throw new RegexFault('invalid named capture', this.pattern.slice(start));
    }
    const flags: { -readonly [name in keyof Flags]: boolean } = { ...this.flags };
    let value = true;
    let any = false;
    while (this.at < this.pattern.length) {
      const character = this.next();
      const flag = FLAG_NAMES[character];
      if (flag) {
        flags[flag] = value;
        any = true;
      } else if (character === '-' && value) {
        value = false;
        any = false;
      } else if ((character === ')' || character === ':') && (value || any)) {
        this.flags = flags;
        return character === ')';
      } else break;
    }
    const text = this.pattern.slice(start, this.at);
    if (text === '(?') throw new RegexFault('missing argument to repetition operator', '?');
    throw new RegexFault(
      this.at >= this.pattern.length && !/[^imsU\-(?]$/.test(text)
        ? 'missing closing )'
        : 'invalid or unsupported Perl syntax',
      this.at >= this.pattern.length && !/[^imsU\-(?]$/.test(text) ? this.pattern : text,
    );
  }

  private escape(): Node {
    const start = this.at;
    this.at += 1;
    if (this.at >= this.pattern.length) throw new RegexFault('trailing backslash at end of expression', '');
    const letter = this.pattern[this.at] ?? '';
    switch (letter) {
      case 'A':
        this.at += 1;
        return assertion('text-start');
      case 'z':
        this.at += 1;
        return assertion('text-end');
      case 'b':
      case 'B':
        this.at += 1;
        return assertion(letter === 'b' ? 'word' : 'no-word');
      case 'Q':
        this.at += 1;
        return this.quoted();
    }
    this.at = start;
    const set = this.classEscape();
    if (set) return { kind: 'set', set };
    return this.literal(this.characterEscape());
  }

  private quoted(): Node {
    const end = this.pattern.indexOf('\\E', this.at);
    const text = this.pattern.slice(this.at, end < 0 ? undefined : end);
    this.at = end < 0 ? this.pattern.length : end + 2;
    return { kind: 'sequence', nodes: Array.from(text, (character) => this.literal(character)) };
  }

  /** `\d`, `\pL`, `\P{Greek}` …; undefined when it is the escape of one character. */
  private classEscape(): CharacterSet | undefined {
    const letter = this.pattern[this.at + 1] ?? '';
    const perl = perlClass(letter);
    if (perl) {
      this.at += 2;
      return perl;
    }
    if (letter !== 'p' && letter !== 'P') return undefined;
    const match = /^\\[pP](?:\{(\^?)([^}]*)\}|([^{]))/su.exec(this.pattern.slice(this.at));
    if (!match) throw new RegexFault('invalid character class range', this.pattern.slice(this.at, this.at + 3));
    const [text, caret = '', long, short = ''] = match;
    this.at += text.length;
    const set = propertyClass(long ?? short);
    if (!set) throw new RegexFault('invalid character class range', text);
    return { ...set, negated: (letter === 'P') !== (caret === '^'), ignoreCase: this.flags.ignoreCase };
  }

  private characterEscape(): string {
    const start = this.at;
    this.at += 1;
    if (this.at >= this.pattern.length) throw new RegexFault('trailing backslash at end of expression', '');
    const rest = this.pattern.slice(this.at, this.at + 12);
    const octal = /^(?:[1-7][0-7]{1,2}|0[0-7]{0,2})/.exec(rest)?.[0];
    if (octal !== undefined) {
      this.at += octal.length;
      return String.fromCodePoint(Number.parseInt(octal, 8));
    }
    const hex = /^x(?:([\da-fA-F]{2})|\{([\da-fA-F]+)\})/.exec(rest);
    if (hex) {
      const code = Number.parseInt(hex[1] ?? hex[2] ?? '', 16);
      this.at += hex[0].length;
      if (code <= 0x10ffff) return String.fromCodePoint(code);
    } else {
      const character = this.next();
      const named = ESCAPES[character];
      if (named !== undefined) return String.fromCodePoint(named);
      if (character < '\x80' && !/\w/.test(character)) return character;
    }
    throw new RegexFault('invalid escape sequence', this.pattern.slice(start, this.at));
  }

  private bracket(): CharacterSet {
    const start = this.at;
    this.at += 1;
    const negated = this.accept('^');
    const ranges: [number, number][] = [];
    const tests: CharacterSet[] = [];
    for (let first = true; first || !this.sees(']'); first = false) {
      if (this.at >= this.pattern.length) throw new RegexFault('missing closing ]', this.pattern.slice(start));
      const set = this.bracketClass();
      if (set) tests.push(set);
      else ranges.push(this.bracketRange(start));
    }
    this.at += 1;
    return { ranges, tests, negated, ignoreCase: this.flags.ignoreCase };
  }

  private bracketClass(): CharacterSet | undefined {
    if (this.sees('[:')) {
      const end = this.pattern.indexOf(':]', this.at + 2);
      if (end >= 0) {
        const text = this.pattern.slice(this.at, end + 2);
        const set = posixClass(text.slice(2, -2));
        if (!set) throw new RegexFault('invalid character class range', text);
        this.at = end + 2;
        return set;
      }
    }
    return this.sees('\\') ? this.classEscape() : undefined;
  }

  private bracketRange(start: number): [number, number] {
    const from = this.at;
    const low = this.bracketCharacter(start);
    if (!this.sees('-') || this.sees('-]') || this.at + 1 >= this.pattern.length) return [low, low];
    this.at += 1;
    const high = this.bracketCharacter(start);
    if (high < low) throw new RegexFault('invalid character class range', this.pattern.slice(from, this.at));
    return [low, high];
  }

  private bracketCharacter(start: number): number {
    if (this.at >= this.pattern.length) throw new RegexFault('missing closing ]', this.pattern.slice(start));
    return (this.sees('\\') ? this.characterEscape() : this.next()).codePointAt(0) ?? 0;
  }
}

function assertion(kind: Assertion): Node {
  return { kind: 'assert', assertion: kind };
}

function countsText({ min, max }: { readonly min: number; readonly max: number }): string {
  if (min === max) return `{${min}}`;
  return `{${min},${max === Number.POSITIVE_INFINITY ? '' : max}}`;
}

/** Repeats within repeats may not multiply to more than what one may have. */
function checkRepeats(node: Node, left: number): void {
  switch (node.kind) {
    case 'sequence':
    case 'choice':
      for (const inner of node.nodes) checkRepeats(inner, left);
      return;
    case 'repeat': {
      const times = node.max === Number.POSITIVE_INFINITY ? node.min : node.max;
      if (times > left) throw new RegexFault('invalid repeat count', countsText(node));
      checkRepeats(node.node, times > 1 ? Math.floor(left / times) : left);
    }
  }
}
