/** Whether a container's command runs, or stands for a program that nobody has here. */
import type { ImageFamily } from '../image-family.ts';
import type { AnyContainer } from '../pod-runtime.ts';
import { type CommandEnd, endOfCommand } from '../script.ts';
import { PROGRAM_NAMES } from '../shell/program-names.ts';

/** What a container does from its start. */
export type CommandPlan =
  /** Its command runs in a machine. */
  | { readonly kind: 'runs'; readonly argv: readonly string[] }
  /** The same, but it does nothing by itself: it starts when somebody wants something of it. */
  | { readonly kind: 'serves'; readonly argv: readonly string[] }
  /** Its command only waits and ends: no machine is needed to know how. */
  | { readonly kind: 'waits'; readonly argv: readonly string[]; readonly end: CommandEnd }
  /** Nobody has the program: by its image, its owner and its annotation it goes on or is done. */
  | { readonly kind: 'stands'; readonly argv: readonly string[] };

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash']);
/** Folders in which every image keeps the programs of its system. */
const SYSTEM_FOLDERS = /^(?:\/usr(?:\/local)?)?\/s?bin\//;

/** The name of a program that is called by its name or by its usual path. */
const systemName = (word: string): string => word.replace(SYSTEM_FOLDERS, '');

/** Whether a word names one of the simulated programs. */
const isProgram = (word: string): boolean => PROGRAM_NAMES.has(systemName(word));

/**
 * The words of arguments alone say whether they are a command when an image's own program is not known: those of a
 * shell, and of a program by its whole path, are.
 */
const isSurelyCommand = ([first = '', ...rest]: readonly string[]): boolean =>
  SHELLS.has(first) || first === 'echo' || (first.startsWith('/') && isProgram(first)) || isWaiting([first, ...rest]);

const isWaiting = (words: readonly string[]): boolean => endOfCommand(words) !== undefined;

/** As container runtimes put words together. */
function ownWords({ command = [], args = [] }: AnyContainer, entrypoint: readonly string[], cmd: readonly string[]) {
  if (command.length > 0) return [...command, ...args];
  return [...entrypoint, ...(args.length > 0 ? args : cmd)];
}

/** Whether a container is just what its image is: it was given no words, and no files besides its token. */
const isPlain = ({ command = [], args = [], volumeMounts = [] }: AnyContainer): boolean =>
  command.length + args.length === 0 &&
  volumeMounts.every(({ mountPath }) => mountPath?.startsWith('/var/run/secrets/'));

function wordsOf({ command = [], args = [], stdin, tty }: AnyContainer, family: ImageFamily): readonly string[] {
  if (command.length > 0) return [...command, ...args];
  const [first] = args;
  if (first === undefined) return stdin || tty ? family.command : [];
  return isProgram(first) ? args : [...family.prefix, ...args];
}

/** Decides what a container does. */
export function planOf(container: AnyContainer, family: ImageFamily): CommandPlan {
  const { entrypoint } = family;
  const isKnownImage = typeof entrypoint !== 'string';
  const argv = isKnownImage ? ownWords(container, entrypoint, family.cmd) : wordsOf(container, family);
  const [first] = argv;
  if (first === undefined) return { kind: 'stands', argv };
  const end = endOfCommand(argv);
  if (end) return { kind: 'waits', argv, end };
  if (family.own.includes(first.slice(first.lastIndexOf('/') + 1))) return { kind: 'stands', argv };
  if (family.onDemand && isPlain(container)) return { kind: 'serves', argv };
  if (isKnownImage || family.programs !== 'unknown') return { kind: 'runs', argv };
  const isKnown = container.command?.length || !container.args?.length ? isProgram(first) : isSurelyCommand(argv);
  return { kind: isKnown ? 'runs' : 'stands', argv };
}
