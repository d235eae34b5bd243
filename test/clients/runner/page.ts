import { readFileSync, writeFileSync } from 'node:fs';
import type { Result } from './run.ts';
import type { Scope } from './surroundings.ts';

const PAGE = 'docs/clients.md';

/** How one of the test kits has ended. */
export interface KitResult {
  readonly kit: { readonly folder: string; uses(): string };
  readonly line: string;
}

/** Without where this repository is, which what a tool says may name. */
const cell = (text: string): string =>
  text.replaceAll(`${process.cwd()}/`, '').replaceAll('|', '\\|').replaceAll('\n', ' ').trim();
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

const firstCell = (row: string): string => /^\| `([^`]+)` \|/.exec(row)?.[1] ?? '';

/** The rows behind a mark. */
function tableOf(
  text: string,
  mark: string,
): { readonly start: number; readonly end: number; readonly rows: string[] } {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`${PAGE} has no ${mark}`);
  const start = at + mark.length + 1;
  const lines = text.slice(start).split('\n');
  const count = lines.findIndex((line) => !line.startsWith('|'));
  const rows = count < 0 ? lines : lines.slice(0, count);
  return { start, end: start + rows.join('\n').length + (rows.length > 0 ? 1 : 0), rows };
}

/**
 * The table behind a mark with what was found out now; other rows stay as they are.
 *
 * @param known what there may be rows of, in their order
 */
function withTable(
  text: string,
  mark: string,
  head: readonly string[],
  rows: readonly string[],
  known: readonly string[],
): string {
  const { start, end, rows: before } = tableOf(text, mark);
  const found = new Map([...before, ...rows].map((row) => [firstCell(row), row]));
  const kept = known.flatMap((name) => found.get(name) ?? []);
  const table = [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...kept];
  return `${text.slice(0, start)}${table.join('\n')}\n${text.slice(end)}`;
}

/** What the tables may have rows of, in their order. */
export interface Known {
  readonly programs: readonly string[];
  readonly kits: readonly string[];
}

/** Writes what was found out into both tables of docs/clients.md. */
export function writePage(results: readonly Result[], kits: readonly KitResult[], known: Known): void {
  const head = ['program', 'client', 'what of it', 'administrator', 'user of a namespace, virtual cluster'];
  const text = readFileSync(PAGE, 'utf8');
  const programs = withTable(text, '<!-- results -->', head, programRows(results), known.programs);
  const kitHead = ['folder', 'with', 'what ran', 'result'];
  writeFileSync(PAGE, withTable(programs, '<!-- kits -->', kitHead, kitRows(kits), known.kits));
}
