const NUMBERS = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  POLL: 29,
  PWR: 30,
  SYS: 31,
} as const;

/** A signal, without `SIG`. */
export type Signal = keyof typeof NUMBERS;

/** Signals that end nothing by default. Stopping is not simulated: whoever is stopped goes on. */
const HARMLESS: ReadonlySet<Signal> = new Set(['CHLD', 'CONT', 'URG', 'WINCH', 'STOP', 'TSTP', 'TTIN', 'TTOU']);

export const SIGNALS = Object.keys(NUMBERS) as readonly Signal[];

export const signalNumber = (signal: Signal): number => NUMBERS[signal];

export const endsProcess = (signal: Signal): boolean => !HARMLESS.has(signal);

/** `15`, `TERM`, `SIGTERM`, `term`. @returns undefined for what is no signal */
export function signalOf(name: string): Signal | undefined {
  if (/^\d+$/.test(name)) return SIGNALS.find((signal) => NUMBERS[signal] === Number(name));
  const upper = name.toUpperCase().replace(/^SIG/, '');
  return SIGNALS.find((signal) => signal === upper);
}
