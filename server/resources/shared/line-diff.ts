/**
 * The unified diffs in messages about immutable specs: the value printed as Go prints JSON, compared line by line the
 * way Python's difflib does, which upstream's library follows. Which lines match decides what the message says, so the
 * matching is that of difflib: the longest run first, then left and right of it.
 */

interface Match {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

interface Edit {
  readonly isEqual: boolean;
  readonly a: readonly [start: number, end: number];
  readonly b: readonly [start: number, end: number];
}

const CONTEXT = 3;
/** From this many lines on, lines that occur often are not used to find runs. */
const LONG = 200;

/** Where each line occurs in `lines`, without the lines that are everywhere. */
function positionsOf(lines: readonly string[]): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  lines.forEach((line, i) => {
    const known = positions.get(line);
    if (known) known.push(i);
    else positions.set(line, [i]);
  });
  if (lines.length < LONG) return positions;
  const often = Math.floor(lines.length / 100) + 1;
  for (const [line, where] of positions) if (where.length > often) positions.delete(line);
  return positions;
}

class Matcher {
  readonly #a: readonly string[];
  readonly #b: readonly string[];
  readonly #positions: Map<string, number[]>;

  constructor(a: readonly string[], b: readonly string[]) {
    this.#a = a;
    this.#b = b;
    this.#positions = positionsOf(b);
  }

  #longest(aStart: number, aEnd: number, bStart: number, bEnd: number): Match {
    let best: Match = { a: aStart, b: bStart, size: 0 };
    let lengths = new Map<number, number>();
    for (let i = aStart; i < aEnd; i++) {
      const next = new Map<number, number>();
      for (const j of this.#positions.get(this.#a[i] ?? '') ?? []) {
        if (j < bStart) continue;
        if (j >= bEnd) break;
        const size = (lengths.get(j - 1) ?? 0) + 1;
        next.set(j, size);
        if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
      }
      lengths = next;
    }
    let { a, b, size } = best;
    while (a > aStart && b > bStart && this.#a[a - 1] === this.#b[b - 1]) [a, b, size] = [a - 1, b - 1, size + 1];
    while (a + size < aEnd && b + size < bEnd && this.#a[a + size] === this.#b[b + size]) size++;
    return { a, b, size };
  }

  *#matches(aStart: number, aEnd: number, bStart: number, bEnd: number): Generator<Match> {
    const match = this.#longest(aStart, aEnd, bStart, bEnd);
    if (match.size === 0) return;
    if (aStart < match.a && bStart < match.b) yield* this.#matches(aStart, match.a, bStart, match.b);
    yield match;
    const [aNext, bNext] = [match.a + match.size, match.b + match.size];
    if (aNext < aEnd && bNext < bEnd) yield* this.#matches(aNext, aEnd, bNext, bEnd);
  }

  /** What to do with each part of `a` to get `b`. */
  edits(): Edit[] {
    const edits: Edit[] = [];
    let [a, b] = [0, 0];
    const change = (aEnd: number, bEnd: number): void => {
      if (a < aEnd || b < bEnd) edits.push({ isEqual: false, a: [a, aEnd], b: [b, bEnd] });
    };
    for (const match of this.#matches(0, this.#a.length, 0, this.#b.length)) {
      const last = edits.at(-1);
      if (last?.isEqual && match.a === a && match.b === b) {
        edits[edits.length - 1] = { isEqual: true, a: [last.a[0], a + match.size], b: [last.b[0], b + match.size] };
      } else {
        change(match.a, match.b);
        edits.push({ isEqual: true, a: [match.a, match.a + match.size], b: [match.b, match.b + match.size] });
      }
      [a, b] = [match.a + match.size, match.b + match.size];
    }
    change(this.#a.length, this.#b.length);
    return edits;
  }
}

/** Changes with a few lines around them; those that are near each other stay together. */
function hunksOf(edits: readonly Edit[]): Edit[][] {
  const hunks: Edit[][] = [];
  let hunk: Edit[] = [];
  for (const [i, edit] of edits.entries()) {
    const { isEqual, a, b } = edit;
    const [isFirst, isLast] = [i === 0, i === edits.length - 1];
    const size = a[1] - a[0];
    if (!isEqual || (!isFirst && !isLast && size <= 2 * CONTEXT)) {
      hunk.push(edit);
      continue;
    }
    const kept = Math.min(CONTEXT, size);
    if (!isFirst) hunk.push({ isEqual, a: [a[0], a[0] + kept], b: [b[0], b[0] + kept] });
    if (hunk.length > 0) hunks.push(hunk);
    hunk = isLast ? [] : [{ isEqual, a: [a[1] - kept, a[1]], b: [b[1] - kept, b[1]] }];
  }
  return hunk.some(({ isEqual }) => !isEqual) ? [...hunks, hunk] : hunks;
}

function rangeText(start: number, end: number): string {
  const length = end - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}

function hunkLines(hunk: readonly Edit[], a: readonly string[], b: readonly string[]): string[] {
  const [first, last] = [hunk[0], hunk.at(-1)];
  if (!first || !last) return [];
  const lines = [`@@ -${rangeText(first.a[0], last.a[1])} +${rangeText(first.b[0], last.b[1])} @@`];
  for (const edit of hunk) {
    if (edit.isEqual) lines.push(...a.slice(...edit.a).map((line) => ` ${line}`));
    else lines.push(...a.slice(...edit.a).map((line) => `-${line}`), ...b.slice(...edit.b).map((line) => `+${line}`));
  }
  return lines;
}

const HTML: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

/** json.MarshalIndent with one blank. */
function goJsonLines(value: unknown): string[] {
  return JSON.stringify(value, null, 1)
    .replace(/[<>&]/g, (character) => HTML[character] ?? character)
    .split('\n');
}

/**
 * The difference between two values, ready for a message.
 *
 * @example
 * valueDiff({ Image: 'a' }, { Image: 'b' }) // '@@ -1,3 +1,3 @@\n {\n- "Image": "a"\n+ "Image": "b"\n }\n'
 */
export function valueDiff(old: unknown, next: unknown): string {
  const [a, b] = [goJsonLines(old), goJsonLines(next)];
  const hunks = hunksOf(new Matcher(a, b).edits());
  return hunks
    .flatMap((hunk) => hunkLines(hunk, a, b))
    .map((line) => `${line}\n`)
    .join('');
}
