import type { Command } from 'commander';
import type { FixtureError } from '../cluster/fixtures/faults.ts';
import { jsonText, type Output, outputOption } from './output.ts';

interface Flags {
  readonly output: Output;
}

/** A problem of a fixture, as `--output json` tells it. */
interface Problem {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

/** `fauxkube fixtures check` */
export function addFixtures(root: Command): void {
  const fixtures = root.command('fixtures').description('look at fixtures').exitOverride();
  fixtures
    .command('check')
    .description('read fixtures and let an API server of this process judge every object')
    .argument('<path...>', 'files, folders, globs, kustomizations and Helm charts, as --fixtures takes them')
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nEnds with 1 when there are problems, a line each: FILE:LINE: MESSAGE.\n\nExample:\n' +
        '  fauxkube fixtures check deploy/base overlays/test\n',
    )
    .exitOverride()
    .action(checkCommand);
}

/** As somebody goes through files. */
const byPlace = (a: FixtureError, b: FixtureError): number =>
  a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) : a.file < b.file ? -1 : 1;

async function checkCommand(paths: readonly string[], { output }: Flags): Promise<void> {
  const { collectFixtures } = await import('../cluster/fixtures/read.ts');
  const { objects, faults } = await collectFixtures(paths);
  const { faultsOf } = await import('../cluster/fixtures/faults.ts');
  const found = [...faults.all];
  try {
    const { startCluster } = await import('../index.ts');
    // As the start of a server would: with namespaces, service accounts and custom kinds to refer to.
    const cluster = await startCluster({ readFixtures: objects, holdReady: true, logLevel: 'silent' });
    await cluster.stop();
  } catch (error) {
    const refused = faultsOf(error);
    if (refused.length === 0) throw error;
    found.push(...refused);
  }
  const problems = [...found].sort(byPlace).map(({ file, line, fault }): Problem => {
    return { file, ...(line !== undefined && { line }), message: fault };
  });
  process.stdout.write(
    output === 'json' ? jsonText({ objects: objects.length, problems }) : plainText(objects.length, problems),
  );
  if (problems.length > 0) process.exitCode = 1;
}

function plainText(objects: number, problems: readonly Problem[]): string {
  const lines = problems.map(({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`);
  const count = `${objects} ${objects === 1 ? 'object' : 'objects'}`;
  return `${lines.length > 0 ? lines.join('\n') : `${count}, no problems`}\n`;
}
