import { programOptions } from '../support/program-options.ts';

export interface Flags {
  readonly seed: number | undefined;
  readonly runs: number;
  readonly oracle: { readonly url: string; readonly token: string; readonly sample: number } | undefined;
}

/** Ends the program where one of them is wrong. */
export function parseFlags(args: readonly string[]): Flags {
  const { seed, runs, oracle, token, sample } = programOptions(
    'fuzz',
    {
      seed: { is: 'number', text: 'repeats a run' },
      runs: { is: 'number', text: 'how many requests', default: 100_000 },
      oracle: { is: 'text', text: 'the URL of a real API server to compare answers with' },
      token: { is: 'text', text: 'for that one', default: '' },
      sample: { is: 'number', text: 'how many answers are compared', default: 2000 },
    },
    args,
  );
  return { seed, runs, oracle: oracle === undefined ? undefined : { url: oracle, token, sample } };
}
