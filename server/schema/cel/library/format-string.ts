/** The clauses of `text.format(values)`: `%s`, `%d`, `%.2f` … */

export type ClauseKind = 's' | 'd' | 'f' | 'e' | 'b' | 'x' | 'X' | 'o';

export interface Clause {
  readonly kind: ClauseKind;
  readonly precision: number;
}

/** Texts and clauses in turn, up to the first problem. */
export interface Format {
  readonly parts: readonly (string | Clause)[];
  readonly problem: string | undefined;
}

const DEFAULT_PRECISION = 6;

/** Reads a format for a number of values. */
export function parseFormat(text: string, values: number): Format {
  const parts: (string | Clause)[] = [];
  let used = 0;
  let at = 0;
  const stop = (problem: string): Format => ({ parts, problem });
  const parse = (problem: string): Format => stop(`could not parse formatting clause: ${problem}`);
  while (at < text.length) {
    const percent = text.indexOf('%', at);
    if (percent < 0) {
      parts.push(text.slice(at));
      break;
    }
    if (percent > at) parts.push(text.slice(at, percent));
    if (text[percent + 1] === '%') {
      parts.push('%');
      at = percent + 2;
      continue;
    }
    if (percent + 1 >= text.length)
      return stop(used < values || values === 0 ? 'unexpected end of string' : outOfRange(used));
    if (used >= values) return stop(outOfRange(used));
    const [, dot, digits = '', letter] = /^%(\.?)(\d*)(.?)/su.exec(text.slice(percent)) ?? [];
    if (dot === '' && digits !== '') return parse(`unrecognized formatting clause "${digits[0]}"`);
    const precision = dot === '' ? DEFAULT_PRECISION : Number(digits);
    if (dot !== '') {
      const head = 'error while parsing precision: ';
      if (letter === '') return parse(`${head}could not find end of precision specifier`);
      if (digits === '') {
        return parse(`${head}error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax`);
      }
      if (precision > MAX_PRECISION)
        return parse(`${head}precision ${precision} exceeds maximum allowed precision ${MAX_PRECISION}`);
    }
    if (!isKind(letter)) return parse(`unrecognized formatting clause "${letter ?? ''}"`);
    parts.push({ kind: letter, precision });
    used += 1;
    at = percent + 1 + (dot ?? '').length + digits.length + 1;
  }
  return { parts, problem: undefined };
}

/** JavaScript prints no more digits. */
const MAX_PRECISION = 100;

function outOfRange(index: number): string {
  return `index ${index} out of range`;
}

function isKind(letter: string | undefined): letter is ClauseKind {
  return letter !== undefined && letter !== '' && 'sdfebxXo'.includes(letter);
}

/** What each clause takes, by the names of types, and what it says about others. */
const TAKEN: Readonly<Record<ClauseKind, readonly [types: readonly string[], problem: string]>> = {
  s: [
    (
      'list map int uint double bool string bytes type null_type google.protobuf.Duration ' +
      'google.protobuf.Timestamp'
    ).split(' '),
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and ' +
      'timestamps',
  ],
  d: [['int', 'uint'], 'decimal clause can only be used on integers'],
  f: [['double', 'string'], 'fixed-point clause can only be used on doubles'],
  e: [['double', 'string'], 'scientific clause can only be used on doubles'],
  b: [['int', 'uint', 'bool'], 'only integers and bools can be formatted as binary'],
  x: [['int', 'uint', 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  X: [['int', 'uint', 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  o: [['int', 'uint'], 'octal clause can only be used on integers'],
};

/** What a clause says about a value of a type; undefined when it takes it. */
export function clauseProblem(kind: ClauseKind, type: string): string | undefined {
  return TAKEN[kind][0].includes(type) ? undefined : refusal(kind, type);
}

export function refusal(kind: ClauseKind, type: string): string {
  return `error during formatting: ${TAKEN[kind][1]}, was given ${type}`;
}
