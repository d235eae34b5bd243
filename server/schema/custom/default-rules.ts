/** Defaults have to be values that their schema accepts (apiextensions-apiserver, schema/defaulting/validation.go). */
import { type Frozen, thaw } from '../../base/freeze.ts';
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { embeddedProblems, firstMisfit, type MetadataRules } from './embedded-check.ts';
import { hasUnknownFields } from './prune.ts';
import { compileRuleSet } from './rules/rule-engine.ts';
import { RULES_BUDGET } from './rules/rule-set.ts';
import { type JsonSchema, META_FIELDS, type Structural, structuralOf } from './structural.ts';
import { compileCheck } from './value-check.ts';
import { fieldProblems } from './value-errors.ts';
import type { JsonObject } from './value-kinds.ts';
import { childPath, keyPath } from './value-path.ts';

export interface DefaultRuleOptions {
  readonly metadataRules: MetadataRules;
}

/** Options, and what the rules of all defaults may still cost together. */
interface Visit extends DefaultRuleOptions {
  budget: number;
}

/** The resource around a node: its schema, and how to put a value of the node into an object of it. */
interface Resource {
  readonly root: Structural;
  readonly wrap: (value: unknown) => unknown;
  readonly insideMeta: boolean;
}

/** Problems of all defaults of a structural schema. */
export function defaultProblems(schema: JsonSchema, path: string, options: DefaultRuleOptions): FieldProblem[] {
  const root = asResource(structuralOf(schema));
  if (!root.hasDefaults) return [];
  return visit(root, path, { root, wrap: (value) => value, insideMeta: false }, { ...options, budget: RULES_BUDGET });
}

/** A schema whose objects have an apiVersion, a kind and metadata. */
function asResource(structural: Structural): Structural {
  return structural.isEmbeddedResource
    ? structural
    : { ...structural, isEmbeddedResource: true, hasEmbeddedResources: true };
}

function visit(node: Structural, path: string, around: Resource, options: Visit): FieldProblem[] {
  if (!node.hasDefaults || options.budget < 0) return [];
  const resource: Resource = node.isEmbeddedResource
    ? { root: node, wrap: (value) => value, insideMeta: false }
    : around;
  const problems =
    node.defaultValue === undefined ? [] : problemsOf(node, childPath(path, 'default'), resource, options);
  if (node.items) {
    const inner = { ...resource, wrap: (value: unknown) => resource.wrap([value]) };
    problems.push(...visit(node.items, childPath(path, 'items'), inner, options));
  }
  for (const [name, field] of node.properties ?? []) {
    const inner: Resource = {
      root: resource.root,
      wrap: (value) => resource.wrap({ [name]: value }),
      insideMeta: resource.insideMeta || (node.isEmbeddedResource && META_FIELDS.has(name)),
    };
    problems.push(...visit(field, keyPath(childPath(path, 'properties'), name), inner, options));
  }
  return problems;
}

function problemsOf(node: Structural, path: string, around: Resource, options: Visit): FieldProblem[] {
  const value = node.defaultValue;
  const { metadataRules } = options;
  if (around.insideMeta) {
    const text = metadataProblem(around, value, metadataRules);
    if (text !== undefined) return [invalid(path, value, `must result in valid metadata: ${text}`)];
    return valueProblems(node, path, around, options);
  }
  const unknown = hasUnknownFields(value, node) ? [invalid(path, value, 'must not have unknown fields')] : [];
  const misfit = firstMisfit(value, node, path);
  if (misfit) return [...unknown, misfit];
  const embedded = embeddedProblems(value, node, metadataRules, path);
  if (embedded.length > 0) return [...unknown, ...embedded];
  return [...unknown, ...valueProblems(node, path, around, options)];
}

function valueProblems(node: Structural, path: string, around: Resource, options: Visit): FieldProblem[] {
  const value = node.defaultValue;
  const found = fieldProblems(path, compileCheck(node.schema, node, 'structural')(value));
  if (found.length > 0) return found;
  const rules = compileRuleSet(node.schema, node === around.root);
  if (!rules) return [];
  // A default may be what was there before, and it may be new.
  const { budget } = options;
  const asBefore = rules.check(value, value, path, budget);
  options.budget = asBefore.remainingBudget;
  if (asBefore.problems.length > 0) return [...asBefore.problems];
  const asNew = rules.check(value, undefined, path, budget);
  options.budget = Math.min(options.budget, asNew.remainingBudget);
  return [...asNew.problems];
}

/** What is wrong with the object that a default inside of metadata makes. */
function metadataProblem(around: Resource, value: unknown, rules: MetadataRules): string | undefined {
  const made = around.wrap(thaw(value as Frozen<unknown>)) as JsonObject;
  const object = { apiVersion: 'validation/v1', kind: 'Validation', ...made };
  const misfit = firstMisfit(object, around.root, '');
  if (misfit) return `${misfit.field}: ${misfit.message}`;
  const texts = embeddedProblems(object, around.root, rules).map(({ field, message }) => `${field}: ${message}`);
  if (texts.length === 0) return undefined;
  return texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
}
