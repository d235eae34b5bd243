import { parseArgs } from 'node:util';

export interface Flags {
  readonly seed: number | undefined;
  readonly runs: number;
  readonly oracle: { readonly url: string; readonly token: string; readonly sample: number } | undefined;
}

const OPTIONS = {
  seed: { type: 'string' },
  runs: { type: 'string', default: '100000' },
  oracle: { type: 'string' },
  token: { type: 'string', default: '' },
  sample: { type: 'string', default: '2000' },
} as const;

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} takes a whole number: not '${text}'`);
  return value;
}

/** @throws Error that says what is wrong */
export function parseFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { seed, runs, oracle: url, token, sample } = values;
  return {
    seed: seed === undefined ? undefined : whole('seed', seed),
    runs: whole('runs', runs),
    oracle: url === undefined ? undefined : { url, token, sample: whole('sample', sample) },
  };
}
