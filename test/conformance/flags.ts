import { parseArgs } from 'node:util';

const DEFAULTS = { procs: 3, 'spec-timeout': '6m', 'content-type': 'application/json' } as const;
const DURATION = /^(\d+[hms])+$/;

export interface Flags {
  /** Regular expression in Go's syntax that names of specs have to match. */
  readonly focus: string | undefined;
  /** How many specs run at the same time. */
  readonly procs: number;
  /** How long a spec may take, as Go writes durations. */
  readonly specTimeout: string;
  /** What the specs send and ask for. */
  readonly contentType: string;
}

/** Wrong flags; the message says what would be right. */
export class UsageError extends Error {}

/** @throws UsageError */
export function parseFlags(args: readonly string[]): Flags {
  const options = {
    focus: { type: 'string' },
    procs: { type: 'string' },
    'spec-timeout': { type: 'string' },
    'content-type': { type: 'string' },
  } as const;
  let values: { [name in keyof typeof options]?: string };
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const procs = Number(values.procs ?? DEFAULTS.procs);
  if (!Number.isInteger(procs) || procs < 1) throw new UsageError('--procs takes a whole number from 1 on');
  const specTimeout = values['spec-timeout'] ?? DEFAULTS['spec-timeout'];
  if (!DURATION.test(specTimeout)) throw new UsageError("--spec-timeout takes a duration such as '90s' or '3m'");
  return { focus: values.focus, procs, specTimeout, contentType: values['content-type'] ?? DEFAULTS['content-type'] };
}
