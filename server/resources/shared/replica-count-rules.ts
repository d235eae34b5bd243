/** Rules of the numbers in the statuses of workloads. */
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { negativeProblems } from './number-rules.ts';

type Counts = Readonly<Record<string, unknown>>;

function countOf(status: Counts, field: string): number | undefined {
  const value = status[field];
  return typeof value === 'number' ? value : undefined;
}

/** Counts that are negative, in the order of `fields`. */
export function negativeCountProblems(status: Counts, fields: readonly string[]): FieldProblem[] {
  return fields.flatMap((field) => negativeProblems(`status.${field}`, countOf(status, field)));
}

/**
 * Counts that are larger than the number of replicas, and more available than ready replicas.
 *
 * @param ready how the message calls the number of ready replicas
 */
export function excessCountProblems(status: Counts, fields: readonly string[], ready: string): FieldProblem[] {
  const count = (field: string): number => countOf(status, field) ?? 0;
  const problems = fields.flatMap((field) =>
    count(field) > count('replicas')
      ? [invalid(`status.${field}`, count(field), 'cannot be greater than status.replicas')]
      : [],
  );
  const available = count('availableReplicas');
  if (available <= count('readyReplicas')) return problems;
  return [...problems, invalid('status.availableReplicas', available, `cannot be greater than ${ready}`)];
}
