import { Interrupted } from '../../machine/process.ts';
import type { Shell } from '../shell.ts';
import { isName } from '../shell-state.ts';
import type { Builtin } from './builtin.ts';
import { misuse } from './control.ts';

interface ReadOptions {
  readonly isRaw: boolean;
  readonly prompt: string;
  readonly timeoutMs: number | undefined;
  readonly charsMax: number | undefined;
  readonly delimiter: number;
  readonly names: readonly string[];
}

function optionsOf(shell: Shell, args: readonly string[]): ReadOptions {
  let isRaw = false;
  let prompt = '';
  let timeoutMs: number | undefined;
  let charsMax: number | undefined;
  let delimiter = 10;
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') {
      at++;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i);
      if (letter === 'r') isRaw = true;
      else if (letter === 's') continue;
      else if ('ptnd'.includes(letter)) {
        const value = word.slice(i + 1) || (args[++at] ?? '');
        if (letter === 'p') prompt = value;
        else if (letter === 't') timeoutMs = Number(value) * 1000;
        else if (letter === 'n') charsMax = Number(value);
        else delimiter = value === '' ? 0 : value.charCodeAt(0);
        break;
      } else throw misuse(shell, 'read', `illegal option -${letter}`);
    }
  }
  const names = args.slice(at);
  const bad = names.find((name) => !isName(name));
  if (bad !== undefined) throw misuse(shell, 'read', `${bad}: bad variable name`);
  return { isRaw, prompt, timeoutMs, charsMax, delimiter, names: names.length === 0 ? ['REPLY'] : names };
}

/** A line, in which a backslash hides what follows: hidden characters separate nothing. */
interface Line {
  text: string;
  readonly hidden: Set<number>;
  hasEnded: boolean;
}

async function readLine(shell: Shell, { isRaw, charsMax, delimiter }: ReadOptions): Promise<Line> {
  const { textLength } = shell.process.machine.limits;
  const line: Line = { text: '', hidden: new Set(), hasEnded: false };
  let isEscaped = false;
  while (charsMax === undefined || line.text.length < charsMax) {
    const data = await shell.process.read(0, charsMax === undefined ? 4096 : 1, delimiter);
    if (!data) return line;
    for (const byte of data) {
      if (isEscaped) {
        isEscaped = false;
        if (byte === 10) continue;
        line.hidden.add(line.text.length);
      } else if (byte === 92 && !isRaw) {
        isEscaped = true;
        continue;
      } else if (byte === delimiter) {
        line.hasEnded = true;
        return line;
      }
      if (byte !== 0 && line.text.length < textLength) line.text += String.fromCharCode(byte);
    }
  }
  line.hasEnded = true;
  return line;
}

/** Cuts a line into as many fields as there are names; the last one gets the rest. */
function split({ text, hidden }: Line, separators: string, count: number): string[] {
  const isSeparator = (at: number): boolean => !hidden.has(at) && separators.includes(text.charAt(at));
  const isBlank = (at: number): boolean => isSeparator(at) && ' \t\n'.includes(text.charAt(at));
  const fields: string[] = [];
  let at = 0;
  while (at < text.length && isBlank(at)) at++;
  while (fields.length < count - 1 && at < text.length) {
    const start = at;
    while (at < text.length && !isSeparator(at)) at++;
    fields.push(text.slice(start, at));
    while (at < text.length && isBlank(at)) at++;
    if (at < text.length && isSeparator(at) && !isBlank(at) && !(at > 0 && isSeparator(at - 1) && !isBlank(at - 1)))
      at++;
    while (at < text.length && isBlank(at)) at++;
  }
  let end = text.length;
  while (end > at && isBlank(end - 1)) end--;
  const rest = text.slice(at, end);
  const last = rest.length - 1;
  // One separator at the end of the only field left belongs to nobody.
  const hasTail =
    last >= 0 &&
    isSeparator(at + last) &&
    !rest
      .slice(0, last)
      .split('')
      .some((_, i) => isSeparator(at + i));
  fields.push(hasTail ? rest.slice(0, last) : rest);
  return fields;
}

async function readBuiltin(shell: Shell, args: readonly string[]): Promise<number> {
  const options = optionsOf(shell, args);
  const isTerminal = shell.process.files.get(0)?.terminal !== undefined;
  if (options.prompt !== '' && isTerminal) await shell.process.write(2, options.prompt);
  const line = await within(shell, options.timeoutMs, () => readLine(shell, options));
  if (!line) return 1;
  const separators = shell.state.variables.has('IFS') ? (shell.state.get('IFS') ?? '') : ' \t\n';
  const isReply = args.length === 0 || options.names[0] === 'REPLY';
  const fields = isReply && options.names.length === 1 ? [line.text] : split(line, separators, options.names.length);
  for (const [i, name] of options.names.entries()) shell.setVariable(name, fields[i] ?? '');
  return line.hasEnded ? 0 : 1;
}

/** Gives up when the time is over, or a trap ran. */
async function within<T>(shell: Shell, timeoutMs: number | undefined, read: () => Promise<T>): Promise<T | undefined> {
  let cancel: (() => void) | undefined;
  if (timeoutMs !== undefined)
    cancel = shell.process.machine.clock.schedule(timeoutMs, () => shell.process.interrupt());
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    if (shell.isInteractive) throw error;
    await shell.runTraps();
    return undefined;
  } finally {
    cancel?.();
    shell.process.forgetInterrupt();
  }
}

export const readBuiltins: Readonly<Record<string, Builtin>> = { read: readBuiltin };
