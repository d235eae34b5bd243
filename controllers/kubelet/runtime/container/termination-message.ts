import type { Machine } from '../machine/machine.ts';
import type { AnyContainer } from '../pod-runtime.ts';
import type { ContainerLog } from './container-log.ts';

const MESSAGE_BYTES = 4096;
/** Of the log, where it has to do as a message. */
const LOG_MESSAGE = { lines: 80, bytes: 2048 } as const;

/** What a container left for whoever wants to know why it ended. */
export function terminationMessage(
  { terminationMessagePath: path = '', terminationMessagePolicy }: AnyContainer,
  machine: Machine,
  log: ContainerLog,
  exitCode: number,
): string | undefined {
  const message = path === '' ? undefined : machine.view.endOf(path, MESSAGE_BYTES);
  if (message) return message;
  if (exitCode === 0 || terminationMessagePolicy !== 'FallbackToLogsOnError') return undefined;
  return log.tail(LOG_MESSAGE.lines, LOG_MESSAGE.bytes) || undefined;
}
