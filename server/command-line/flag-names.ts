/** What an option of `startCluster()` is called on the command line. */
import { OptionError } from '../base/option-error.ts';
import type { StartOptions } from '../start-options.ts';

/** Where it is not the same words with hyphens. */
const OTHERS: Readonly<Partial<Record<keyof StartOptions, string>>> = {
  tlsNames: '--tls-san',
  etcd: '--etcd-*',
  historyAgeMs: '--history-age',
  corsOrigins: '--cors-origin',
  tokenFile: '--token-auth-file',
  authorizationModes: '--authorization-mode',
};

/** @example flagOf('freezeClock') // --freeze-clock */
export const flagOf = (option: string): string =>
  (Object.hasOwn(OTHERS, option) && OTHERS[option as keyof StartOptions]) ||
  `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** What is wrong, with the flag in the place of the option. */
export const inFlags = (error: Error): string =>
  error instanceof OptionError ? flagOf(error.option) + error.fault : error.message;
