/** The functions that awk brings itself. */
import { SystemError } from '../../../machine/errno.ts';
import { BadUsage } from '../options.ts';
import { splitText } from './fields.ts';
import type { Interpreter } from './interpreter.ts';
import { sprintf } from './sprintf.ts';
import type { Expression, Place } from './syntax.ts';
import { Input, toNumber, type Value } from './values.ts';

type Args = readonly Expression[];
type Builtin = (awk: Interpreter, args: Args) => Promise<Value>;

const argument = async (awk: Interpreter, args: Args, at: number): Promise<Value> => {
  const expression = args[at];
  return expression ? awk.value(expression) : undefined;
};
const textOf = async (awk: Interpreter, args: Args, at: number): Promise<string> =>
  awk.text(await argument(awk, args, at));
const numberOf = async (awk: Interpreter, args: Args, at: number): Promise<number> =>
  toNumber(await argument(awk, args, at));

const ofNumber =
  (compute: (value: number) => number): Builtin =>
  async (awk, args) =>
    compute(await numberOf(awk, args, 0));
const ofBits =
  (compute: (a: bigint, b: bigint) => bigint): Builtin =>
  async (awk, args) => {
    const bits = async (at: number): Promise<bigint> =>
      BigInt.asUintN(64, BigInt(Math.trunc(await numberOf(awk, args, at)) || 0));
    return Number(BigInt.asUintN(64, compute(await bits(0), await bits(1))));
  };

/** The name of an array that is handed over. */
function arrayName(expression: Expression | undefined): string {
  if (expression?.kind !== 'variable') throw new BadUsage('Not an array');
  return expression.name;
}

const length: Builtin = async (awk, args) => {
  const [first] = args;
  if (!first) return awk.text(awk.fields.record).length;
  if (first.kind === 'variable' && awk.variables.cell(first.name).array) return awk.array(first.name).size;
  return awk.text(await awk.value(first)).length;
};

const substr: Builtin = async (awk, args) => {
  const text = await textOf(awk, args, 0);
  const start = Math.max(0, Math.min(text.length, Math.trunc(await numberOf(awk, args, 1)) - 1));
  const count = args.length > 2 ? Math.max(0, Math.trunc(await numberOf(awk, args, 2))) : text.length;
  return text.slice(start, start + count);
};

const split: Builtin = async (awk, args) => {
  const text = await textOf(awk, args, 0);
  const [, target, given] = args;
  const array = awk.array(arrayName(target));
  const separator =
    given?.kind === 'regex'
      ? await awk.regex(given.source)
      : await awk.separator(given ? awk.text(await awk.value(given)) : awk.variables.text('FS'));
  const parts = splitText(text, separator);
  awk.variables.clear(array);
  for (const [index, part] of parts.entries()) awk.variables.putIn(array, String(index + 1), new Input(part));
  return parts.length;
};

/** What a match is replaced with: `&` stands for it, unless it is escaped. */
const replaced = (replacement: string, match: string): string =>
  replacement.replace(/\\([\\&])|&/g, (_, escaped?: string) => escaped ?? match);

const substitute =
  (isGlobal: boolean): Builtin =>
  async (awk, args) => {
    const [pattern, , target = RECORD] = args;
    if (!pattern) throw new BadUsage('Too few arguments');
    const regex = await awk.pattern(pattern);
    const replacement = await textOf(awk, args, 1);
    const text = awk.text(await awk.value(target));
    let [result, at, count] = ['', 0, 0];
    let isAfterMatch = false;
    while (at <= text.length) {
      const pause = awk.process.step();
      if (pause) await pause;
      const match = regex.find(text, at);
      if (!match) break;
      result += text.slice(at, match.start);
      // Where a match ends no empty one begins.
      const isEmpty = match.end === match.start;
      if (!(isEmpty && isAfterMatch && match.start === at)) {
        result += replaced(replacement, text.slice(match.start, match.end));
        count++;
      }
      if (isEmpty) result += text.charAt(match.end);
      at = isEmpty ? match.end + 1 : match.end;
      isAfterMatch = !isEmpty;
      if (result.length > awk.process.machine.limits.textLength) throw new SystemError('ENOMEM');
      if (!isGlobal) break;
    }
    if (count > 0) await awk.put(placeOf(target), result + text.slice(at));
    return count;
  };

const RECORD: Place = { kind: 'field', index: { kind: 'number', value: 0 } };

function placeOf(expression: Expression): Place {
  if (expression.kind === 'variable' || expression.kind === 'element' || expression.kind === 'field') return expression;
  if (expression.kind === 'group') return placeOf(expression.inner);
  throw new BadUsage('Not a variable');
}

const match: Builtin = async (awk, args) => {
  const text = await textOf(awk, args, 0);
  const [, pattern] = args;
  if (!pattern) throw new BadUsage('Too few arguments');
  const found = (await awk.pattern(pattern)).find(text);
  awk.variables.put('RSTART', found ? found.start + 1 : 0);
  awk.variables.put('RLENGTH', found ? found.end - found.start : -1);
  return found ? found.start + 1 : 0;
};

const format: Builtin = async (awk, args) => {
  const values: Value[] = [];
  for (const arg of args.slice(1)) values.push(await awk.value(arg));
  return sprintf(await textOf(awk, args, 0), values);
};

/** The same seed gives the same numbers: a generator of 32 bits (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const srand: Builtin = async (awk, args) => {
  const before = awk.random.seed;
  const seed = args.length > 0 ? await numberOf(awk, args, 0) : Math.floor(awk.process.machine.clock.now() / 1000);
  awk.random.seed = seed;
  awk.random.next = seeded(seed);
  return before;
};

const strftime: Builtin = async (awk, args) => {
  const seconds = args.length > 1 ? await numberOf(awk, args, 1) : Math.floor(awk.process.machine.clock.now() / 1000);
  const { dateText } = await import('../date.ts');
  return dateText(new Date(seconds * 1000), args.length > 0 ? await textOf(awk, args, 0) : '%c');
};

const mktime: Builtin = async (awk, args) => {
  const [year = 1970, month = 1, ...rest] = (await textOf(awk, args, 0)).trim().split(/\s+/).map(Number);
  const ms = Date.UTC(year, month - 1, ...(rest.slice(0, 4) as []));
  return Number.isNaN(ms) ? -1 : ms / 1000;
};

const TABLE: Readonly<Record<string, Builtin>> = {
  length,
  substr,
  index: async (awk, args) => {
    const [text, part] = [await textOf(awk, args, 0), await textOf(awk, args, 1)];
    return part === '' ? 0 : text.indexOf(part) + 1;
  },
  split,
  sub: substitute(false),
  gsub: substitute(true),
  match,
  sprintf: format,
  sin: ofNumber(Math.sin),
  cos: ofNumber(Math.cos),
  atan2: async (awk, args) => Math.atan2(await numberOf(awk, args, 0), await numberOf(awk, args, 1)),
  exp: ofNumber(Math.exp),
  log: ofNumber(Math.log),
  sqrt: ofNumber(Math.sqrt),
  int: ofNumber(Math.trunc),
  rand: async (awk) => awk.random.next(),
  srand,
  tolower: async (awk, args) => (await textOf(awk, args, 0)).replace(/[A-Z]+/g, (text) => text.toLowerCase()),
  toupper: async (awk, args) => (await textOf(awk, args, 0)).replace(/[a-z]+/g, (text) => text.toUpperCase()),
  system: async (awk, args) => awk.streams.system(await textOf(awk, args, 0)),
  close: async (awk, args) => awk.streams.close(await textOf(awk, args, 0)),
  fflush: async (awk) => {
    await awk.streams.flush();
    return 0;
  },
  systime: async (awk) => Math.floor(awk.process.machine.clock.now() / 1000),
  strftime,
  mktime,
  and: ofBits((a, b) => a & b),
  or: ofBits((a, b) => a | b),
  xor: ofBits((a, b) => a ^ b),
  lshift: ofBits((a, b) => (b > 63n ? 0n : a << b)),
  rshift: ofBits((a, b) => a >> b),
  compl: ofBits((a) => ~a),
};

/** Calls one of them. @throws BadUsage */
export async function builtin(awk: Interpreter, name: string, args: Args): Promise<Value> {
  const run = TABLE[name];
  if (!run) throw new BadUsage(`Unexpected token`);
  return run(awk, args);
}
