/** Evaluates the expressions of admission within a budget: plugin/cel/activation.go and condition.go. */
import { PER_CALL_LIMIT } from '../compile.ts';
import type { Authorize } from '../library/authorizer.ts';
import { LazyMap } from '../types/declaration.ts';
import { CelError, type Value } from '../values/value.ts';
import { type AdmissionExpression, ExpressionProblem } from './compiler.ts';
import { type AdmissionValues, authorizerValues } from './declarations.ts';

/** What one expression came to; neither for an expression that is not there. */
export interface Outcome {
  readonly value?: Value;
  readonly error?: string;
}

/** What several expressions came to, one after the other, and what is left of their budget. */
export interface Outcomes {
  readonly outcomes: readonly Outcome[];
  readonly remaining: number;
}

/** Nothing came of any expression: together they cost more than they may. */
export class OutOfBudget {
  readonly message = 'validation failed due to running out of cost budget, no further validation rules will be run';
}

/** What all match conditions of one policy or webhook may cost together. */
export const MATCH_CONDITIONS_BUDGET = 2_500_000;

export interface EvaluationOptions {
  readonly values: AdmissionValues;
  /** Absent where expressions may not ask. */
  readonly authorize?: Authorize | undefined;
  readonly variables?: ReadonlyMap<string, AdmissionExpression>;
  readonly budget: number;
}

/**
 * Evaluates expressions about one request. A variable is computed when it is first asked for, and once.
 *
 * @param expressions undefined keeps a place in the list
 */
export function evaluateAll(
  expressions: readonly (AdmissionExpression | undefined)[],
  { values, authorize, variables, budget }: EvaluationOptions,
): Outcomes | OutOfBudget {
  if (expressions.length === 0) return { outcomes: [], remaining: budget };
  const spent = { onVariables: 0 };
  const bindings: Record<string, unknown> = {
    ...values,
    params: values.params ?? null,
    ...(authorize && authorizerValues(authorize, values.request)),
  };
  if (variables) bindings.variables = lazily(variables, bindings, spent);
  let remaining = budget;
  const outcomes: Outcome[] = [];
  for (const expression of expressions) {
    if (!expression) {
      outcomes.push({});
      continue;
    }
    const { text, compiled } = expression;
    if (compiled instanceof ExpressionProblem) {
      outcomes.push({ error: `compilation error: ${compiled.message}` });
      continue;
    }
    const result = compiled.evaluate(bindings, PER_CALL_LIMIT);
    remaining -= spent.onVariables + result.cost;
    spent.onVariables = 0;
    if (remaining < 0) return new OutOfBudget();
    outcomes.push(
      'error' in result
        ? { error: `expression '${text}' resulted in error: ${result.error}` }
        : { value: result.value },
    );
  }
  return { outcomes, remaining };
}

function lazily(
  variables: ReadonlyMap<string, AdmissionExpression>,
  bindings: Readonly<Record<string, unknown>>,
  spent: { onVariables: number },
): LazyMap {
  const compute = (name: string, { compiled }: AdmissionExpression): Value => {
    if (compiled instanceof ExpressionProblem)
      return new CelError(`composited variable "${name}" fails to compile: ${compiled.message}`);
    const result = compiled.evaluate(bindings, PER_CALL_LIMIT);
    spent.onVariables += result.cost;
    if ('error' in result) return new CelError(`composited variable "${name}" fails to evaluate: ${result.error}`);
    return result.value;
  };
  return new LazyMap(new Map(Array.from(variables, ([name, expression]) => [name, () => compute(name, expression)])));
}

/** Whether all conditions hold; one that does not decides, whatever others fail. */
export function conditionsHold(
  conditions: readonly AdmissionExpression[],
  options: Omit<EvaluationOptions, 'budget'>,
): boolean | { readonly error: string } {
  const result = evaluateAll(conditions, { ...options, budget: MATCH_CONDITIONS_BUDGET });
  if (result instanceof OutOfBudget) return { error: result.message };
  if (result.outcomes.some(({ value }) => value === false)) return false;
  const errors = [...new Set(result.outcomes.flatMap(({ error }) => error ?? []))];
  if (errors.length === 0) return true;
  // Aggregate.Error: several stand in brackets, each once.
  return { error: errors.length === 1 ? errors.join('') : `[${errors.join(', ')}]` };
}
