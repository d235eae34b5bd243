import { SystemError } from './errno.ts';
import type { Place } from './file-view.ts';
import { programIn } from './image.ts';
import { type Attributes, type Caller, may } from './inode.ts';
import type { Machine } from './machine.ts';
import type { Program, StandIn } from './program.ts';

/** A program, and the words that it is started with. */
export interface FoundProgram {
  readonly program: Program;
  readonly argv: readonly string[];
  readonly path: string;
  /** Whom it runs as, whoever starts it: its owner and group, when its mode says so. */
  readonly runsAs?: { readonly uid?: number; readonly gid?: number };
}

/** A container runtime's words about a command that cannot start. */
export class StartRefused extends SystemError {
  constructor(error: SystemError, text: string) {
    super(error.code);
    this.message = text;
  }
}

/** Who starts a program, and what stands for those that nobody has. */
export type Starter = Caller & { readonly standIn?: StandIn | undefined };

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const isMissing = (error: unknown): boolean =>
  error instanceof SystemError && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

const HEAD_BYTES = 256;
const INTERPRETERS_MAX = 4;

function executable(machine: Machine, path: string, caller: Caller): Place {
  const place = machine.view.lookFor(path, caller);
  if (place.node.kind !== 'file' || !may(place.node, 1, caller)) throw new SystemError('EACCES');
  return place;
}

/** The path of a command: through PATH when it holds no slash. */
export function whichProgram(machine: Machine, name: string, caller: Starter, path: string, cwd: string): string {
  try {
    return pathOf(machine, name, caller, path, cwd);
  } catch (error) {
    if (!isMissing(error) || name === '' || !caller.standIn?.(baseName(name))) throw error;
    return name.includes('/') ? name : `/usr/bin/${name}`;
  }
}

function pathOf(machine: Machine, name: string, caller: Caller, path: string, cwd: string): string {
  if (name.includes('/')) {
    const absolute = name.startsWith('/') ? name : `${cwd}/${name}`;
    executable(machine, absolute, caller);
    return absolute;
  }
  let problem: SystemError | undefined;
  for (const directory of path.split(':')) {
    const absolute = `${directory.startsWith('/') ? directory : `${cwd}/${directory}`}/${name}`;
    try {
      executable(machine, absolute, caller);
      return absolute;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (error.code === 'EACCES') problem = error;
    }
  }
  throw problem ?? new SystemError('ENOENT');
}

/**
 * What runs when a file is executed: one of our programs, or the interpreter that its first line names.
 *
 * @throws SystemError
 */
export function loadProgram(machine: Machine, path: string, argv: readonly string[], caller: Starter): FoundProgram {
  try {
    return loaded(machine, path, argv, caller);
  } catch (error) {
    const program = isMissing(error) ? caller.standIn?.(baseName(path)) : undefined;
    if (!program) throw error;
    return { program, argv, path };
  }
}

/** Scripts never run as their owner, whatever their mode says. */
function ownersOf({ mode, uid, gid }: Attributes): NonNullable<FoundProgram['runsAs']> {
  return { ...((mode & 0o4000) !== 0 && { uid }), ...((mode & 0o2000) !== 0 && { gid }) };
}

function loaded(machine: Machine, path: string, argv: readonly string[], caller: Caller): FoundProgram {
  let words = argv;
  let file = path;
  for (let depth = 0; depth < INTERPRETERS_MAX; depth++) {
    const { node } = executable(machine, file, caller);
    const head = node.kind === 'file' ? node.read(0, HEAD_BYTES).toString('latin1') : '';
    const name = programIn(head);
    if (name !== undefined) {
      const program = machine.table.get(name);
      if (!program) throw new SystemError('ENOEXEC');
      const runsAs = words === argv ? ownersOf(node.attributes) : {};
      return { program, argv: words, path, runsAs };
    }
    if (head.includes('\0') || head.startsWith('\x7fELF')) throw new SystemError('ENOEXEC');
    const [, interpreter = '/bin/sh', argument = ''] = /^#!\s*(\S+)[ \t]*([^\n]*)/.exec(head) ?? [];
    words = [interpreter, ...(argument.trim() === '' ? [] : [argument.trim()]), file, ...words.slice(1)];
    file = interpreter;
  }
  throw new SystemError('ELOOP');
}

/** What a container runtime starts, in its words when it cannot. @throws StartRefused */
export function findProgram(
  machine: Machine,
  argv: readonly string[],
  caller: Starter,
  path = '',
  cwd = '/',
): FoundProgram {
  const [name = ''] = argv;
  try {
    return loadProgram(machine, whichProgram(machine, name, caller, path, cwd), argv, caller);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const what = error.message.charAt(0).toLowerCase() + error.message.slice(1);
    if (error.code === 'ENOENT' && !name.includes('/'))
      throw new StartRefused(error, `exec: "${name}": executable file not found in $PATH`);
    if (error.code === 'ENOENT') throw new StartRefused(error, `exec: "${name}": stat ${name}: ${what}`);
    throw new StartRefused(error, `exec: "${name}": ${what}`);
  }
}
