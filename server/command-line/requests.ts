/** `fauxkube requests`: what clients of a running cluster have asked for, over `/-/requests`. */
import { Argument, type Command, Option } from 'commander';
import { JOURNAL_LEVELS } from '../cluster/journal/journal.ts';
import { LIMITS } from '../kube/limits.ts';
import { integer, markOrTime } from './arguments.ts';
import { patience } from './durations.ts';
import { kubeconfigOption } from './kubeconfig-option.ts';
import { type Output, outputOption } from './output.ts';

export interface RequestFlags {
  readonly kubeconfig: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly verb?: string;
  readonly user?: string;
  readonly userAgent?: string;
  readonly code?: string;
  readonly testId?: string;
  readonly path?: string;
  readonly since?: string;
  readonly limit?: number;
  readonly controllers?: boolean;
  readonly output: Output;
  readonly wait?: boolean;
  readonly count?: number;
  /** Milliseconds. */
  readonly timeout?: number;
}

const count = integer(1, LIMITS.journaledRequests);

function withFilters(command: Command): Command {
  return command
    .option('--resource <name>', 'pods, deployments.apps, pods/exec, pods/*')
    .option('-n, --namespace <name>', 'namespace of the object')
    .option('--name <name>', 'name of the object')
    .option('--verb <verb>', 'get, list, watch, create, update, patch, delete, deletecollection')
    .option('--user <name>', 'who sent it, or as whom')
    .option('--user-agent <text>', 'what the client calls itself: kubectl*')
    .option('--code <code>', 'code of the answer: 404, 4xx')
    .option('--test-id <id>', 'what the header x-test-id says')
    .option('--path <path>', 'path without the query')
    .addOption(new Option('--since <mark-or-time>', 'what came after a mark, or since a time').argParser(markOrTime))
    .addOption(new Option('--limit <count>', 'so many of the newest').argParser(count))
    .option('--controllers', "those of the server's own controllers as well")
    .addOption(kubeconfigOption());
}

/** Flags that would be passed over in silence. */
function checkTogether({ wait, since, limit }: RequestFlags, self: Command): void {
  const isGiven = (name: string): boolean => self.getOptionValueSource(name) === 'cli';
  if (wait && since !== undefined && !/^\d+$/.test(since)) self.error('error: --wait takes a mark as --since');
  if (wait && limit !== undefined) self.error('error: --limit cannot be had with --wait: --count says how many');
  for (const name of ['count', 'timeout'])
    if (!wait && isGiven(name)) self.error(`error: --${name} goes with --wait; --limit lists so many of the newest`);
}

/** Adds the command and its own commands to the program. */
export function addRequests(root: Command): void {
  const requests = withFilters(root.command('requests'))
    .description('list what clients of a running cluster have asked for, or wait for it')
    .option('--wait', 'wait until such requests come, and end with code 1 if they do not')
    .addOption(new Option('--count <number>', 'how many to wait for, with --wait').argParser(count).default(1))
    .addOption(
      new Option('--timeout <duration>', 'how long to wait, such as 30s, or 30, with --wait')
        .argParser(patience(1, LIMITS.requestWaitMs))
        .default(10_000, '10s'),
    )
    .addOption(outputOption())
    .addHelpText('after', '\nExample: fauxkube requests --verb create --resource pods --wait --timeout 30\n')
    .enablePositionalOptions()
    .action(async (flags: RequestFlags, self: Command) => {
      checkTogether(flags, self);
      await (await import('./ask-requests.ts')).listRequests(flags);
    });
  withFilters(requests.command('tape'))
    .description('print the writes, to be sent again, a line of JSON each; needs the level request')
    .addOption(new Option('-o, --output <form>', 'text, or json: one list').choices(['text', 'json']).default('text'))
    .action(async (flags: RequestFlags) => (await import('./ask-requests.ts')).printTape(flags));
  requests
    .command('replay <tape>')
    .description('send the writes of a tape again, and end with code 1 when one is answered with another code')
    .option('--exact', 'with the resourceVersions that they had')
    .addOption(outputOption())
    .addOption(kubeconfigOption())
    .action(async (tape: string, flags) => (await import('./ask-requests.ts')).replayTape(tape, flags));
  requests
    .command('level')
    .addArgument(new Argument('[level]', 'how much').choices(JOURNAL_LEVELS))
    .description(`have more or less kept from now on (${JOURNAL_LEVELS.join(', ')}), or print how much that is`)
    .addOption(outputOption())
    .addOption(kubeconfigOption())
    .action(async (level, flags) => (await import('./ask-requests.ts')).setLevel(level, flags));
  requests
    .command('clear')
    .description('forget all requests')
    .addOption(outputOption())
    .addOption(kubeconfigOption())
    .action(async (flags) => (await import('./ask-requests.ts')).clearRequests(flags));
}
