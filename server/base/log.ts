import { openLog } from './json-log.ts';

/** What the project uses of pino: fields first, then the sentence. */
export interface Logger {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines on standard error. Most logs never get one: what writes them is made for the first. */
export function createLogger(level: LogLevel): Logger {
  let log: Logger | undefined;
  const writer =
    (of: Exclude<LogLevel, 'silent'>) =>
    (fields: object, text: string): void => {
      if (LOG_LEVELS.indexOf(of) > LOG_LEVELS.indexOf(level)) return;
      log ??= openLog(level);
      log[of](fields, text);
    };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
}
