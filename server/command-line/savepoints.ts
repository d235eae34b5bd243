/** `fauxkube savepoint …` and `fauxkube snapshot …`: keep states of a running cluster, and bring them back. */
import { type Command, Option } from 'commander';
import type { SavepointFlags } from './keep-states.ts';
import { kubeconfigOption } from './kubeconfig-option.ts';
import { outputOption as output } from './output.ts';

type Work = typeof import('./keep-states.ts');

/** Adds the commands to the program. */
export function addSavepoints(root: Command): void {
  const command = (parent: Command, words: string, description: string): Command =>
    parent.command(words).description(description).addOption(kubeconfigOption());
  const load = (): Promise<Work> => import('./keep-states.ts');

  const savepoint = root.command('savepoint').description('keep states of a running cluster in its memory');
  command(savepoint, 'save [name]', 'keep the present state')
    .option('--no-settle', 'at once, whatever is under way')
    .option('--replace', 'instead of one that has the name')
    .addOption(output())
    .action(async (name: string | undefined, flags: SavepointFlags & { settle: boolean; replace?: boolean }) =>
      (await load()).saveState(name, flags),
    );
  command(savepoint, 'list', 'print the savepoints, oldest first')
    .addOption(output())
    .action(async (flags: SavepointFlags) => (await load()).listStates(flags));
  command(savepoint, 'diff <name> [other]', 'print what has changed since, or until another savepoint')
    .option('--all', "also what changes without anybody's doing: Events, Leases, resourceVersions")
    .addOption(output())
    .action(async (name: string, other: string | undefined, flags: SavepointFlags & { all?: boolean }) =>
      (await load()).compareStates(name, other, flags),
    );
  command(savepoint, 'restore <name>', 'make the cluster as it was')
    .addOption(
      new Option('--watches <what>', 'what watchers see: their end, or the differences')
        .choices(['expire', 'events'])
        .default('expire'),
    )
    .option('--clock', 'the clock, which has to stand still, says what it said then')
    .addOption(output())
    .action(async (name: string, flags: SavepointFlags & { watches: string; clock?: boolean }) =>
      (await load()).restoreState(name, flags),
    );
  command(savepoint, 'delete <name>', 'forget a savepoint')
    .addOption(output())
    .action(async (name: string, flags: SavepointFlags) => (await load()).deleteState(name, flags));
  command(savepoint, 'export <name>', 'print manifests that make its objects; now is the present state')
    .option('--all', 'every object, whole')
    .addOption(new Option('-o, --output <form>', 'yaml, or json').choices(['yaml', 'json']).default('yaml'))
    .action(async (name: string, flags: SavepointFlags & { all?: boolean }) => (await load()).exportState(name, flags));

  const snapshot = root.command('snapshot').description('keep all objects of a running cluster in a file');
  command(snapshot, 'save <file>', 'write the present state to a file; - for stdout')
    .option('--no-settle', 'at once, whatever is under way')
    .addOption(output())
    .action(async (file: string, flags: SavepointFlags & { settle: boolean }) =>
      (await load()).writeState(file, flags),
    );
  command(snapshot, 'restore <file>', 'make the cluster as a file says; - for stdin')
    .addOption(output())
    .action(async (file: string, flags: SavepointFlags) => (await load()).readState(file, flags));
}
