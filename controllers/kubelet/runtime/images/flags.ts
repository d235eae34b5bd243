import { parseGoDuration } from '../../go-duration.ts';

/** A kind of flag, and what it is unless given. Its name begins with a letter for short, if it has one: `t|lines`. */
export type Flags = Readonly<Record<string, string | number | boolean | { readonly ms: number }>>;

export type FlagValues<F extends Flags> = {
  readonly [K in keyof F as K extends `${string}|${infer Long}` ? Long : K]: F[K] extends { ms: number }
    ? number
    : F[K] extends string
      ? string
      : F[K] extends number
        ? number
        : boolean;
};

/** Flags that were given wrongly. */
export class FlagError extends Error {}

/** Flags of the logging library that Kubernetes' programs share: they change nothing here. */
const LOGGING: Flags = { v: 0, vmodule: '', 'log-flush-frequency': '', logtostderr: false, alsologtostderr: false };

function parsedFlag(name: string, like: Flags[string], text: string): string | number | boolean {
  const wrong = (why: string): FlagError =>
    new FlagError(`invalid argument ${JSON.stringify(text)} for "--${name}" flag: ${why}`);
  if (typeof like === 'string') return text;
  if (typeof like === 'number') {
    if (/^[+-]?\d+$/.test(text)) return Number(text);
    throw wrong(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  if (typeof like === 'boolean') {
    if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
    if (/^(?:0|f|F|FALSE|false|False)$/.test(text)) return false;
    throw wrong(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const ms = parseGoDuration(text);
  if (ms === undefined) throw wrong(`time: invalid duration ${JSON.stringify(text)}`);
  return ms;
}

/**
 * Reads flags as github.com/spf13/pflag does; with `single` also as package flag, whose long names may have one dash.
 *
 * @throws FlagError
 */
export function readFlags<const F extends Flags>(
  args: readonly string[],
  flags: F,
  { single = false } = {},
): { readonly flags: FlagValues<F>; readonly rest: readonly string[] } {
  const known = new Map<string, { readonly name: string; readonly like: Flags[string] }>();
  const values: Record<string, string | number | boolean> = {};
  for (const [key, like] of [...Object.entries(LOGGING), ...Object.entries(flags)]) {
    const [short = '', name = short] = key.split('|');
    known.set(name, { name, like });
    if (short !== name) known.set(short, { name, like });
    values[name] = typeof like === 'object' ? like.ms : like;
  }
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') {
      rest.push(...args.slice(at + 1));
      break;
    }
    if (!/^-./.test(word)) {
      rest.push(word);
      continue;
    }
    const isLong = word.startsWith('--') || single;
    const [, key = '', given] = (isLong ? /^--?([^=]*)(?:=(.*))?$/s : /^-(.)=?(.+)?$/s).exec(word) ?? [];
    const flag = known.get(key);
    if (!flag) throw new FlagError(isLong ? `unknown flag: --${key}` : `unknown shorthand flag: '${key}' in ${word}`);
    const isBoolean = typeof flag.like === 'boolean';
    const text = given ?? (isBoolean ? 'true' : args[++at]);
    if (text === undefined) throw new FlagError(`flag needs an argument: ${word}`);
    values[flag.name] = parsedFlag(flag.name, flag.like, text);
  }
  return { flags: values as FlagValues<F>, rest };
}
