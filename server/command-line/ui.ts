/** `fauxkube ui`: the address of the dashboard of a running cluster, over `/-/ui/sessions`. */
import { type Command, Option } from 'commander';
import type { UiFlags } from './open-ui.ts';
import { outputOption } from './output.ts';

/** Adds the command to the program. @param kubeconfig where the server writes it */
export function addUi(root: Command, kubeconfig: string): void {
  root
    .command('ui')
    .description('print an address of the dashboard, which lets one browser in')
    .addOption(
      new Option('--kubeconfig <file>', 'kubeconfig of an administrator of the cluster')
        .env('KUBECONFIG')
        .default(kubeconfig),
    )
    .addOption(outputOption())
    .option('--open', 'open it in a browser')
    .addHelpText('after', '\nExample:\n  fauxkube ui --open')
    .action(async (flags: UiFlags) => {
      const { tellUi } = await import('./open-ui.ts');
      await tellUi(flags);
    });
}
