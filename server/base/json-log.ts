import { pino } from 'pino';
import type { Logger, LogLevel } from './log.ts';

/** Standard output belongs to the command line's own messages. */
export function openLog(level: LogLevel): Logger {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}
