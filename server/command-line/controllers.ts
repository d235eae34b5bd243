/** `fauxkube controllers`: switches those of a running cluster, or runs some of them outside of it. */
import { hostname } from 'node:os';
import { type Command, Option } from 'commander';
import { LOG_LEVELS } from '../base/log.ts';
import { kubeconfigOption } from './kubeconfig-option.ts';
import { outputOption } from './output.ts';

type Flag = (flags: string, description: string) => Option;
type Collect = (text: string, before: string[] | undefined) => string[];

/** Adds the command and its own commands to the program. */
export function addControllers(root: Command, flag: Flag, collect: Collect): void {
  const controllers = root
    .command('controllers')
    .description('run controllers in this process against any API server, or switch those of a cluster')
    .addOption(flag('--only <list>', 'controllers to run: NAME, *, -NAME (repeatable)').argParser(collect))
    .addOption(kubeconfigOption('the cluster, and who works there'))
    .addOption(
      flag(
        '--use-service-account-credentials',
        'each acts as its own service account, which takes the right to impersonate',
      ),
    )
    .addOption(
      flag('--leader-elect', 'work only while no other process has the Lease kube-system/fauxkube-controllers'),
    )
    .addOption(
      flag('--log-level <level>', 'how much to log')
        .choices([...LOG_LEVELS])
        .default('warn'),
    )
    .enablePositionalOptions()
    .action(async (flags) => {
      const { runControllers } = await import('./run-controllers.ts');
      await runControllers({ ...flags, processName: hostname() });
    });
  const namespaced = (): Option => new Option('--namespace <name>', 'only for this namespace');
  controllers
    .command('list')
    .description('list the controllers of a cluster, and where they are on')
    .addOption(kubeconfigOption())
    .addOption(outputOption())
    .action(async (flags) => (await import('./switch-controllers.ts')).listControllers(flags));
  for (const [name, description] of [
    ['enable', 'switch controllers on'],
    ['disable', 'switch controllers off'],
    ['unset', 'take the switches of a namespace away'],
  ] as const) {
    const command = controllers
      .command(`${name} <names...>`)
      .description(description)
      .addOption(kubeconfigOption())
      .addOption(outputOption())
      .addOption(namespaced().makeOptionMandatory(name === 'unset'));
    command.action(async (names, flags) =>
      (await import('./switch-controllers.ts')).switchControllers(name, names, flags),
    );
  }
}
