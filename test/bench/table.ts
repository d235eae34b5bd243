import type { Result } from './samples.ts';
import { isMet, type Target } from './target.ts';

const HEAD = ['work', 'fauxkube', 'floor', 'ratio', 'target', 'met'];
const NOTHING = '–';

/** Three digits are more than a busy machine can tell. */
function quantity(value: number | undefined, unit: string): string {
  if (value === undefined) return NOTHING;
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const number = value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return unit === '/s' ? `${number}/s` : `${number} ${unit}`;
}

function targetText(target: Target | undefined, unit: string): string {
  if (!target) return NOTHING;
  const { bound, value, timesFloor } = target;
  const sign = bound === 'at most' ? '≤' : '≥';
  return timesFloor ? `${sign} ${value} × floor` : `${sign} ${value}${unit === '/s' ? '/s' : ` ${unit}`}`;
}

function cells({ row, fauxkube, floor }: Result): string[] {
  const met = isMet(row.target, fauxkube, floor);
  return [
    row.work,
    quantity(fauxkube, row.unit),
    quantity(floor, row.unit),
    fauxkube === undefined || !floor ? NOTHING : (fauxkube / floor).toFixed(2),
    targetText(row.target, row.unit),
    met === undefined ? NOTHING : met ? 'yes' : 'NO',
  ];
}

/** The results as a table of Markdown that is also aligned for terminals. */
export function formatTable(results: readonly Result[]): string {
  const lines = [HEAD, ...results.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isText = (column: number): boolean => column === 0 || column >= 4;
  const text = (line: readonly string[]): string => {
    const padded = line.map((cell, i) => (isText(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)));
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, i) => (isText(i) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [HEAD, rule, ...lines.slice(1)].map(text).join('\n');
}
