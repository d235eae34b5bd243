import { type ClauseKind, clauseProblem, parseFormat } from '../library/format-string.ts';
import type { Source } from '../syntax/source.ts';
import type { Call, Expr } from '../syntax/tree.ts';
import { isDyn } from './cel-type.ts';
import type { Checked } from './checker.ts';

/** Checks a constant format with the types of the values that are written next to it. */
export function checkFormatCall(source: Source, { name, target, args, offset }: Call, checked: Checked): void {
  const [list] = args;
  if (name !== 'format' || args.length !== 1 || list?.kind !== 'list') return;
  if (target?.kind !== 'literal' || typeof target.value !== 'string') return;
  const { parts, problem } = parseFormat(target.value, list.elements.length);
  let used = 0;
  for (const part of parts) {
    if (typeof part === 'string') continue;
    const wrong = wrongValue(part.kind, list.elements[used], checked);
    if (wrong) {
      source.report(wrong.offset, wrong.problem);
      return;
    }
    used += 1;
  }
  if (problem !== undefined) source.report(offset, problem);
  else if (list.elements.length > used) {
    const counts = `(expected ${used}, got ${list.elements.length})`;
    source.report(offset, `too many arguments supplied to string.format ${counts}`);
  }
}

interface WrongValue {
  readonly offset: number;
  readonly problem: string;
}

function wrongValue(kind: ClauseKind, expr: Expr | undefined, checked: Checked): WrongValue | undefined {
  const type = expr && checked.types.get(expr.id);
  if (!expr || !type) return undefined;
  const problem = isDyn(type) ? undefined : clauseProblem(kind, type.name);
  if (problem !== undefined) return { offset: expr.offset, problem };
  return kind === 's' ? wrongInner(expr, checked) : undefined;
}

function wrongInner(expr: Expr, checked: Checked): WrongValue | undefined {
  const inner =
    expr.kind === 'list'
      ? expr.elements
      : expr.kind === 'map'
        ? expr.entries.flatMap(({ key, value }) => [key, value])
        : [];
  for (const child of inner) {
    const wrong = wrongValue('s', child, checked);
    if (wrong) return wrong;
  }
  return undefined;
}
