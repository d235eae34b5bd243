/** What is said besides an error of the command line that has a known cause. */
import type { Command } from 'commander';

/** Adds a hint behind the errors of a command. @param hintOf undefined when it has none to give */
function withHint(command: Command, hintOf: (error: string) => string | undefined): Command {
  return command.configureOutput({
    outputError: (text, write) => {
      const hint = hintOf(text);
      write(hint === undefined ? text : `${text.trimEnd()}\n(${hint})\n`);
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
