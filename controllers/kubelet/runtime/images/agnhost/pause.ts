import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { forever } from '../go-program.ts';

const SIGNALS = { INT: { text: 'interrupt', exitCode: 1 }, TERM: { text: 'terminated', exitCode: 2 } } as const;

async function end(process: Process, { text, exitCode }: (typeof SIGNALS)[keyof typeof SIGNALS]): Promise<void> {
  const message = `exiting because of signal "${text}"\n`;
  const path = process.env.get('TERMINATION_MESSAGE_PATH') || '/dev/termination-log';
  try {
    const file = process.open(path, { write: true, truncate: true, create: 0o644 }).retain();
    await process.writeTo(file, message);
    file.release();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
  await process.print(message);
  process.end(exitCode);
}

/** Waits for a signal, and tells which one it was. */
export const pause: Program = async (process) => {
  await process.print('Paused\n');
  for (const signal of ['INT', 'TERM'] as const)
    process.handlers.set(signal, () => void process.thread(() => end(process, SIGNALS[signal])));
  await process.print('Signals registered\n');
  return forever(process);
};
