/** `fauxkube start -- COMMAND`: runs a command beside the cluster, which ends with it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** As shells say it. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
const SIGNALLED = 128;

/** The code of a program that a signal has ended. */
export const signalCode = (signal: NodeJS.Signals): number => SIGNALLED + (constants.signals[signal] ?? 0);

/** A command that runs. */
export interface Beside {
  /** Its exit code, as a shell would tell it. */
  readonly ended: Promise<number>;
  /** Hands a signal on to it. */
  readonly pass: (signal: NodeJS.Signals) => void;
}

/** Starts the command with the terminal, the input and the output of this process. */
export function runBeside([program = '', ...args]: readonly string[], env: Readonly<Record<string, string>>): Beside {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  const ended = new Promise<number>((done) => {
    child.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const isMissing = code === 'ENOENT';
      process.stderr.write(`fauxkube: ${program}: ${isMissing ? 'there is no such program' : message}\n`);
      done(isMissing ? NOT_FOUND : NOT_EXECUTABLE);
    });
    child.once('exit', (code, signal) => done(signal ? signalCode(signal) : (code ?? 1)));
  });
  return {
    ended,
    pass: (signal) => {
      // A terminal sends it to both: twice is for many programs the wish to end at once.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    },
  };
}
