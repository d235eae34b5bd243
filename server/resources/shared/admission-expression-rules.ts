/** Rules of the CEL expressions of admission policies and webhooks: they have to compile. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, internalProblem, invalid } from '../../kube/field-problem.ts';
import type { MatchCondition } from '../../kube/types.gen.ts';
import {
  AdmissionCompiler,
  type AdmissionExpression,
  ExpressionProblem,
  type Purpose,
} from '../../schema/cel/admission/compiler.ts';

/** Expressions that are stored already: they may use what new ones may not. */
export type StoredExpressions = ReadonlySet<string>;

const NONE: StoredExpressions = new Set();

/** The problem of an expression, if there is one. */
export function expressionProblems({ compiled }: AdmissionExpression, path: string, shown: string): FieldProblem[] {
  if (!(compiled instanceof ExpressionProblem)) return [];
  const { message, internal } = compiled;
  return [internal ? internalProblem(path, message) : invalid(path, shown, message)];
}

/** Compiles an expression of a policy, and says what is wrong with it. */
export function compileProblems(
  compiler: AdmissionCompiler,
  expression: { readonly text: string; readonly purpose: Purpose; readonly path: string; readonly shown?: string },
  stored: StoredExpressions = NONE,
): FieldProblem[] {
  const { text, purpose, path, shown = text } = expression;
  const options = { authorizer: purpose !== 'message', stored: stored.has(shown) };
  return expressionProblems(compiler.compile(text, purpose, options), path, shown);
}

/** What the expressions of match conditions are checked with. */
export interface ConditionChecks {
  /** Whether they know `params`. */
  readonly params: boolean;
  readonly stored: StoredExpressions;
}

/** They know no `variables` when they are checked, only when they are evaluated. */
const CONDITION_COMPILERS = {
  withParams: new AdmissionCompiler({ params: true, composed: false }),
  plain: new AdmissionCompiler({ params: false, composed: false }),
};

/** The problem of one match condition's expression. */
export function conditionExpressionProblems(
  expression: string,
  path: string,
  { params, stored }: ConditionChecks,
): FieldProblem[] {
  const compiler = params ? CONDITION_COMPILERS.withParams : CONDITION_COMPILERS.plain;
  return compileProblems(compiler, { text: expression.trim(), purpose: 'condition', path }, stored);
}

/** The expressions of match conditions that are stored. */
export function storedConditions(conditions: Frozen<MatchCondition[]> | undefined): StoredExpressions {
  return new Set((conditions ?? []).map(({ expression }) => expression));
}
