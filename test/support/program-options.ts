/** What the programs behind `npm run …` are told. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

export interface ProgramOption {
  readonly is: 'flag' | 'number' | 'text';
  /** What it does, for `--help`. */
  readonly text: string;
  readonly default?: number | string;
}

type Value<Option extends ProgramOption> = Option['is'] extends 'flag'
  ? boolean
  :
      | (Option['is'] extends 'number' ? number : string)
      | (Option extends { readonly default: unknown } ? never : undefined);

/** By name; one that was not given has its default, or is undefined. */
export type ProgramValues<Options extends Record<string, ProgramOption>> = {
  readonly [Name in keyof Options]: Value<Options[Name]>;
};

function help(program: string, options: Readonly<Record<string, ProgramOption>>): string {
  const rows = Object.entries(options).map(([name, { is, text, default: preset }]) => {
    const left = is === 'flag' ? `--${name}` : `--${name} ${is === 'number' ? 'N' : 'TEXT'}`;
    return `  ${left.padEnd(20)} ${text}${preset === undefined ? '' : ` (${preset})`}`;
  });
  return [`usage: npm run ${program} -- [option …]`, '', ...rows, ''].join('\n');
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${name} takes a whole number: not '${text}'`);
  return value;
}

/**
 * Reads the options of a program. `--help` prints them and ends it; a wrong one ends it with status 2 and says what
 * would be right.
 *
 * @example
 * const { seed, operations } = programOptions('churn', {
 *   seed: { is: 'number', text: 'repeats a run' },
 *   operations: { is: 'number', text: 'how many', default: 10_000 },
 * });
 */
export function programOptions<const Options extends Record<string, ProgramOption>>(
  program: string,
  options: Options,
  args: readonly string[] = process.argv.slice(2),
): ProgramValues<Options> {
  const parsed: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } };
  for (const [name, { is }] of Object.entries(options)) parsed[name] = { type: is === 'flag' ? 'boolean' : 'string' };
  try {
    const { values } = parseArgs({ args: [...args], options: parsed });
    if (values.help === true) {
      process.stdout.write(help(program, options));
      process.exit(0);
    }
    const read = Object.entries(options).map(([name, option]) => {
      const value = values[name];
      if (option.is === 'flag') return [name, value === true];
      if (value === undefined) return [name, option.default];
      return [name, option.is === 'number' ? numberOf(name, String(value)) : value];
    });
    return Object.fromEntries(read) as ProgramValues<Options>;
  } catch (error) {
    // Node adds how to give it as an argument, of which these programs have none.
    const [reason = ''] = (error as Error).message.split('. ');
    process.stderr.write(`${program}: ${reason}\n\n${help(program, options)}`);
    process.exit(2);
  }
}
