/** `fauxkube clusters list|create|kubeconfig|delete`: virtual clusters of a running one, over `/-/clusters`. */
import { type Command, Option } from 'commander';
import { duration } from './arguments.ts';
import { kubeconfigOption } from './kubeconfig-option.ts';
import { outputOption } from './output.ts';
import type { ClusterFlags, CreateFlags } from './tell-clusters.ts';

/** Adds the command and its own commands to the program. */
export function addClusters(root: Command): void {
  const clusters = root.command('clusters').description('make and end virtual clusters beside a running one');
  const command = (words: string, description: string): Command =>
    clusters.command(words).description(description).addOption(kubeconfigOption()).addOption(outputOption());
  const told = (): Promise<typeof import('./tell-clusters.ts')> => import('./tell-clusters.ts');
  command('list', 'list them').action(async (flags: ClusterFlags) => (await told()).listClusters(flags));
  command('create [name]', 'make one, and print its kubeconfig')
    .option('--from <beginning>', 'fixtures (the default), empty, main, a savepoint, or another virtual cluster')
    .addOption(
      new Option('--idle-timeout <duration>', 'it goes when nobody has used it for so long: 10m').argParser(duration),
    )
    .addHelpText('after', '\nExample:\n  fauxkube clusters create ci-7 > ci-7.kubeconfig')
    .action(async (name: string | undefined, flags: CreateFlags) => (await told()).createCluster(name, flags));
  command('kubeconfig <name>', 'print a kubeconfig of one').action(async (name: string, flags: ClusterFlags) =>
    (await told()).printKubeconfig(name, flags),
  );
  command('delete <names...>', 'end some').action(async (names: string[], flags: ClusterFlags) =>
    (await told()).deleteClusters(names, flags),
  );
}
