/** What is said besides an error of the command line that has a known cause. */
import type { Command } from 'commander';

const INVALID = new RegExp(
  "^error: (?:command-argument value '(?<argument>.*)' is invalid for argument '(?<name>.*)'" +
    "|option '(?<flags>.*)' argument '(?<given>.*)' is invalid" +
    "|option '.*' value '(?<value>.*)' from env '(?<variable>.*)' is invalid)" +
    '\\. (?:it has to be (?<what>.*)|Allowed choices are (?<choices>.*))\\.\\n$',
  's',
);

/**
 * What commander says of a bad value, in one sentence that begins with what is bad.
 *
 * @example
 * inOneSentence("error: option '--port <port>' argument 'x' is invalid. it has to be a whole number.\n")
 * // error: --port has to be a whole number, and is 'x'
 */
function inOneSentence(error: string): string {
  const found = INVALID.exec(error)?.groups;
  if (!found) return error;
  const { argument, name, flags = '', given, value, variable, what, choices } = found;
  const subject = variable ?? name ?? flags.split(/[ ,]+/).find((word) => word.startsWith('--')) ?? flags;
  const wanted = what ?? `one of ${choices}`;
  return `error: ${subject} has to be ${wanted}, and is '${argument ?? given ?? value}'\n`;
}

const UNKNOWN_OPTION = /^error: unknown option '(--[^'=]+)/;
const COMMANDS_NAMED = 3;

/** Says which commands have a flag that another one has not: people forget `start`. */
function ownersOf(flag: string, root: Command): string | undefined {
  const owners: string[] = [];
  const look = (command: Command, words: string): void => {
    if (command !== root && command.options.some(({ long }) => long === flag)) owners.push(words);
    for (const child of command.commands) look(child, `${words} ${child.name()}`);
  };
  look(root, root.name());
  owners.sort((a, b) => Number(b === 'fauxkube start') - Number(a === 'fauxkube start'));
  if (owners.length === 0) return undefined;
  const others = owners.length > COMMANDS_NAMED ? ' and others' : '';
  return `${flag} is a flag of ${owners.slice(0, COMMANDS_NAMED).join(', ')}${others}`;
}

/** Says what is wrong so that it helps; for the whole program, before it has commands. */
export const withPlainErrors = (root: Command): Command =>
  root.configureOutput({
    outputError: (text, write) => {
      const [, flag] = UNKNOWN_OPTION.exec(text) ?? [];
      const hint = flag === undefined ? undefined : ownersOf(flag, root);
      write(hint === undefined ? inOneSentence(text) : `${text.trimEnd()}\n(${hint})\n`);
    },
  });

/** Adds a hint behind the errors of a command. @param hintOf undefined when it has none to give */
function withHint(command: Command, hintOf: (error: string) => string | undefined): Command {
  const general = command.configureOutput();
  return command.configureOutput({
    outputError: (text, write) => {
      const hint = hintOf(text);
      if (hint === undefined) general.outputError?.(text, write);
      else write(`${text.trimEnd()}\n(${hint})\n`);
    },
  });
}

const isUnknownOption = (error: string): boolean => error.startsWith('error: unknown option');

/** Flags of a command that is to be run beside the cluster are none of `start`. */
export const withCommandHint = (start: Command): Command =>
  withHint(start, (error) =>
    // What stands before the unknown flag comes first: its name, unless the flag is one of start's, misspelt.
    isUnknownOption(error) && start.args[0]?.startsWith('-') === false
      ? 'put -- before a command that is to be run beside the cluster: fauxkube start -- npm test'
      : undefined,
  );

/** `-5m` looks like a flag. */
export const withForwardsHint = (advance: Command): Command =>
  withHint(advance, (error) =>
    isUnknownOption(error) && /'-[\d.]/.test(error)
      ? 'time passes forwards only; fauxkube clock set makes it another time'
      : undefined,
  );
