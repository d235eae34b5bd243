import { SystemError } from '../../machine/errno.ts';
import type { OpenFile } from '../../machine/open-file.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { eachInput, Output, readLines } from './input.ts';
import { BadUsage, readOptions } from './options.ts';

type Compare = (a: string, b: string) => number;

const byBytes: Compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const numberAt = (text: string): number => {
  const value = Number.parseFloat(/^\s*-?\d*\.?\d*/.exec(text)?.[0] ?? '');
  return Number.isNaN(value) ? 0 : value;
};

const SIZES = 'KMGTPE';

function humanNumber(text: string): number {
  const [, amount = '0', unit = ''] = /^\s*(-?[\d.]+)([KMGTPE]?)/i.exec(text) ?? [];
  return Number(amount) * 1024 ** (SIZES.indexOf(unit.toUpperCase()) + 1);
}

function byVersion(a: string, b: string): number {
  const parts = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]];
    const result = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : byBytes(x, y);
    if (result !== 0) return result;
  }
  return 0;
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const monthOf = (text: string): number => MONTHS.indexOf(text.trim().slice(0, 3).toUpperCase());

/** How texts compare, by the letters of options. */
function comparison(letters: string): Compare {
  const prepare = (text: string): string => {
    let prepared = letters.includes('b') ? text.trimStart() : text;
    if (letters.includes('f')) prepared = prepared.toUpperCase();
    if (letters.includes('d')) prepared = prepared.replace(/[^A-Za-z0-9\s]/g, '');
    return prepared;
  };
  let compare: Compare = (a, b) => byBytes(prepare(a), prepare(b));
  if (letters.includes('n') || letters.includes('g')) compare = (a, b) => numberAt(a) - numberAt(b);
  if (letters.includes('h')) compare = (a, b) => humanNumber(a) - humanNumber(b);
  if (letters.includes('M')) compare = (a, b) => monthOf(a) - monthOf(b);
  if (letters.includes('V')) compare = byVersion;
  return letters.includes('r') ? (a, b) => compare(b, a) : compare;
}

interface Key {
  readonly from: number;
  readonly fromChar: number;
  readonly to: number;
  readonly toChar: number;
  readonly compare: Compare;
}

function keyOf(text: string, fallback: string): Key {
  const [, from = '', fromChar = '1', flags = '', to = '0', toChar = '0', toFlags = ''] =
    /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/.exec(text) ?? [];
  if (from === '' || from === '0') throw new BadUsage(`invalid number '${text}'`);
  const letters = flags + toFlags;
  return {
    from: Number(from),
    fromChar: Number(fromChar),
    to: Number(to),
    toChar: Number(toChar),
    compare: comparison(letters === '' ? fallback : letters),
  };
}

/** The part of a line that a key names. Without a separator fields keep the blanks before them. */
function keyText(line: string, { from, fromChar, to, toChar }: Key, separator: string | undefined): string {
  const fields = separator === undefined ? (line.match(/\s*\S+/g) ?? []) : line.split(separator);
  const joint = separator ?? '';
  const first = (fields[from - 1] ?? '').slice(fromChar - 1);
  if (to === 0) return [first, ...fields.slice(from)].join(joint);
  if (to < from) return '';
  const last = fields[to - 1] ?? '';
  const cut = toChar === 0 ? last : last.slice(0, toChar);
  if (to === from) return cut.slice(fromChar - 1);
  return [first, ...fields.slice(from, to - 1), cut].join(joint);
}

/** Sorts without holding the event loop: small pieces at once, merged step by step. */
async function sorted(process: Process, lines: string[], compare: Compare): Promise<string[]> {
  const piece = 512;
  let runs: string[][] = [];
  for (let at = 0; at < lines.length; at += piece) {
    runs.push(lines.slice(at, at + piece).sort(compare));
    const pause = process.step(piece / 8);
    if (pause) await pause;
  }
  while (runs.length > 1) {
    const next: string[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const [left = [], right] = [runs[i], runs[i + 1]];
      next.push(right ? await merged(process, left, right, compare) : left);
    }
    runs = next;
  }
  return runs[0] ?? [];
}

async function merged(
  process: Process,
  left: readonly string[],
  right: readonly string[],
  compare: Compare,
): Promise<string[]> {
  const result: string[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    const [a = '', b = ''] = [left[i], right[j]];
    if (compare(a, b) <= 0) {
      result.push(a);
      i++;
    } else {
      result.push(b);
      j++;
    }
    if (result.length % 64 === 0) {
      const pause = process.step(8);
      if (pause) await pause;
    }
  }
  while (i < left.length) result.push(left[i++] ?? '');
  while (j < right.length) result.push(right[j++] ?? '');
  return result;
}

export const sort: Program = async (process, args, name) => {
  const options = readOptions(args, 'nrugMcszbdfiVhk:t:o:T:S:m', {
    reverse: 'r',
    unique: 'u',
    'numeric-sort': 'n',
    key: 'k',
    'field-separator': 't',
    output: 'o',
    stable: 's',
    'version-sort': 'V',
  });
  const global = 'nrgMbdfVh'
    .split('')
    .filter((letter) => options.has(letter))
    .join('');
  const keys = options.all('k').map((text) => keyOf(text, global));
  const separator = options.value('t');
  const whole = comparison(global);
  const byKeys: Compare = (a, b) => {
    for (const key of keys) {
      const result = key.compare(keyText(a, key, separator), keyText(b, key, separator));
      if (result !== 0) return result;
    }
    return keys.length === 0 ? whole(a, b) : 0;
  };
  const isStable = options.has('s') || options.has('u');
  const last: Compare = options.has('r') ? (a, b) => byBytes(b, a) : byBytes;
  const compare: Compare = isStable ? byKeys : (a, b) => byKeys(a, b) || last(a, b);
  const end = options.has('z') ? '\0' : '\n';
  const lines: string[] = [];
  let length = 0;
  const { programBytes } = process.machine.limits;
  const status = await eachInput(
    process,
    name,
    options.rest,
    async (file) => {
      for await (const batch of readLines(process, file, end)) {
        for (const line of batch.lines) {
          lines.push(line);
          length += line.length + 1;
        }
        if (length > programBytes) throw new SystemError('ENOMEM');
      }
    },
    (path, problem) => `${path}: ${problem}`,
  );
  if (status !== 0) return 2;
  if (options.has('c')) return checked(process, lines, byKeys, name);
  const ordered = await sorted(process, lines, compare);
  const output = options.value('o');
  const file =
    output === undefined ? undefined : process.open(output, { write: true, truncate: true, create: 0o666 }).retain();
  try {
    await writeLines(process, ordered, options.has('u') ? byKeys : undefined, end, file);
  } finally {
    file?.release();
  }
  return 0;
};

async function writeLines(
  process: Process,
  lines: readonly string[],
  unique: Compare | undefined,
  end: string,
  file: OpenFile | undefined,
): Promise<void> {
  const output = new Output(process);
  let before: string | undefined;
  for (const line of lines) {
    if (unique && before !== undefined && unique(before, line) === 0) continue;
    before = line;
    const pause = file ? process.writeTo(file, line + end) : output.add(line + end);
    if (pause) await pause;
  }
  await output.flush();
}

async function checked(process: Process, lines: readonly string[], compare: Compare, name: string): Promise<number> {
  for (let i = 1; i < lines.length; i++) {
    const pause = process.step();
    if (pause) await pause;
    if (compare(lines[i - 1] ?? '', lines[i] ?? '') <= 0) continue;
    await process.complain(`${name}: -:${i + 1}: disorder: ${lines[i]}`);
    return 1;
  }
  return 0;
}
