/** What somebody may have a pod do that runs: its logs, its end, its probes, what its commands answer. */
import { mapping, numberIn, textIn, WrongField, wordsIn } from './script-fields.ts';

/** What a command answers that nobody has here, or that shall answer something else. */
export interface CommandAnswer {
  /** Its words: `*` is any text of one, a last word `**` any more of them. */
  readonly command: readonly string[];
  /** Only in this container. */
  readonly container?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
  /** How long it takes, on the cluster's clock. */
  readonly afterSeconds?: number;
}

/** A line that a container writes by itself. */
export interface LogScript {
  readonly text: string;
  readonly stream?: 'stdout' | 'stderr';
  /** Only in this container. */
  readonly container?: string;
  /** Counted from the start of the container. */
  readonly afterSeconds?: number;
  /** Again and again. */
  readonly everySeconds?: number;
}

/** How a container is said to be, whatever its probes find. */
export interface ProbeWish {
  readonly ready?: boolean;
  readonly live?: boolean;
}

/** What a pod was told. */
export interface ToldPod {
  /** By container; those that were told nothing are left out. */
  readonly probes: Readonly<Record<string, ProbeWish>>;
  readonly commands: readonly CommandAnswer[];
}

/** A pod that does what it is told. Containers are those of the pod, and told of only while they run. */
export interface PodScript {
  readonly told: ToldPod;
  /** Whether a container runs here. */
  runs(container: string): boolean;
  /** Writes to one of the outputs of a container, as its own program would. */
  write(container: string, stream: 'stdout' | 'stderr', text: string): void;
  /** Ends a container as if its program had ended by itself. */
  exit(container: string, code: number): void;
  /** `false` holds whatever probes find, until `true` leaves it to them again; a restart changes nothing. */
  setProbes(container: string, wish: ProbeWish): void;
  /** Takes the place of what was told before of the same container, or of all of them. */
  setCommands(container: string | undefined, answers: readonly CommandAnswer[]): void;
  /** Nothing holds any more that was told. */
  forget(): void;
}

/** No line of a script repeats faster. */
const LEAST_EVERY_SECONDS = 0.1;
/** Of one script, and of one word of a pattern. */
export const SCRIPT_LIMITS = { entries: 1000, textLength: 1024 * 1024, seconds: 10 * 365 * 86_400 } as const;

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new WrongField(`${what} has to be a list`);
  if (value.length > SCRIPT_LIMITS.entries)
    throw new WrongField(`${what} has more than ${SCRIPT_LIMITS.entries} entries`);
  return value;
}

/** @throws WrongField that says what is wrong */
export function parseCommandAnswers(value: unknown, what = 'it'): readonly CommandAnswer[] {
  return list(value, what).map((entry, index) => {
    const at = `${what}[${index}]`;
    const fields = mapping(entry, at, ['command', 'container', 'stdout', 'stderr', 'code', 'afterSeconds']);
    const command = wordsIn(fields, 'command', at);
    if (!command) throw new WrongField(`${at}.command is missing: the words of the command that answers`);
    if (command.indexOf('**') >= 0 && command.indexOf('**') < command.length - 1)
      throw new WrongField(`${at}.command: ** can only be the last word`);
    return {
      command,
      ...textIn(fields, 'container', at),
      ...textIn(fields, 'stdout', at),
      ...textIn(fields, 'stderr', at),
      ...numberIn(fields, 'code', at, { max: 255, isWhole: true }),
      ...numberIn(fields, 'afterSeconds', at, { max: SCRIPT_LIMITS.seconds }),
    };
  });
}

/** @throws WrongField that says what is wrong */
export function parseLogScript(value: unknown, what = 'it'): readonly LogScript[] {
  return list(value, what).map((entry, index) => {
    const at = `${what}[${index}]`;
    const fields = mapping(entry, at, ['text', 'stream', 'container', 'afterSeconds', 'everySeconds']);
    const { text } = textIn(fields, 'text', at);
    if (text === undefined) throw new WrongField(`${at}.text is missing`);
    const { stream } = textIn(fields, 'stream', at);
    if (stream !== undefined && stream !== 'stdout' && stream !== 'stderr')
      throw new WrongField(`${at}.stream has to be stdout or stderr`);
    return {
      text,
      ...(stream !== undefined && { stream }),
      ...textIn(fields, 'container', at),
      ...numberIn(fields, 'afterSeconds', at, { max: SCRIPT_LIMITS.seconds }),
      ...numberIn(fields, 'everySeconds', at, { min: LEAST_EVERY_SECONDS, max: SCRIPT_LIMITS.seconds }),
    };
  });
}

const baseName = (word: string): string => word.slice(word.lastIndexOf('/') + 1);

function wordMatches(pattern: string, word: string): boolean {
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return word === pattern;
  const last = rest.pop() ?? '';
  if (!word.startsWith(first) || !word.endsWith(last) || word.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = word.indexOf(part, at);
    if (found < 0 || found + part.length > word.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

/** Whether an answer is one to a program of that name, whatever its arguments are. */
export function isAbout({ command: [pattern = ''] }: CommandAnswer, program: string): boolean {
  return pattern === '**' || wordMatches(pattern, pattern.includes('/') ? program : baseName(program));
}

/** The first answer to a command. */
export function answerTo(
  answers: readonly CommandAnswer[],
  container: string,
  words: readonly string[],
): CommandAnswer | undefined {
  return answers.find((answer) => {
    const { command } = answer;
    if (answer.container !== undefined && answer.container !== container) return false;
    const isOpen = command.at(-1) === '**';
    const patterns = isOpen ? command.slice(0, -1) : command;
    if (isOpen ? words.length < patterns.length : words.length !== patterns.length) return false;
    return patterns.every((pattern, i) =>
      i === 0 ? isAbout(answer, words[0] ?? '') : wordMatches(pattern, words[i] ?? ''),
    );
  });
}
