import type { FileView } from '../machine/file-view.ts';
import type { AnyContainer } from '../pod-runtime.ts';
import type { ContainerLog } from './container-log.ts';

const MESSAGE_BYTES = 4096;
/** Of the log, where it has to do as a message. */
const LOG_MESSAGE = { lines: 80, bytes: 2048 } as const;

/** What a container left for whoever wants to know why it ended; undefined for nothing. */
export function messageOf(
  { terminationMessagePath: path = '', terminationMessagePolicy }: AnyContainer,
  exitCode: number,
  files: Pick<FileView, 'endOf'>,
  log: () => Pick<ContainerLog, 'tail'>,
): string | undefined {
  const message = path === '' ? undefined : files.endOf(path, MESSAGE_BYTES);
  if (message) return message;
  if (exitCode === 0 || terminationMessagePolicy !== 'FallbackToLogsOnError') return undefined;
  return log().tail(LOG_MESSAGE.lines, LOG_MESSAGE.bytes) || undefined;
}
