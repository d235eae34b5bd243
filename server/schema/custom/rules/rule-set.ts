/** Rules of `x-kubernetes-validations`, as the rest of a schema knows them; `rule-engine.ts` compiles them. */
import type { FieldProblem } from '../../../kube/field-problem.ts';

/** What a run of rules found, and what it left of the budget. */
export interface RuleOutcome {
  readonly problems: readonly FieldProblem[];
  /** Problems of what was so before: they are only told. */
  readonly warnings: readonly FieldProblem[];
  /** Negative when no further rule may run. */
  readonly remainingBudget: number;
}

/** All rules of a schema, compiled. */
export interface RuleSet {
  /**
   * @param oldValue the value before the change; undefined on a create
   * @param path where the value stands, '' for a whole object
   * @param budget cost that the rules may have together (RuntimeCELCostBudget)
   * @param ratchets whether problems of parts that did not change are only told
   */
  check(value: unknown, oldValue: unknown, path: string, budget: number, ratchets?: boolean): RuleOutcome;
}

/** What a definition was before a change. */
export interface RulesBefore {
  /** Rules and message expressions that were accepted. */
  readonly rules: ReadonlySet<string>;
  readonly messageExpressions: ReadonlySet<string>;
  /** Whether the schema is as it was: what its rules cost each was accepted. */
  readonly isUnchanged: boolean;
}

/** What all rules of an object may cost together (RuntimeCELCostBudget). */
export const RULES_BUDGET = 10_000_000;
