/** `fauxkube clusters list|create|kubeconfig|delete`: virtual clusters of a running one, over `/-/clusters`. */
import { type Command, Option } from 'commander';
import { outputOption } from './output.ts';
import type { ClusterFlags, CreateFlags } from './tell-clusters.ts';

/** Adds the command and its own commands to the program. @param kubeconfig where the server writes it */
export function addClusters(root: Command, kubeconfig: string): void {
  const clusters = root.command('clusters').description('make and end virtual clusters beside a running one');
  const command = (words: string, description: string): Command =>
    clusters
      .command(words)
      .description(description)
      .addOption(
        new Option('--kubeconfig <file>', 'kubeconfig of an administrator of the cluster')
          .env('KUBECONFIG')
          .default(kubeconfig),
      )
      .addOption(outputOption());
  const told = (): Promise<typeof import('./tell-clusters.ts')> => import('./tell-clusters.ts');
  command('list', 'list them').action(async (flags: ClusterFlags) => (await told()).listClusters(flags));
  command('create [name]', 'make one, and print its kubeconfig')
    .option('--from <beginning>', 'fixtures (the default), empty, main, a savepoint, or another virtual cluster')
    .option('--idle-timeout <duration>', 'it goes when nobody has used it for so long: 10m')
    .addHelpText('after', '\nExample:\n  fauxkube clusters create ci-7 > ci-7.kubeconfig')
    .action(async (name: string | undefined, flags: CreateFlags) => (await told()).createCluster(name, flags));
  command('kubeconfig <name>', 'print a kubeconfig of one').action(async (name: string, flags: ClusterFlags) =>
    (await told()).printKubeconfig(name, flags),
  );
  command('delete <names...>', 'end some').action(async (names: string[], flags: ClusterFlags) =>
    (await told()).deleteClusters(names, flags),
  );
}
