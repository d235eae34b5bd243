/**
 * Where rules of `x-kubernetes-validations` come in. This folder knows neither their language nor their types: whoever
 * compiles them gives an engine, and without one the rules of a schema are not looked at.
 */
import type { Frozen } from '../../base/freeze.ts';
import type { FieldProblem } from '../../kube/field-problem.ts';
import type { JSONSchemaProps } from '../../kube/types.gen.ts';

/** What a run of rules found, and what it left of the budget. */
export interface RuleOutcome {
  readonly problems: readonly FieldProblem[];
  readonly remainingBudget: number;
}

/** All rules of a schema, compiled. */
export interface RuleSet {
  /**
   * @param oldValue the value before the change; undefined on a create
   * @param path where the value stands, '' for a whole object
   * @param budget cost that the rules may have together (RuntimeCELCostBudget)
   */
  check(value: unknown, oldValue: unknown, path: string, budget: number): RuleOutcome;
}

/** What is known about the rules of one node while a definition is validated (CELSchemaContext). */
export interface RuleContext {
  property(schema: Frozen<JSONSchemaProps>, name: string): RuleContext | undefined;
  items(schema: Frozen<JSONSchemaProps>): RuleContext | undefined;
  additionalProperties(schema: Frozen<JSONSchemaProps>): RuleContext | undefined;
  /**
   * Problems of the node's own rules: syntax, types, estimated cost.
   *
   * @param uncorrelatable path of the part of the schema below which oldSelf has no meaning
   */
  problems(path: string, uncorrelatable: string | undefined): readonly FieldProblem[];
  /** Problems of all rules together, asked of the root when all nodes were visited. */
  totalProblems(path: string): readonly FieldProblem[];
}

/** Compiles rules. */
export interface RuleEngine {
  /** The rules of a schema; undefined when it has none. */
  compile(schema: Frozen<JSONSchemaProps>, isResourceRoot: boolean): RuleSet | undefined;
  rootContext(schema: Frozen<JSONSchemaProps>): RuleContext;
}

/** What all rules of an object may cost together (RuntimeCELCostBudget). */
export const RULES_BUDGET = 10_000_000;

/** What the rules of a default may cost (PerCallLimit). */
export const DEFAULT_RULES_BUDGET = 1_000_000;
