/** `fauxkube requests`: what clients of a running cluster have asked for, over `/-/requests`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { JOURNAL_LEVELS } from '../cluster/journal/journal.ts';
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
  readonly limit?: string;
  readonly controllers?: boolean;
  readonly output: Output;
  readonly wait?: boolean;
  readonly count?: number;
  readonly timeout?: number;
}

function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it has to be a whole number from 1 on.');
}

/** Where an administrator's credentials are. */
export const kubeconfigOption = (kubeconfig: string): Option =>
  new Option('--kubeconfig <file>', 'kubeconfig of an administrator of the cluster')
    .env('KUBECONFIG')
    .default(kubeconfig);

function withFilters(command: Command, kubeconfig: string): Command {
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
    .option('--since <mark-or-time>', 'what came after a mark, or since a time')
    .option('--limit <count>', 'so many of the newest')
    .option('--controllers', "those of the server's own controllers as well")
    .addOption(kubeconfigOption(kubeconfig));
}

/** Adds the command and its own commands to the program. @param kubeconfig where the server writes it */
export function addRequests(root: Command, kubeconfig: string): void {
  const requests = withFilters(root.command('requests'), kubeconfig)
    .description('list what clients of a running cluster have asked for, or wait for it')
    .option('--wait', 'wait until such requests come, and end with code 1 if they do not')
    .addOption(new Option('--count <number>', 'how many to wait for').argParser(whole).default(1))
    .addOption(new Option('--timeout <seconds>', 'how long to wait').argParser(whole).default(10))
    .addOption(outputOption())
    .addHelpText('after', '\nExample: fauxkube requests --verb create --resource pods --wait --timeout 30\n')
    .enablePositionalOptions()
    .action(async (flags: RequestFlags) => (await import('./ask-requests.ts')).listRequests(flags));
  withFilters(requests.command('tape'), kubeconfig)
    .description('print the writes, to be sent again, a line of JSON each; needs the level request')
    .addOption(new Option('-o, --output <form>', 'text, or json: one list').choices(['text', 'json']).default('text'))
    .action(async (flags: RequestFlags) => (await import('./ask-requests.ts')).printTape(flags));
  requests
    .command('replay <tape>')
    .description('send the writes of a tape again, and end with code 1 when one is answered with another code')
    .option('--exact', 'with the resourceVersions that they had')
    .addOption(outputOption())
    .addOption(kubeconfigOption(kubeconfig))
    .action(async (tape: string, flags) => (await import('./ask-requests.ts')).replayTape(tape, flags));
  requests
    .command('level [level]')
    .description(`have more or less kept from now on (${JOURNAL_LEVELS.join(', ')}), or print how much that is`)
    .addOption(outputOption())
    .addOption(kubeconfigOption(kubeconfig))
    .action(async (level, flags) => (await import('./ask-requests.ts')).setLevel(level, flags));
  requests
    .command('clear')
    .description('forget all requests')
    .addOption(outputOption())
    .addOption(kubeconfigOption(kubeconfig))
    .action(async (flags) => (await import('./ask-requests.ts')).clearRequests(flags));
}
