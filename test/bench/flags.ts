import { parseArgs } from 'node:util';
import type { Scenario } from './scenario.ts';

const DEFAULT_ROUNDS = 3;

export interface Flags {
  readonly rounds: number;
  readonly scenarios: readonly Scenario[];
  /** Where all samples go. */
  readonly json: string | undefined;
}

/** Wrong flags; the message says what would be right. */
export class UsageError extends Error {}

function chosen(only: string | undefined, all: readonly Scenario[]): readonly Scenario[] {
  if (only === undefined) return all.filter(({ onlyByName }) => !onlyByName);
  const names = only.split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !all.some((scenario) => scenario.name === name));
  if (unknown !== undefined || names.length === 0)
    throw new UsageError(`--only takes ${all.map(({ name }) => name).join(', ')}: not '${unknown ?? ''}'`);
  return all.filter(({ name }) => names.includes(name));
}

/** @throws UsageError */
export function parseFlags(args: readonly string[], all: readonly Scenario[]): Flags {
  const options = { rounds: { type: 'string' }, only: { type: 'string' }, json: { type: 'string' } } as const;
  let values: { rounds?: string; only?: string; json?: string };
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError(`--rounds takes a whole number from 1 on`);
  return { rounds, scenarios: chosen(values.only, all), json: values.json };
}
