/** `fauxkube pods log|exit|ready|live`: has pods of a running cluster do something, over `/-/pods`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { kubeconfigOption } from './kubeconfig-option.ts';
import { outputOption } from './output.ts';
import type { PodFlags } from './tell-pods.ts';

const EXIT_CODE_MAX = 255;

function exitCode(text: string): number {
  const code = Number(text);
  if (/^\d+$/.test(text) && code <= EXIT_CODE_MAX) return code;
  throw new InvalidArgumentError(`it has to be a whole number from 0 to ${EXIT_CODE_MAX}.`);
}

function onOrOff(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new InvalidArgumentError('it has to be on or off.');
}

/** Adds the command and its own commands to the program. */
export function addPods(root: Command): void {
  const pods = root.command('pods').description('have pods of a running cluster write, end, and be ready or not');
  const command = (words: string, description: string): Command =>
    pods
      .command(words)
      .description(description)
      .addOption(new Option('-n, --namespace <name>', 'namespace of the pods').default('default'))
      .addOption(new Option('-c, --container <name>', 'only this container'))
      .addOption(kubeconfigOption())
      .addOption(outputOption());
  const tell = async (pod: string, what: string, body: object, flags: PodFlags): Promise<void> => {
    const { tellPods } = await import('./tell-pods.ts');
    await tellPods(pod, what, body, flags);
  };
  command('log <pod-or-labels> <lines...>', 'append lines to the log of a container')
    .option('--stderr', 'as written to standard error')
    .action((pod: string, lines: string[], flags: PodFlags & { readonly stderr?: boolean }) =>
      tell(pod, 'logs', { lines, stream: flags.stderr ? 'stderr' : 'stdout' }, flags),
    );
  command('exit <pod-or-labels>', 'end a container as if its program had ended')
    .addOption(new Option('--code <number>', 'its exit code').argParser(exitCode).default(0))
    .action((pod: string, flags: PodFlags & { readonly code: number }) =>
      tell(pod, 'exit', { code: flags.code }, flags),
    );
  for (const [name, description] of [
    ['ready', 'make pods not ready, or leave that to their probes again'],
    ['live', 'let liveness probes fail, or leave them to themselves again'],
  ] as const) {
    const state = command(`${name} <pod-or-labels>`, description).argument('<on-or-off>', 'on or off', onOrOff);
    state.action((pod: string, isOn: boolean, flags: PodFlags) => tell(pod, name, { [name]: isOn }, flags));
  }
}
