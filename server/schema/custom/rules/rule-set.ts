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

/** What all rules of an object may cost together (RuntimeCELCostBudget). */
export const RULES_BUDGET = 10_000_000;

/** What the rules of a default may cost (PerCallLimit). */
export const DEFAULT_RULES_BUDGET = 1_000_000;
