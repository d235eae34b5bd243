import { RecentMap } from '../../base/recent-map.ts';
import { estimateCost } from './cost/estimate.ts';
import { CostLimitExceeded, Frame, PlanFault } from './evaluate/frame.ts';
import { type MakeObject, Planner } from './evaluate/planner.ts';
import { functionsFor } from './library/base.ts';
import { MUTATION_TYPES, makeObject } from './library/mutation.ts';
import type { MacroOptions } from './syntax/macros.ts';
import { parse } from './syntax/parser.ts';
import { type CelIssue, Source } from './syntax/source.ts';
import type { Expr } from './syntax/tree.ts';
import { type CelType, DYN } from './types/cel-type.ts';
import { type Checked, check } from './types/checker.ts';
import type { Declaration } from './types/declaration.ts';
import { type CheckEnvironment, objectsOf } from './types/environment.ts';
import { checkLiterals } from './types/literals.ts';
import { CelError, type Value } from './values/value.ts';

/** What one evaluation may cost. */
export const PER_CALL_LIMIT = 1_000_000;
/** What all evaluations for one request may cost together. */
export const RUNTIME_COST_BUDGET = 10_000_000;

/** What expressions may use; one environment serves any number of expressions. */
export interface CelEnvironment extends CheckEnvironment {
  readonly makeObject: MakeObject | undefined;
  readonly macros: MacroOptions;
}

export interface EnvironmentOptions {
  /** The expression was accepted before: it may use all that this version knows. Otherwise it is new. */
  readonly stored?: boolean;
  /** Expressions of mutations may make objects and patches: `Object{…}`, `JSONPatch{…}`. */
  readonly mutation?: boolean;
  /** Expressions may name values: `cel.bind(x, device.driver, x + x)`. */
  readonly bindings?: boolean;
}

/**
 * Makes an environment: Kubernetes' functions, and variables of one's own.
 *
 * @example
 * const self = schemaDeclaration(schema, 'selfType', true);
 * const environment = celEnvironment({ self, oldSelf: self });
 */
export function celEnvironment(
  variables: Readonly<Record<string, Declaration>>,
  { stored = false, mutation = false, bindings = false }: EnvironmentOptions = {},
): CelEnvironment {
  return {
    variables: new Map(Object.entries(variables)),
    functions: functionsFor(stored, mutation),
    objects: objectsOf(Object.values(variables)),
    constructible: mutation ? MUTATION_TYPES : undefined,
    makeObject: mutation ? makeObject : undefined,
    macros: { bindings },
  };
}

/** An expression that cannot be used, in cel-go's words. */
export class CelFault {
  /** `compile`: syntax and types. `program`: a constant part of it can have no value. */
  readonly stage: 'compile' | 'program';
  /** All problems with their lines, as cel-go prints them. */
  readonly message: string;
  readonly issues: readonly CelIssue[];
  /** The type that it would have had: what has the wrong type is refused for that first. */
  readonly type: CelType | undefined;

  constructor(stage: CelFault['stage'], message: string, issues: readonly CelIssue[], type?: CelType) {
    this.stage = stage;
    this.message = message;
    this.issues = issues;
    this.type = type;
  }
}

/** What came of an evaluation, and what it cost. */
export type Evaluation =
  | { readonly value: Value; readonly cost: number }
  /** The expression failed; with `exceeded` it was given up because of its cost. */
  | { readonly error: string; readonly exceeded: boolean; readonly cost: number };

/** An expression ready to be evaluated any number of times. */
export class CompiledExpression {
  readonly source: string;
  /** The type of its value; `formatType` prints it. */
  readonly type: CelType;
  readonly checked: Checked;
  readonly tree: Expr;
  private readonly environment: CelEnvironment;
  private readonly planner: Planner;
  private readonly run: (frame: Frame) => Value;
  private readonly inputs: readonly (readonly [name: string, slot: number, declaration: Declaration])[];

  constructor(source: string, environment: CelEnvironment, tree: Expr, checked: Checked) {
    this.source = source;
    this.environment = environment;
    this.tree = tree;
    this.checked = checked;
    this.type = checked.types.get(tree.id) ?? DYN;
    this.planner = new Planner(checked, new Set(environment.variables.keys()), environment.makeObject);
    this.run = this.planner.plan(tree).run;
    this.inputs = Array.from(this.planner.used, ([name, slot]) => [name, slot, this.declaration(name)]);
  }

  private declaration(name: string): Declaration {
    const declaration = this.environment.variables.get(name);
    if (!declaration) throw new Error(`the variable ${name} is not declared`);
    return declaration;
  }

  /** Whether the expression uses a variable: rules that use `oldSelf` are for updates only. */
  uses(variable: string): boolean {
    return this.planner.used.has(variable);
  }

  /** What an evaluation can cost, given the largest values that the declarations allow. */
  estimateCost(): { readonly min: number; readonly max: number } {
    return estimateCost(this.tree, this.checked, this.environment.variables);
  }

  /**
   * Evaluates the expression.
   *
   * @param bindings the variables' values: plain JSON, which is read as the declarations say, and never changed
   * @param limit the most that it may cost
   */
  evaluate(bindings: Readonly<Record<string, unknown>>, limit: number = PER_CALL_LIMIT): Evaluation {
    const frame = new Frame(this.planner.size, limit);
    for (const [name, slot, declaration] of this.inputs) {
      if (Object.hasOwn(bindings, name)) frame.slots[slot] = declaration.read(bindings[name]);
    }
    try {
      const value = this.run(frame);
      if (value instanceof CelError) return { error: value.message, exceeded: false, cost: frame.cost };
      return { value, cost: frame.cost };
    } catch (error) {
      // A text or list that JavaScript cannot hold is beyond any budget.
      if (!(error instanceof CostLimitExceeded) && !(error instanceof RangeError)) throw error;
      return { error: new CostLimitExceeded().message, exceeded: true, cost: frame.cost };
    }
  }
}

/** Trees of rules that were read lately: the versions of a definition have the same ones, and many kinds do. */
const TREES_MAX = 1024;
const TREE_TEXT_MAX = 2048;
const trees = new RecentMap<string, Expr>(TREES_MAX);

function treeOf(source: Source, macros: MacroOptions): Expr | undefined {
  const { text } = source;
  if (text.length > TREE_TEXT_MAX) return parse(source, macros);
  const key = `${macros.bindings === true ? 1 : 0}${text}`;
  const known = trees.get(key);
  if (known) return known;
  const tree = parse(source, macros);
  if (tree && !source.failed) trees.set(key, tree);
  return tree;
}

/**
 * Compiles an expression: reads it, finds its types and plans its evaluation.
 *
 * @example
 * const rule = compile('self.replicas <= 5', environment);
 * if (rule instanceof CelFault) throw new Error(rule.message);
 * rule.evaluate({ self: { replicas: 3 } }); // { value: true, cost: 3 }
 */
export function compile(text: string, environment: CelEnvironment): CompiledExpression | CelFault {
  const source = new Source(text);
  const tree = treeOf(source, environment.macros);
  if (!tree) return issuesOf(source);
  const checked = check(source, environment, tree);
  if (!source.failed) checkLiterals(source, tree, checked);
  if (source.failed) return issuesOf(source);
  try {
    return new CompiledExpression(text, environment, tree, checked);
  } catch (error) {
    if (error instanceof PlanFault) return new CelFault('program', error.message, [], checked.types.get(tree.id));
    throw error;
  }
}

function issuesOf(source: Source): CelFault {
  return new CelFault('compile', source.display(), source.issues());
}
