/** What definitions are told about their rules (apiextensions-apiserver, validation/cel_validation.go). */
import { type FieldProblem, forbiddenField, internalProblem, invalid } from '../../../kube/field-problem.ts';
import { UNBOUNDED } from '../../cel/cost/size.ts';
import type { Declaration } from '../../cel/types/declaration.ts';
import { escapeField } from '../../cel/types/escape.ts';
import { maxCardinality } from '../../cel/types/schema-declaration.ts';
import { internalRuleForm } from '../internal-schema.ts';
import type { JsonSchema } from '../structural.ts';
import { childPath, keyPath } from '../value-path.ts';
import { type CompiledRule, compileRules } from './compiled-rules.ts';
import { asSelf, ruleDeclaration } from './rule-declaration.ts';
import type { RulesBefore } from './rule-set.ts';

/** What one expression may cost by estimate, and all of a definition together. */
const EXPRESSION_LIMIT = 10_000_000;
const DEFINITION_LIMIT = 100_000_000;
const TOLD_MAX = 4;

/** Estimated costs of all rules of a definition, the dearest ones by name. */
class TotalCost {
  total = 0;
  dearest: { readonly path: string; readonly cost: number }[] = [];

  add(path: string, cost: number): void {
    this.total = Math.min(this.total + cost, UNBOUNDED);
    if (cost < DEFINITION_LIMIT / 100) return;
    this.dearest = [...this.dearest, { path, cost }].sort((a, b) => b.cost - a.cost).slice(0, TOLD_MAX);
  }
}

interface Place {
  readonly parent?: NodeContext;
  /** The declaration within that of the parent. */
  readonly within?: (declaration: Declaration) => Declaration | undefined;
  readonly hasRules: boolean;
  /** How often the node can be in an object; undefined without a limit. */
  readonly cardinality: number | undefined;
  readonly costs: TotalCost;
  readonly before: RulesBefore | undefined;
}

/** What is known about the rules of one node while a definition is validated (CELSchemaContext). */
export class NodeContext {
  readonly #schema: JsonSchema;
  readonly #place: Place;
  #declared: { readonly declaration: Declaration | undefined } | undefined;

  constructor(schema: JsonSchema, place: Place) {
    this.#schema = schema;
    this.#place = place;
  }

  /** @param before on a change */
  static root(schema: JsonSchema, before?: RulesBefore): NodeContext {
    const costs = new TotalCost();
    return new NodeContext(schema, { hasRules: hasOwnRules(schema), cardinality: 1, costs, before });
  }

  property(schema: JsonSchema, name: string): NodeContext {
    const escaped = escapeField(name);
    return this.#child(schema, ({ fields }) => (escaped === undefined ? undefined : fields?.get(escaped)));
  }

  items(schema: JsonSchema): NodeContext {
    return this.#child(schema, ({ element }) => element);
  }

  additionalProperties(schema: JsonSchema): NodeContext {
    return this.#child(schema, ({ element }) => element);
  }

  #child(schema: JsonSchema, within: (declaration: Declaration) => Declaration | undefined): NodeContext {
    const { cardinality, costs, hasRules, before } = this.#place;
    const factor = elementsOf(this.#schema);
    const product = cardinality === undefined || factor === undefined ? undefined : bounded(cardinality, factor);
    return new NodeContext(schema, {
      parent: this,
      within,
      hasRules: hasRules || hasOwnRules(schema),
      cardinality: product,
      costs,
      before,
    });
  }

  /** undefined where expressions cannot see the node. Deriving it from that of the parent is cheap. */
  get #declaration(): Declaration | undefined {
    this.#declared ??= { declaration: this.#declare() };
    return this.#declared.declaration;
  }

  /** undefined where no rule stands above or here: then nothing was declared that could be reused. */
  #declarationOfRules(): Declaration | undefined {
    return this.#place.hasRules ? this.#declaration : undefined;
  }

  #declare(): Declaration | undefined {
    const { parent, within } = this.#place;
    const above = parent === undefined ? undefined : parent.#declarationOfRules();
    const found = above && within?.(above);
    if (found) return asSelf(found);
    const isResource = parent === undefined || this.#schema['x-kubernetes-embedded-resource'] === true;
    return ruleDeclaration(this.#schema, isResource);
  }

  /**
   * Problems of the node's own rules: syntax, types, estimated cost.
   *
   * @param uncorrelatable path of the part of the schema below which oldSelf has no meaning
   */
  problems(path: string, uncorrelatable: string | undefined): FieldProblem[] {
    const at = childPath(path, 'x-kubernetes-validations');
    const declaration = this.#declaration;
    if (!declaration) {
      const why = 'failed to construct type information for x-kubernetes-validations rules: ';
      return [internalProblem(at, `internal error: ${why}unable to convert structural schema to CEL declarations`)];
    }
    const { before } = this.#place;
    const rules = compileRules(this.#schema, declaration, {
      hasRule: (text) => before?.rules.has(text) ?? false,
      hasMessage: (text) => before?.messageExpressions.has(text) ?? false,
    });
    return rules.flatMap((rule, i) => this.#ruleProblems(rule, keyPath(at, i), declaration, uncorrelatable));
  }

  /** Problems of all rules together, asked of the root when all nodes were visited. */
  totalProblems(path: string): FieldProblem[] {
    const { total, dearest } = this.#place.costs;
    if (total <= DEFINITION_LIMIT) return [];
    const why = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...dearest.map((rule) => forbiddenField(rule.path, why)),
      forbiddenField(path, tooDear(what, total, DEFINITION_LIMIT)),
    ];
  }

  #ruleProblems(
    compiled: CompiledRule,
    path: string,
    declaration: Declaration,
    uncorrelatable: string | undefined,
  ): FieldProblem[] {
    const { rule, program, error, message, messageError, usesOldSelf } = compiled;
    const { costs, cardinality, before } = this.#place;
    const isTooMuch = (estimate: number): boolean => !before?.isUnchanged && estimate > EXPRESSION_LIMIT;
    const problems: FieldProblem[] = [];
    const at = `${path}.rule`;
    const cost = bounded(program?.estimateCost().max ?? 0, cardinality ?? maxCardinality(declaration));
    if (isTooMuch(cost)) {
      problems.push(forbiddenField(at, tooDear('estimated rule cost', cost, EXPRESSION_LIMIT)));
    }
    costs.add(at, cost);
    if (error !== undefined) problems.push(invalid(at, internalRuleForm(rule), error));
    const messageAt = `${path}.messageExpression`;
    if (messageError !== undefined) problems.push(invalid(messageAt, internalRuleForm(rule), messageError));
    else if (message) {
      const messageCost = message.estimateCost().max;
      if (isTooMuch(messageCost)) {
        const text = tooDear('estimated messageExpression cost', messageCost, EXPRESSION_LIMIT);
        problems.push(forbiddenField(messageAt, text));
      }
      costs.add(messageAt, messageCost);
    }
    if (!usesOldSelf) {
      if (rule.optionalOldSelf === undefined) return problems;
      const detail = 'may not be set if oldSelf is not used in rule';
      return [...problems, invalid(`${path}.optionalOldSelf`, rule.optionalOldSelf, detail)];
    }
    if (uncorrelatable === undefined) return problems;
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
    return [...problems, invalid(at, rule.rule, detail)];
  }
}

const hasOwnRules = (schema: JsonSchema): boolean => (schema['x-kubernetes-validations']?.length ?? 0) > 0;

const bounded = (cost: number, times: number): number => Math.min(cost * times, UNBOUNDED);

/** How many children of a kind the node can have; undefined without a limit. */
function elementsOf({ type, additionalProperties, maxProperties, maxItems }: JsonSchema): number | undefined {
  const limit = (max: number | undefined): number | undefined => (max === undefined ? undefined : Math.max(0, max));
  if (type === 'array') return limit(maxItems);
  return type === 'object' && additionalProperties !== undefined ? limit(maxProperties) : 1;
}

function tooDear(what: string, cost: number, limit: number): string {
  const times = cost / limit;
  const factor = times > 100 ? 'more than 100x' : times < 1.5 ? `${times.toFixed(6)}x` : `${times.toFixed(1)}x`;
  const advice =
    'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are ' +
    'declared';
  return `${what} exceeds budget by factor of ${factor} (${advice})`;
}
