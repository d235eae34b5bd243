import type { Redirect, Redirection } from 'unbash';
import { SystemError } from '../machine/errno.ts';
import type { OpenMode } from '../machine/file-view.ts';
import { type OpenFile, OpenText } from '../machine/open-file.ts';
import { ShellError } from './control-flow.ts';
import { expandHereDoc, expandText } from './expand.ts';
import type { Shell } from './shell.ts';

/** A redirection that failed: the command does not run, the shell goes on. */
export class RedirectFailed extends Error {}

/** What stood at descriptors before redirections. */
type Saved = Map<number, OpenFile | undefined>;

/** Runs something with descriptors redirected, and puts them back. */
export async function redirected<T>(
  shell: Shell,
  redirects: readonly Redirection[],
  run: () => Promise<T>,
): Promise<T> {
  if (redirects.length === 0) return run();
  const saved: Saved = new Map();
  try {
    await redirect(shell, redirects, saved);
    return await run();
  } finally {
    restore(shell, saved);
  }
}

/** Redirects for good when nothing is saved: `exec > file`. */
export async function redirect(shell: Shell, redirects: readonly Redirection[], saved?: Saved): Promise<void> {
  for (const redirection of redirects) {
    for (const [fd, file] of await opened(shell, redirection)) {
      if (saved && !saved.has(fd)) saved.set(fd, shell.process.files.get(fd)?.retain());
      shell.process.setFile(fd, file);
    }
  }
}

function restore({ process }: Shell, saved: Saved): void {
  for (const [fd, file] of [...saved].reverse()) {
    if (process.exitCode === undefined) process.setFile(fd, file);
    file?.release();
  }
}

const OPEN_MODES: Readonly<Record<string, OpenMode>> = {
  '<': { read: true },
  '<>': { read: true, write: true, create: 0o666 },
  '>': { write: true, truncate: true, create: 0o666 },
  '>|': { write: true, truncate: true, create: 0o666 },
  '>>': { write: true, append: true, create: 0o666 },
  '&>': { write: true, truncate: true, create: 0o666 },
  '&>>': { write: true, append: true, create: 0o666 },
};

async function opened(shell: Shell, redirection: Redirection): Promise<[number, OpenFile | undefined][]> {
  const { descriptor } = redirection;
  if (descriptor?.type === 'FileDescriptorVariable') throw new ShellError('syntax error: bad redirection');
  if (redirection.type === 'HereDoc') {
    const text = await expandHereDoc(shell, redirection.body, {
      isQuoted: redirection.delimiter?.quoted ?? false,
      isIndented: redirection.operator === '<<-',
    });
    return [[descriptor?.value ?? 0, new OpenText('here', text)]];
  }
  if (redirection.type === 'HereString') {
    const text = redirection.target ? await expandText(shell, redirection.target) : '';
    return [[descriptor?.value ?? 0, new OpenText('here', `${text}\n`)]];
  }
  return openedFile(shell, redirection, descriptor?.value);
}

async function openedFile(
  shell: Shell,
  { operator, target }: Redirect,
  descriptor: number | undefined,
): Promise<[number, OpenFile | undefined][]> {
  const fd = descriptor ?? (operator.startsWith('<') ? 0 : 1);
  const name = target ? await expandText(shell, target) : '';
  if (operator === '>&' || operator === '<&') {
    if (name === '-') return [[fd, undefined]];
    if (/^\d+$/.test(name)) {
      const file = shell.process.files.get(Number(name));
      if (!file) throw new RedirectFailed(`${name}: Bad file descriptor`);
      return [[fd, file]];
    }
    if (operator === '<&' || descriptor !== undefined) throw new ShellError('bad fd number');
  }
  const both = operator.startsWith('&') || operator === '>&';
  const file = open(shell, name, operator === '>&' ? '&>' : operator);
  return both
    ? [
        [1, file],
        [2, file],
      ]
    : [[fd, file]];
}

function open(shell: Shell, name: string, operator: string): OpenFile {
  const { process, state } = shell;
  const mode = OPEN_MODES[operator] ?? { read: true };
  const isKept = operator === '>' && state.options.has('noclobber');
  try {
    if (isKept && process.view.tryFind(process.path(name), process)?.node.kind === 'file')
      throw new SystemError('EEXIST');
    return process.open(name, mode);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const isMissing = error.code === 'ENOENT' || error.code === 'ENOTDIR';
    const verb = operator === '<' ? 'open' : 'create';
    const why = isMissing ? (operator === '<' ? 'no such file' : 'nonexistent directory') : error.message;
    throw new RedirectFailed(`can't ${verb} ${name}: ${why}`);
  }
}
