/** The functions that awk has. */
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import { BadUsage } from '../programs/options.ts';
import type { Regex } from '../regex.ts';
import type { Expression, Place } from './ast.ts';
import type { Split } from './record.ts';
import type { Streams } from './streams.ts';
import { formatted, fromOutside, type Value } from './values.ts';

/** What functions need of the program that calls them. */
export interface Caller {
  readonly process: Process;
  readonly streams: Streams;
  readonly convfmt: string;
  value(expression: Expression): Promise<Value>;
  text(expression: Expression): Promise<string>;
  number(expression: Expression): Promise<number>;
  regex(expression: Expression): Promise<Regex>;
  /** How a text is split by a separator, by the program's own without one. */
  splitter(separator: Expression | undefined): Promise<Split>;
  /** The elements of an array, if it is one. */
  array(expression: Expression): Map<string, Value> | undefined;
  assign(place: Place, value: Value): Promise<void>;
  setVariable(name: string, value: Value): void;
  setElement(array: Map<string, Value>, key: string, value: Value): void;
  clear(array: Map<string, Value>): void;
  flush(): Promise<void>;
}

type Args = readonly Expression[];
type Builtin = (caller: Caller, args: Args) => Promise<Value>;

const RECORD: Place = { kind: 'field', index: { kind: 'number', value: 0 } };

function need(args: Args, at: number): Expression {
  const arg = args[at];
  if (!arg) throw new BadUsage('Too few arguments');
  return arg;
}

const math =
  (compute: (a: number, b: number) => number): Builtin =>
  async (caller, args) => {
    const a = await caller.number(need(args, 0));
    return compute(a, args[1] ? await caller.number(args[1]) : 0);
  };

const bits = (compute: (a: bigint, b: bigint) => bigint): Builtin =>
  math((a, b) => Number(BigInt.asUintN(64, compute(BigInt(Math.trunc(a)), BigInt(Math.trunc(b))))));

const SHIFT_MAX = 64n;

/** `&` in what takes the place of a match is the match. */
const replacementOf = (text: string, matched: string): string =>
  text.replace(/\\\\&|\\&|&/g, (what) => (what === '&' ? matched : what === '\\&' ? '&' : `\\${matched}`));

async function substitute(caller: Caller, args: Args, all: boolean): Promise<Value> {
  const regex = await caller.regex(need(args, 0));
  const replacement = await caller.text(need(args, 1));
  const target = (args[2] ?? RECORD) as Place;
  const text = await caller.text(target);
  let result = '';
  let at = 0;
  let count = 0;
  for (let from = 0; from <= text.length; ) {
    const found = regex.find(text, from);
    if (!found) break;
    await caller.process.step(1 + (text.length >> 10));
    const isEmpty = found.end === found.start;
    // An empty match right behind another one is none.
    if (!isEmpty || found.start > at || count === 0 || at === 0) {
      result += text.slice(at, found.start) + replacementOf(replacement, text.slice(found.start, found.end));
      at = found.end;
      count++;
    }
    from = isEmpty ? found.end + 1 : found.end;
    if (result.length > caller.process.machine.limits.textLength) throw new SystemError('ENOMEM');
    if (!all) break;
  }
  if (count > 0) await caller.assign(target, result + text.slice(at));
  return count;
}

async function match(caller: Caller, args: Args): Promise<Value> {
  const text = await caller.text(need(args, 0));
  const found = (await caller.regex(need(args, 1))).find(text);
  const start = found ? found.start + 1 : 0;
  caller.setVariable('RSTART', start);
  caller.setVariable('RLENGTH', found ? found.end - found.start : -1);
  return start;
}

async function split(caller: Caller, args: Args): Promise<Value> {
  const text = await caller.text(need(args, 0));
  const array = caller.array(need(args, 1));
  if (!array) throw new BadUsage('Not an array');
  const parts = await (await caller.splitter(args[2]))(text);
  caller.clear(array);
  for (const [i, part] of parts.entries()) caller.setElement(array, String(i + 1), fromOutside(part));
  return parts.length;
}

async function substr(caller: Caller, args: Args): Promise<Value> {
  const text = await caller.text(need(args, 0));
  const start = Math.trunc(await caller.number(need(args, 1))) - 1;
  const length = args[2] ? Math.trunc(await caller.number(args[2])) : Number.POSITIVE_INFINITY;
  if (Number.isNaN(start) || Number.isNaN(length)) return '';
  // As busybox does it, a beginning before the first letter is the first one, and the length is kept.
  const from = Math.max(0, start);
  return text.slice(from, from + Math.max(0, length));
}

async function sprintf(caller: Caller, args: Args): Promise<Value> {
  const format = await caller.text(need(args, 0));
  const values: Value[] = [];
  for (const arg of args.slice(1)) values.push(await caller.value(arg));
  return formatted(format, values, caller.convfmt);
}

/** Numbers by chance, the same ones for the same seed: mulberry32. */
interface Chance {
  seed: number;
  state: number;
}

const chances = new WeakMap<Process, Chance>();

function chanceOf(process: Process): Chance {
  const chance = chances.get(process) ?? { seed: 1, state: 1 };
  chances.set(process, chance);
  return chance;
}

function fraction(chance: Chance): number {
  chance.state = (chance.state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(chance.state ^ (chance.state >>> 15), 1 | chance.state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

const missing =
  (name: string): Builtin =>
  async () => {
    throw new BadUsage(`${name} is not simulated`);
  };

/** All of them, by name. */
export const builtins: Readonly<Record<string, Builtin>> = {
  and: bits((a, b) => a & b),
  atan2: math(Math.atan2),
  close: async (caller, args) => {
    await caller.flush();
    return caller.streams.close(await caller.text(need(args, 0)));
  },
  compl: bits((a) => ~a),
  cos: math(Math.cos),
  exp: math(Math.exp),
  fflush: async (caller) => {
    await caller.flush();
    return 0;
  },
  gsub: (caller, args) => substitute(caller, args, true),
  index: async (caller, args) => {
    const [text, part] = [await caller.text(need(args, 0)), await caller.text(need(args, 1))];
    return part === '' ? 0 : text.indexOf(part) + 1;
  },
  int: math(Math.trunc),
  length: async (caller, args) => {
    const array = args[0] && caller.array(args[0]);
    return array ? array.size : (await caller.text(args[0] ?? RECORD)).length;
  },
  log: math(Math.log),
  lshift: bits((a, b) => (b < SHIFT_MAX && b >= 0n ? a << b : 0n)),
  match,
  mktime: missing('mktime'),
  or: bits((a, b) => a | b),
  rand: async ({ process }) => fraction(chanceOf(process)),
  rshift: bits((a, b) => (b < SHIFT_MAX && b >= 0n ? BigInt.asUintN(64, a) >> b : 0n)),
  sin: math(Math.sin),
  split,
  sprintf,
  sqrt: math(Math.sqrt),
  srand: async (caller, args) => {
    const chance = chanceOf(caller.process);
    const before = chance.seed;
    chance.seed = args[0] ? await caller.number(args[0]) : Math.trunc(caller.process.machine.clock.now() / 1000);
    chance.state = Math.trunc(chance.seed) | 0;
    return before;
  },
  strftime: missing('strftime'),
  sub: (caller, args) => substitute(caller, args, false),
  substr,
  system: async (caller, args) => {
    await caller.flush();
    return caller.streams.system(await caller.text(need(args, 0)));
  },
  systime: async ({ process }) => Math.trunc(process.machine.clock.now() / 1000),
  tolower: async (caller, args) =>
    (await caller.text(need(args, 0))).replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  toupper: async (caller, args) =>
    (await caller.text(need(args, 0))).replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  xor: bits((a, b) => a ^ b),
};
