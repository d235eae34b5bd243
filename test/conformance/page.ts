import type { Outcome } from './outcome.ts';

const SIG = /^\[(sig-[a-z-]+)\] /;
const MARK = ' [Conformance]';

const HEAD = `# Conformance

Kubernetes calls a cluster conformant that passes all Conformance specs of its end-to-end tests. fauxkube is
no such cluster, because its nodes and containers are simulated. The specs are run all the same, unchanged, and this
page says how each ended the last time that it ran. It is generated from the report of
\`\`\`
npm run build
npm run conformance
\`\`\`
which needs Go, builds the specs once, starts \`dist/\` on free ports of loopback and says on standard error how far it
is.

| flag | what | default |
|---|---|---|
| \`--focus REGEX\` | only specs whose names match, in Go's syntax: \`'sig-cli'\`; what is known of the others stays | |
| \`--procs N\` | how many specs run at the same time | 3 |
| \`--spec-timeout DURATION\` | how long a spec may take; upstream lets many wait for 5 minutes | \`6m\` |
| \`--content-type TYPE\` | what the specs send and ask for; upstream's default is protobuf | \`application/json\` |

It ends with 1 when a spec does not pass that has passed before. No spec is known to the server, or treated in a way
of its own. A failure is told by its first line. Passed is what upstream counts as passed: some specs return early when
the definition of a custom resource is never established, and have looked at nothing then.
`;

function count(specs: readonly Outcome[], ...results: readonly Outcome['result'][]): number {
  return specs.filter(({ result }) => results.includes(result)).length;
}

function countRow(title: string, specs: readonly Outcome[]): string {
  const counts = [count(specs, 'passed'), count(specs, 'failed', 'skipped'), count(specs, 'not run'), specs.length];
  return `| ${title} | ${counts.join(' | ')} |`;
}

/** Keeps what a spec or a failure says from being read as Markdown. */
const asText = (text: string): string => text.replace(/[|`<>*_[\]\\]/g, (mark) => `\\${mark}`);

function resultOf({ result, why }: Outcome): string {
  return result === 'passed' || why === undefined ? result : `${result}: ${asText(why)}`;
}

function bySig(specs: readonly Outcome[]): readonly (readonly [sig: string, specs: readonly Outcome[]])[] {
  const groups = new Map<string, Outcome[]>();
  for (const spec of specs) {
    const sig = SIG.exec(spec.name)?.[1] ?? 'others';
    groups.set(sig, [...(groups.get(sig) ?? []), spec]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** docs/conformance.md */
export function formatPage(record: { kubernetesVersion: string; specs: readonly Outcome[] }): string {
  const { kubernetesVersion, specs } = record;
  const groups = bySig(specs);
  const summary = [
    `\n## Kubernetes ${kubernetesVersion}: ${count(specs, 'passed')} of ${specs.length}`,
    '| | passed | failed or skipped | not run | specs |',
    '|---|---|---|---|---|',
    ...groups.map(([sig, group]) => countRow(sig, group)),
    countRow('together', specs),
  ];
  const tables = groups.flatMap(([sig, group]) => [
    `\n## ${sig}`,
    '| spec | result |',
    '|---|---|',
    ...group.map((spec) => `| ${asText(spec.name.replace(SIG, '').replace(MARK, ''))} | ${resultOf(spec)} |`),
  ]);
  return `${[HEAD.trimEnd(), ...summary, ...tables].join('\n')}\n`;
}
