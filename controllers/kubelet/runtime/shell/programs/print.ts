import type { Program } from '../../machine/program.ts';
import { pad, realNumber, wholeNumber } from '../number-format.ts';
import { Output } from './input.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  '"': '"',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** `\n`, `\101`, `\x41`. `\c` ends everything: the text is cut there, and the second value is true. */
export function unescapeText(text: string, octal: RegExp = /^[0-7]{1,3}/): readonly [string, boolean] {
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char !== '\\' || at + 1 >= text.length) {
      result += char;
      continue;
    }
    const next = text.charAt(++at);
    if (next === 'c') return [result, true];
    const [digits = ''] = octal.exec(text.slice(at, at + 5)) ?? [];
    const [hex = ''] = next === 'x' ? (/^x[0-9a-fA-F]{1,2}/.exec(text.slice(at, at + 3)) ?? []) : [];
    if (digits !== '') {
      result += String.fromCharCode(Number.parseInt(digits, 8) & 255);
      at += digits.length - 1;
    } else if (hex !== '') {
      result += String.fromCharCode(Number.parseInt(hex.slice(1), 16));
      at += hex.length - 1;
    } else result += ESCAPES[next] ?? `\\${next}`;
  }
  return [result, false];
}

export const echo: Program = async (process, args) => {
  let at = 0;
  let newline = '\n';
  let escapes = false;
  for (; /^-[neE]+$/.test(args[at] ?? ''); at++) {
    for (const letter of (args[at] ?? '').slice(1)) {
      if (letter === 'n') newline = '';
      else escapes = letter === 'e';
    }
  }
  const text = args.slice(at).join(' ');
  const [shown, isCut] = escapes ? unescapeText(text, /^0[0-7]{0,3}/) : [text, false];
  await process.print(isCut ? shown : shown + newline);
  return 0;
};

const DIRECTIVE = /%(%|([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:hh|h|ll|l|q|j|z|t|L)*(.?))/g;

export const printf: Program = async (process, args, name) => {
  const words = args[0] === '--' ? args.slice(1) : args;
  const [format, ...values] = words;
  if (format === undefined) {
    await process.complain('Usage: printf FORMAT [ARG]...');
    return 1;
  }
  const [template, isCut] = unescapeFormat(format);
  const state = { status: 0, at: 0, stops: false };
  const problems: string[] = [];
  let output = '';
  do {
    const before = state.at;
    output += render(template, values, state, problems);
    if (output.length > process.machine.limits.textLength) {
      await process.print(output);
      output = '';
    }
    await process.step();
    if (state.at === before) break;
  } while (state.at < values.length && !state.stops && !isCut);
  await process.print(output);
  for (const problem of problems) await process.complain(`${name}: ${problem}`);
  return problems.length > 0 ? 1 : 0;
};

/** Escapes of a format, which leave `%` alone. */
function unescapeFormat(format: string): readonly [string, boolean] {
  const [text, isCut] = unescapeText(format.replace(/\\(?:045|x25)/g, '%%'));
  return [text, isCut];
}

interface Rendering {
  at: number;
  stops: boolean;
}

const WIDTH_MAX = 64 * 1024;

function render(template: string, values: readonly string[], state: Rendering, problems: string[]): string {
  let result = '';
  let last = 0;
  const take = (): string | undefined => values[state.at++];
  const amount = (text: string | undefined): number | undefined => {
    const given = text === '*' ? integer(take() ?? '0', problems) : text;
    return given === undefined ? undefined : Math.max(-WIDTH_MAX, Math.min(WIDTH_MAX, Number(given)));
  };
  for (const match of template.matchAll(DIRECTIVE)) {
    result += template.slice(last, match.index);
    last = match.index + match[0].length;
    const [whole, kind, flags = '', widthText, precisionText, letter = ''] = match;
    if (kind === '%') {
      result += '%';
      continue;
    }
    const width = amount(widthText) ?? 0;
    const precision = whole.includes('.') ? (amount(precisionText) ?? 0) : undefined;
    const piece = convert(letter, flags, precision, take, problems);
    if (piece === undefined) {
      problems.push(`%${letter}${template.slice(last)}: invalid format`);
      state.stops = true;
      return result;
    }
    const isLeft = flags.includes('-') || width < 0;
    const padsZeros = flags.includes('0') && !isLeft && 'dioxXuefgEG'.includes(letter) && precision === undefined;
    result += pad(piece.text, Math.abs(width), isLeft, padsZeros);
    if (piece.stops) {
      state.stops = true;
      return result;
    }
  }
  return result + template.slice(last);
}

interface Piece {
  readonly text: string;
  readonly stops?: boolean;
}

function convert(
  letter: string,
  flags: string,
  precision: number | undefined,
  take: () => string | undefined,
  problems: string[],
): Piece | undefined {
  const cut = (text: string): string => (precision === undefined ? text : text.slice(0, precision));
  switch (letter) {
    case 's':
      return { text: cut(take() ?? '') };
    case 'c':
      return { text: (take() ?? '').charAt(0) };
    case 'b': {
      const [text, stops] = unescapeText(take() ?? '', /^0?[0-7]{1,3}/);
      return { text: cut(text), stops };
    }
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
      return { text: wholeNumber(integer(take() ?? '0', problems), letter, flags, precision) };
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
      return { text: realNumber(real(take() ?? '0', problems), letter, flags, precision ?? 6) };
    default:
      return undefined;
  }
}

/** A number as strtoll reads it; `'a` is the code of a letter. */
function integer(text: string, problems: string[]): bigint {
  const word = text.trim();
  if (/^["']/.test(word)) return BigInt(word.charCodeAt(1) || 0);
  const [, sign = '', digits] = /^([-+]?)(0[xX][0-9a-fA-F]+|\d+)/.exec(word) ?? [];
  const whole = sign + (digits ?? '');
  if (digits === undefined || whole.length !== word.length) {
    if (word !== '') problems.push(`invalid number '${text}'`);
    if (digits === undefined) return 0n;
  }
  const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  return BigInt.asIntN(64, sign === '-' ? -value : value);
}

/** As strtod reads it. */
function real(text: string, problems: string[]): number {
  const value = Number(text.trim());
  if (!Number.isNaN(value)) return value;
  problems.push(`invalid number '${text}'`);
  return 0;
}

export const yes: Program = async (process, args) => {
  const line = `${args.length === 0 ? 'y' : args.join(' ')}\n`;
  const block = line.repeat(Math.max(1, Math.floor(4096 / line.length)));
  for (;;) await process.print(block);
};

export const seq: Program = async (process, args, name) => {
  let separator = '\n';
  let isPadded = false;
  let at = 0;
  for (; at < args.length && /^-[a-z]/.test(args[at] ?? ''); at++) {
    if (args[at] === '-w') isPadded = true;
    else if (args[at]?.startsWith('-s')) separator = args[at]?.slice(2) || (args[++at] ?? '');
  }
  const numbers = args.slice(at).map(Number);
  if (numbers.length === 0 || numbers.length > 3 || numbers.some(Number.isNaN)) {
    const bad = args.slice(at).find((word) => Number.isNaN(Number(word)));
    await process.complain(
      bad === undefined ? 'Usage: seq [-w] [-s SEP] [FIRST [INC]] LAST' : `${name}: invalid number '${bad}'`,
    );
    return 1;
  }
  const [first, step, last] =
    numbers.length === 1
      ? [1, 1, numbers[0] ?? 0]
      : numbers.length === 2
        ? [numbers[0] ?? 0, 1, numbers[1] ?? 0]
        : [numbers[0] ?? 0, numbers[1] ?? 1, numbers[2] ?? 0];
  const decimals = Math.max(...args.slice(at).map((word) => word.split('.')[1]?.length ?? 0));
  const width = isPadded ? Math.max(first.toFixed(decimals).length, last.toFixed(decimals).length) : 0;
  const output = new Output(process);
  let isFirst = true;
  for (let i = 0; ; i++) {
    const value = first + i * step;
    if (step >= 0 ? value > last : value < last) break;
    const pause = output.add(`${isFirst ? '' : separator}${value.toFixed(decimals).padStart(width, '0')}`);
    if (pause) await pause;
    isFirst = false;
  }
  if (!isFirst) output.keep('\n');
  await output.flush();
  return 0;
};

export const clear: Program = async (process) => {
  await process.print('\x1b[H\x1b[J');
  return 0;
};
