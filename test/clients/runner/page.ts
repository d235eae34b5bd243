import { readFileSync, writeFileSync } from 'node:fs';
import type { Result } from './run.ts';
import type { Scope } from './surroundings.ts';

const PAGE = 'docs/clients.md';

/** How one of the test kits has ended. */
export interface KitResult {
  readonly kit: { readonly folder: string; uses(): string };
  readonly line: string;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim();
const isFailure = (line: string): boolean => line.startsWith('not ok');

function outcome(results: readonly Result[], scope: Scope): string {
  const result = results.find((one) => one.scope === scope);
  const program = results[0]?.program;
  if (program?.missing !== undefined) return `not run: ${cell(program.missing)}`;
  if (!result) return program?.onlyCluster ? `not run: ${cell(program.onlyCluster)}` : '';
  const failed = result.lines.filter(isFailure);
  const passed = result.lines.length - failed.length;
  if (failed.length === 0) return `${passed} passed`;
  const reasons = failed.map((line) => cell(line.slice('not ok '.length)));
  return `${passed} passed, ${failed.length} failed: ${reasons.join('; ')}`;
}

function programRows(results: readonly Result[]): string[] {
  return [...new Set(results.map(({ program }) => program))].map((program) => {
    const own = results.filter((result) => result.program === program);
    const flags = program.flags ? ` (${program.flags.map((flag) => `\`${flag}\``).join(', ')})` : '';
    const client = `${program.client} ${program.version}`;
    const cells = [`\`${program.name}\``, client, `${cell(program.does)}${flags}`];
    return `| ${[...cells, outcome(own, 'cluster'), outcome(own, 'namespace')].join(' | ')} |`;
  });
}

function kitRows(kits: readonly KitResult[]): string[] {
  return kits.map(({ kit, line }) => {
    const [, bad, what = '', why = ''] = /^(not )?ok (.*?)(?:: (.*))?$/.exec(line) ?? [];
    return `| \`${kit.folder}\` | ${kit.uses()} | ${what} | ${bad ? `failed: ${cell(why)}` : 'passed'} |`;
  });
}

/** The table behind a mark, up to the next empty line, replaced. */
function withTable(text: string, mark: string, head: readonly string[], rows: readonly string[]): string {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`${PAGE} has no ${mark}`);
  const start = at + mark.length + 1;
  const rest = text.slice(start);
  const end = rest.indexOf('\n\n') + 1 || rest.length;
  const table = [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...rows];
  return `${text.slice(0, start)}${table.join('\n')}\n${rest.slice(end)}`;
}

/** Writes both tables of docs/clients.md anew. */
export function writePage(results: readonly Result[], kits: readonly KitResult[]): void {
  const head = ['program', 'client', 'what of it', 'administrator', 'user of a namespace, virtual cluster'];
  const programs = withTable(readFileSync(PAGE, 'utf8'), '<!-- results -->', head, programRows(results));
  const kitHead = ['folder', 'with', 'what ran', 'result'];
  writeFileSync(PAGE, withTable(programs, '<!-- kits -->', kitHead, kitRows(kits)));
}
