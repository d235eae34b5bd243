import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Programs } from './programs.ts';

/** Upstream gives this label to the specs that every conformant cluster passes, and has it in their names. */
export const CONFORMANCE_LABEL = 'Conformance';

/** The part of a Ginkgo report that names specs. */
interface Report {
  readonly SpecReports: readonly {
    readonly LeafNodeType: string;
    readonly State: string;
    readonly ContainerHierarchyTexts: readonly string[] | null;
    readonly LeafNodeText: string;
  }[];
}

function dryRun({ suite, folder }: Programs): Report {
  const file = join(folder, 'dry-run.json');
  const flags = ['dry-run', 'succinct', `label-filter=${CONFORMANCE_LABEL}`, `json-report=${file}`];
  execFileSync(
    suite,
    flags.map((flag) => `-ginkgo.${flag}`),
    { cwd: folder, stdio: 'ignore' },
  );
  const [report] = JSON.parse(readFileSync(file, 'utf8')) as Report[];
  rmSync(file);
  if (!report) throw new Error(`${suite} lists no specs`);
  return report;
}

/** The names of all Conformance specs, sorted, as Go lists them. */
export function listSpecs(programs: Programs): readonly string[] {
  const file = join(programs.folder, 'specs.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as string[];
  const names = dryRun(programs)
    .SpecReports.filter(({ LeafNodeType, State }) => LeafNodeType === 'It' && State === 'passed')
    .map(({ ContainerHierarchyTexts, LeafNodeText }) => [...(ContainerHierarchyTexts ?? []), LeafNodeText].join(' '))
    .sort();
  writeFileSync(file, JSON.stringify(names));
  return names;
}
