/** `fauxkube version`: of this program, and of what it serves. */
import type { Command } from 'commander';
import { jsonText, type Output, outputOption } from './output.ts';
import { ownVersion } from './own-version.ts';

/** Adds the command to the program. */
export function addVersion(root: Command): void {
  root
    .command('version')
    .description('print the versions of this program and of the Kubernetes API that it serves')
    .addOption(outputOption())
    .exitOverride()
    .action(async ({ output }: { readonly output: Output }) => {
      const { kubernetesVersions } = await import('../schema/kubernetes-versions.ts');
      const [kubernetes = '', ...older] = kubernetesVersions();
      const facts = { fauxkube: ownVersion(), kubernetes, older, node: process.version };
      const text =
        `fauxkube ${facts.fauxkube}\nKubernetes ${kubernetes}; with --kubernetes-version ${older.join(', ')}\n` +
        `Node ${facts.node}\n`;
      process.stdout.write(output === 'json' ? jsonText(facts) : text);
    });
}
