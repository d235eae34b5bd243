/** What programs that are written in Go have in common. */
import type { Process } from '../machine/process.ts';
import type { Signal } from '../machine/signals.ts';
import { signalNumber } from '../machine/signals.ts';

const ENDING: readonly Signal[] = ['TERM', 'INT', 'HUP'];

/** Go's runtime ends by itself where the kernel protects the first process from a signal. */
export function endsAsGo(process: Process): void {
  for (const signal of ENDING)
    process.handlers.set(signal, () => process.end(process.pid === 1 ? 2 : 128 + signalNumber(signal)));
}

/** Ends in good order when it is told to. */
export function endsWell(process: Process, exitCode = 0): void {
  for (const signal of ['TERM', 'INT'] as const) process.handlers.set(signal, () => process.end(exitCode));
}

/** A line in the log, as package log writes it: on standard error. */
export function log(process: Process, text: string): Promise<void> {
  const time = isoTime(process).slice(0, 19).replace('T', ' ').replaceAll('-', '/');
  return process.complain(`${time} ${text.replace(/\n$/, '')}`);
}

/** How grave a line of klog is; after a fatal one the program ends with 255. */
export type Severity = 'I' | 'W' | 'E' | 'F';

/** A line as k8s.io/klog writes it: on standard error. @param at file and line that say it */
export function klog(process: Process, severity: Severity, at: string, text: string): Promise<void> {
  const [, month, day, time] = /^\d+-(\d+)-(\d+)T([\d:.]+)/.exec(isoTime(process)) ?? [];
  const head = `${severity}${month}${day} ${time}000 ${String(process.pid).padStart(7)} ${at}] `;
  return process.complain(head + text.replace(/\n$/, ''));
}

/** What `klog.Fatal` ends a program with. */
export const FATAL = 255;

const isoTime = ({ machine }: Process): string => new Date(machine.clock.now()).toISOString();

/** Goes on until somebody ends it. */
export async function forever(process: Process): Promise<number> {
  await process.sleep(Number.POSITIVE_INFINITY);
  return 0;
}

/** As Go prints a duration: `0s`, `1.5s`, `2m0s`. */
export function goDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 1000) return `${ms}ms`;
  const seconds = `${(ms % 60_000) / 1000}s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

/** `%q`. */
export const quoted = (text: string): string => JSON.stringify(text);

/** What Go calls an error of the kernel: its words in lower case. */
export const goError = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);

/** What `encoding/json` makes of a text that browsers could take for markup. */
const MARKUP: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

/** As Go writes the JSON of a map: keys in order, markup escaped. */
export function goJson(value: Readonly<Record<string, unknown>>): string {
  return goJsonInOrder(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** As Go writes the JSON of a struct: fields as they stand, markup escaped. */
export function goJsonInOrder(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value).replace(/[<>&]/g, (char) => MARKUP[char] ?? char);
}
