/** Compiles the rules of schemas, node by node, and runs them over objects. */
import { type FieldProblem, invalid } from '../../../kube/field-problem.ts';
import type { Declaration } from '../../cel/types/declaration.ts';
import { escapeField } from '../../cel/types/escape.ts';
import { oldField, oldItems, UNCORRELATED } from '../correlation.ts';
import { additionalOf, itemsOf, propertiesOf } from '../schema-walk.ts';
import { type JsonSchema, type Structural, structuralOf } from '../structural.ts';
import { isObject, type JsonObject } from '../value-kinds.ts';
import { childPath, keyPath } from '../value-path.ts';
import { ALL_STORED, type CompiledRule, compileRules } from './compiled-rules.ts';
import { evaluateRule, fieldAt } from './evaluate-rule.ts';
import { Ratchet } from './ratchet.ts';
import { ruleDeclaration } from './rule-declaration.ts';
import type { RuleOutcome, RuleSet } from './rule-set.ts';

/** A node with rules at it or below. */
interface RuleNode {
  readonly structural: Structural;
  /** undefined where expressions cannot see the node, though it has rules. */
  readonly rules: readonly CompiledRule[] | undefined;
  readonly allOf: readonly RuleNode[];
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly additional: RuleNode | undefined;
  readonly items: RuleNode | undefined;
}

const ownRules = (schema: JsonSchema): number => schema['x-kubernetes-validations']?.length ?? 0;

function hasRules(schema: JsonSchema | undefined): boolean {
  if (!schema) return false;
  return (
    ownRules(schema) > 0 ||
    hasRules(itemsOf(schema)) ||
    hasRules(additionalOf(schema)) ||
    propertiesOf(schema).some(([, inner]) => hasRules(inner))
  );
}

/**
 * @param rules where rules come from: the node's own schema, or a part of its `allOf`
 * @returns undefined where there are no rules
 */
function nodeOf(rules: JsonSchema, structural: Structural, declaration: Declaration | undefined): RuleNode | undefined {
  const { schema } = structural;
  const here = rules === schema ? schema : { ...schema, 'x-kubernetes-validations': rules['x-kubernetes-validations'] };
  const compiled =
    ownRules(rules) === 0 ? [] : declaration && compileRules(here as JsonSchema, declaration, ALL_STORED);
  const element = declaration?.element;
  const itemRules = itemsOf(rules);
  const otherRules = additionalOf(rules);
  const others = typeof structural.additionalProperties === 'object' ? structural.additionalProperties : undefined;
  const node: RuleNode = {
    structural,
    rules: compiled,
    allOf: (rules.allOf ?? []).flatMap((part) => nodeOf(part, structural, declaration) ?? []),
    properties: propertyNodes(rules, structural, declaration),
    additional: otherRules && others && nodeOf(otherRules, others, element),
    items: itemRules && structural.items && nodeOf(itemRules, structural.items, element),
  };
  const isEmpty =
    node.rules?.length === 0 && node.allOf.length + node.properties.size === 0 && !node.additional && !node.items;
  return isEmpty ? undefined : node;
}

function propertyNodes(
  rules: JsonSchema,
  structural: Structural,
  declaration: Declaration | undefined,
): ReadonlyMap<string, RuleNode> {
  const nodes = new Map<string, RuleNode>();
  for (const [name, inner] of propertiesOf(rules)) {
    const field = structural.properties?.get(name);
    if (!field) continue;
    const escaped = escapeField(name);
    // A field that expressions cannot name has a declaration of its own.
    const declared =
      escaped === undefined
        ? ruleDeclaration(field.schema, field.isEmbeddedResource)
        : declaration?.fields?.get(escaped);
    if (!declared) continue;
    const node = nodeOf(inner, field, declared);
    if (node) nodes.set(name, node);
  }
  return nodes;
}

/** One run over one object. */
class Run {
  readonly problems: FieldProblem[] = [];
  readonly warnings: FieldProblem[] = [];
  budget: number;

  constructor(budget: number) {
    this.budget = budget;
  }

  /** @param old undefined when there is none. @returns whether rules may go on */
  visit(node: RuleNode, path: string, value: unknown, old: unknown, ratchet: Ratchet): boolean {
    if (value === undefined || value === null) return true;
    if (!this.#own(node, path, value, old, ratchet)) return false;
    for (const part of node.allOf) if (!this.visit(part, path, value, old, ratchet.withoutCurrent)) return false;
    if (Array.isArray(value)) return this.#items(node, path, value, old, ratchet);
    return isObject(value) ? this.#fields(node, path, value, old, ratchet) : true;
  }

  #own({ rules, structural }: RuleNode, path: string, self: unknown, old: unknown, ratchet: Ratchet): boolean {
    const { type } = structural;
    if (!rules) {
      const why = 'rule compiler initialization error: failed to convert to declType for CEL validation rules';
      this.problems.push(invalid(fieldAt(path), type, why));
      return true;
    }
    if (rules.length === 0) return true;
    if (this.budget <= 0) {
      const why = 'validation failed due to running out of cost budget, no further validation rules will be run';
      this.problems.push(invalid(fieldAt(path), type, why));
      return false;
    }
    for (const rule of rules) {
      if (rule.error !== undefined) {
        this.problems.push(invalid(fieldAt(path), type, `rule compile error: ${rule.error}`));
        continue;
      }
      const result = evaluateRule(rule, { self, oldSelf: old ?? undefined, path, type, budget: this.budget });
      this.budget = result.budget;
      if (result.problem) {
        const isTold = result.isVerdict === true && !rule.usesOldSelf && ratchet.holds;
        (isTold ? this.warnings : this.problems).push(result.problem);
      }
      if (this.budget < 0) return false;
    }
    return true;
  }

  #items(node: RuleNode, path: string, value: readonly unknown[], old: unknown, ratchet: Ratchet): boolean {
    const { items, structural } = node;
    if (!items || !structural.items) return true;
    const find = oldItems(structural, old);
    for (const [i, item] of value.entries()) {
      const before = find ? find(item) : UNCORRELATED;
      const next = ratchet.item(structural.items, item);
      if (!this.visit(items, keyPath(path, i), item, before === UNCORRELATED ? undefined : before, next)) return false;
    }
    return true;
  }

  #fields(node: RuleNode, path: string, value: JsonObject, old: unknown, ratchet: Ratchet): boolean {
    const { structural, properties, additional } = node;
    const before = (name: string): unknown => {
      const found = oldField(structural, old, name);
      return found === UNCORRELATED ? undefined : found;
    };
    if (additional) {
      for (const [name, inner] of Object.entries(value)) {
        const next = ratchet.field(name, additional.structural, inner);
        if (!this.visit(additional, keyPath(path, name), inner, before(name), next)) return false;
      }
    }
    for (const [name, inner] of properties) {
      if (!Object.hasOwn(value, name)) continue;
      const field = value[name];
      const next = ratchet.field(name, inner.structural, field);
      if (!this.visit(inner, childPath(path, name), field, before(name), next)) return false;
    }
    return true;
  }
}

class CompiledRuleSet implements RuleSet {
  readonly #root: RuleNode;

  constructor(root: RuleNode) {
    this.#root = root;
  }

  check(value: unknown, oldValue: unknown, path: string, budget: number, ratchets = false): RuleOutcome {
    const run = new Run(budget);
    const { structural } = this.#root;
    const ratchet = ratchets && oldValue !== undefined ? Ratchet.root(structural, oldValue, value) : Ratchet.NONE;
    run.visit(this.#root, path, value, oldValue, ratchet);
    return { problems: run.problems, warnings: run.warnings, remainingBudget: run.budget };
  }
}

/**
 * The rules of a schema, compiled; undefined when it has none.
 *
 * @example
 * compileRuleSet(schema, true)?.check(object, undefined, '', RULES_BUDGET).problems
 */
export function compileRuleSet(schema: JsonSchema, isResourceRoot: boolean): RuleSet | undefined {
  if (!hasRules(schema)) return undefined;
  const root = nodeOf(schema, structuralOf(schema), ruleDeclaration(schema, isResourceRoot));
  return root && new CompiledRuleSet(root);
}
