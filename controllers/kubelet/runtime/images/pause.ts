import type { Program } from '../machine/program.ts';
import { signalNumber } from '../machine/signals.ts';

/** The program of registry.k8s.io/pause: nothing, until it is told to end. */
export const pause: Program = async (process, args) => {
  if (args[0] === '-v') {
    await process.print('pause.c 3.10\n');
    return 0;
  }
  for (const signal of ['TERM', 'INT'] as const)
    process.handlers.set(signal, () => {
      const text = signal === 'TERM' ? 'Terminated' : 'Interrupt';
      void process.complain(`Shutting down, got signal: ${text}`).finally(() => process.end(0));
    });
  await process.sleep(Number.POSITIVE_INFINITY);
  return signalNumber('TERM');
};
