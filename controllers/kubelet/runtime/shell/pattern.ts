import type { Process } from '../machine/process.ts';

/** Shell patterns: `*`, `?`, `[…]`; a backslash takes the meaning of what follows. */

const SPECIAL = /[*?[\]\\!^-]/g;

/** A text that matches itself only. */
export const literalPattern = (text: string): string => text.replace(SPECIAL, '\\$&');

export const hasWildcards = (pattern: string): boolean => /(^|[^\\])(\\\\)*[*?[]/.test(pattern);

/** What a pattern without wildcards matches. */
export const unescaped = (pattern: string): string => pattern.replace(/\\(.)/gs, '$1');

const CLASSES: Readonly<Record<string, (code: number) => boolean>> = {
  alpha: (c) => (c > 64 && c < 91) || (c > 96 && c < 123),
  digit: (c) => c > 47 && c < 58,
  alnum: (c) => (c > 64 && c < 91) || (c > 96 && c < 123) || (c > 47 && c < 58),
  upper: (c) => c > 64 && c < 91,
  lower: (c) => c > 96 && c < 123,
  space: (c) => c === 32 || (c > 8 && c < 14),
  blank: (c) => c === 32 || c === 9,
  punct: (c) => (c > 32 && c < 48) || (c > 57 && c < 65) || (c > 90 && c < 97) || (c > 122 && c < 127),
  print: (c) => c > 31 && c < 127,
  graph: (c) => c > 32 && c < 127,
  cntrl: (c) => c < 32 || c === 127,
  xdigit: (c) => (c > 47 && c < 58) || (c > 64 && c < 71) || (c > 96 && c < 103),
};

/** One place of a pattern: what it matches of a text's character codes. */
export type PatternPiece = 'star' | ((code: number) => boolean);

function bracket(pattern: string, start: number): { readonly piece: PatternPiece; readonly end: number } | undefined {
  let at = start + 1;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at++;
  const tests: ((code: number) => boolean)[] = [];
  for (let first = true; ; first = false) {
    const char = pattern[at];
    if (char === undefined) return undefined;
    if (char === ']' && !first) break;
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at, at + 12));
    const test = CLASSES[named?.[1] ?? ''];
    if (named && test) {
      tests.push(test);
      at += named[0].length;
      continue;
    }
    if (char === '\\' && at + 1 < pattern.length) at++;
    const low = pattern.charCodeAt(at++);
    let high = low;
    if (pattern[at] === '-' && pattern[at + 1] !== ']' && at + 1 < pattern.length) {
      at++;
      if (pattern[at] === '\\') at++;
      high = pattern.charCodeAt(at++);
    }
    tests.push((code) => code >= low && code <= high);
  }
  return { piece: (code) => tests.some((test) => test(code)) !== negated, end: at + 1 };
}

/** Reads a pattern once, so that many texts can be compared with it. */
export function compilePattern(pattern: string): readonly PatternPiece[] {
  const pieces: PatternPiece[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === '*') {
      if (pieces.at(-1) !== 'star') pieces.push('star');
      continue;
    }
    if (char === '?') {
      pieces.push(() => true);
      continue;
    }
    const set = char === '[' ? bracket(pattern, at) : undefined;
    if (set) {
      pieces.push(set.piece);
      at = set.end - 1;
      continue;
    }
    if (char === '\\' && at + 1 < pattern.length) at++;
    const wanted = pattern.charCodeAt(at);
    pieces.push((code) => code === wanted);
  }
  return pieces;
}

const COMPARISONS_A_STEP = 512;

/** Whether a whole text matches. It gives way: a long text and a long pattern together take long. */
export async function matches(process: Process, pieces: readonly PatternPiece[], text: string): Promise<boolean> {
  let at = 0;
  let piece = 0;
  let star = -1;
  let starAt = 0;
  let comparisons = 0;
  while (at < text.length) {
    if (++comparisons % COMPARISONS_A_STEP === 0) {
      const pause = process.step();
      if (pause) await pause;
    }
    const wanted = pieces[piece];
    if (wanted === 'star') {
      star = piece++;
      starAt = at;
    } else if (wanted?.(text.charCodeAt(at))) {
      piece++;
      at++;
    } else if (star >= 0) {
      piece = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (pieces[piece] === 'star') piece++;
  return piece === pieces.length;
}

/** `${x#p}` and its like: what is left of a text without the shortest or longest beginning or end that matches. */
export async function without(
  process: Process,
  text: string,
  pattern: string,
  { fromEnd, longest }: { readonly fromEnd: boolean; readonly longest: boolean },
): Promise<string> {
  const pieces = compilePattern(pattern);
  for (let i = 0; i <= text.length; i++) {
    const length = longest ? text.length - i : i;
    const cut = fromEnd ? text.slice(text.length - length) : text.slice(0, length);
    if (await matches(process, pieces, cut)) return fromEnd ? text.slice(0, text.length - length) : text.slice(length);
    const pause = process.step();
    if (pause) await pause;
  }
  return text;
}

/** `${x/p/r}`: the longest match at each place, from the left. */
export async function replaced(
  process: Process,
  text: string,
  pattern: string,
  replacement: string,
  where: '/' | '//' | '/#' | '/%',
): Promise<string> {
  if (pattern === '') return text;
  const pieces = compilePattern(pattern);
  let result = '';
  let at = 0;
  while (at <= text.length) {
    let end = -1;
    for (let to = text.length; to > at; to--) {
      const pause = process.step();
      if (pause) await pause;
      if (where === '/%' && to < text.length) break;
      if (await matches(process, pieces, text.slice(at, to))) {
        end = to;
        break;
      }
    }
    if (end > at) {
      result += replacement;
      at = end;
      if (where !== '//') break;
    } else {
      if (where === '/#') break;
      result += text.charAt(at++);
    }
  }
  return result + text.slice(at);
}
