/** `fauxkube faults list|add|remove|clear`: what goes wrong in a running cluster, over `/-/faults`. */
import type { Command } from 'commander';
import { kubeconfigOption } from './kubeconfig-option.ts';
import { outputOption } from './output.ts';
import type { FaultFlags } from './tell-faults.ts';

const EXAMPLES = `
Examples:
  fauxkube faults add '{"match": {"resource": "pods", "verbs": ["list"]}, "code": 503, "times": 2}'
  fauxkube faults add faults.json
  fauxkube faults clear
`;

/** Adds the command and its own commands to the program. */
export function addFaults(root: Command): void {
  const faults = root
    .command('faults')
    .description('have requests, watches, nodes and controllers of a running cluster fail')
    .addHelpText('after', EXAMPLES);
  const command = (words: string, description: string): Command =>
    faults.command(words).description(description).addOption(kubeconfigOption()).addOption(outputOption());
  const module = () => import('./tell-faults.ts');
  command('list', 'list the rules, and what has come of them').action(async (flags: FaultFlags) =>
    (await module()).listFaults(flags),
  );
  command('add <rule>', 'add a rule: JSON, or a file with one or a list of them; - for stdin').action(
    async (rule: string, flags: FaultFlags) => (await module()).addFault(rule, flags),
  );
  command('remove <ids...>', 'take rules away').action(async (ids: string[], flags: FaultFlags) =>
    (await module()).removeFaults(ids, flags),
  );
  command('clear', 'take all rules away').action(async (flags: FaultFlags) => (await module()).clearFaults(flags));
}
