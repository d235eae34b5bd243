/** Sets of characters. */

export interface CharacterSet {
  readonly ranges: readonly (readonly [low: number, high: number])[];
  /** Sets and Unicode properties that belong to it as well. */
  readonly tests: readonly (CharacterSet | RegExp)[];
  readonly negated: boolean;
  readonly ignoreCase: boolean;
}

export const DIGIT = rangesOf('09');
export const WORD = rangesOf('09AZ__az');
const SPACE = rangesOf('\t\n\f\r  ');

function rangesOf(pairs: string): CharacterSet {
  const ranges: [number, number][] = [];
  for (let index = 0; index < pairs.length; index += 2)
    ranges.push([pairs.charCodeAt(index), pairs.charCodeAt(index + 1)]);
  return { ranges, tests: [], negated: false, ignoreCase: false };
}

const PERL: Readonly<Record<string, CharacterSet>> = { d: DIGIT, w: WORD, s: SPACE };

/** `\d`, `\W` …: ASCII only. */
export function perlClass(letter: string): CharacterSet | undefined {
  const set = PERL[letter.toLowerCase()];
  return set && letter !== letter.toLowerCase() ? { ...set, negated: true } : set;
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: '09AZaz',
  alpha: 'AZaz',
  ascii: '\x00\x7f',
  blank: '\t\t  ',
  cntrl: '\x00\x1f\x7f\x7f',
  digit: '09',
  graph: '!~',
  lower: 'az',
  print: ' ~',
  punct: '!/:@[`{~',
  space: '\t\r  ',
  upper: 'AZ',
  word: '09AZaz__',
  xdigit: '09AFaf',
};

/** `[:alpha:]` or `[:^alpha:]`, by the name. */
export function posixClass(name: string): CharacterSet | undefined {
  const negated = name.startsWith('^');
  const key = negated ? name.slice(1) : name;
  const pairs = Object.hasOwn(POSIX, key) ? POSIX[key] : undefined;
  return pairs === undefined ? undefined : { ...rangesOf(pairs), negated };
}

/** `\pL`, `\p{Greek}`: general categories and scripts. */
export function propertyClass(name: string): CharacterSet | undefined {
  if (name === 'Any') return { ranges: [[0, 0x10ffff]], tests: [], negated: false, ignoreCase: false };
  const property = /^[A-Z][a-z]?$/.test(name) ? name : /^[A-Z][A-Za-z_]+$/.test(name) ? `Script=${name}` : undefined;
  if (property === undefined) return undefined;
  try {
    return { ranges: [], tests: [new RegExp(`^\\p{${property}}$`, 'u')], negated: false, ignoreCase: false };
  } catch {
    return undefined;
  }
}

/** Whether a set holds a code point. */
export function holds(set: CharacterSet, code: number): boolean {
  return (set.ignoreCase ? holdsAnyCase(set, code) : holdsExactly(set, code)) !== set.negated;
}

function holdsExactly(set: CharacterSet, code: number): boolean {
  for (const [low, high] of set.ranges) if (code >= low && code <= high) return true;
  for (const test of set.tests) {
    if (test instanceof RegExp ? test.test(String.fromCodePoint(code)) : holds(test, code)) return true;
  }
  return false;
}

/** The characters that differ in case only, as simple folding joins them. */
const FOLDS: readonly string[] = [
  'kK\u212a',
  'sS\u017f',
  '\u00e5\u00c5\u212b',
  '\u03c9\u03a9\u2126',
  '\u00b5\u03bc\u039c',
];

function holdsAnyCase(set: CharacterSet, code: number): boolean {
  if (holdsExactly(set, code)) return true;
  const character = String.fromCodePoint(code);
  const others = [
    character.toLowerCase(),
    character.toUpperCase(),
    ...Array.from(FOLDS.find((fold) => fold.includes(character)) ?? ''),
  ];
  return others.some((other) => Array.from(other).length === 1 && holdsExactly(set, other.codePointAt(0) ?? 0));
}
