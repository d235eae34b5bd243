/** `fauxkube ui`: the address of the dashboard of a running cluster, over `/-/ui/sessions`. */
import type { Command } from 'commander';
import { kubeconfigOption } from './kubeconfig-option.ts';
import type { UiFlags } from './open-ui.ts';
import { outputOption } from './output.ts';

/** Adds the command to the program. */
export function addUi(root: Command): void {
  root
    .command('ui')
    .description('print an address of the dashboard, which lets one browser in')
    .addOption(kubeconfigOption())
    .addOption(outputOption())
    .option('--open', 'open it in a browser')
    .addHelpText('after', '\nExample:\n  fauxkube ui --open')
    .action(async (flags: UiFlags) => {
      const { tellUi } = await import('./open-ui.ts');
      await tellUi(flags);
    });
}
