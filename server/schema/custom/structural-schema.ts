/**
 * The schema of one version of a custom resource, compiled once: how its objects are read, filled in, checked and
 * merged. Everything here is a function of JSON values; the registry decides when to call it.
 */
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { withDefaults } from './defaults.ts';
import { embeddedProblems, type MetadataRules } from './embedded-check.ts';
import { listProblems } from './list-check.ts';
import { type CustomShape, shapeOf } from './merge-shapes.ts';
import { type Pruned, prune } from './prune.ts';
import { compileRuleSet } from './rules/rule-engine.ts';
import { RULES_BUDGET, type RuleSet } from './rules/rule-set.ts';
import { type JsonSchema, type Structural, structuralOf } from './structural.ts';
import { type CompiledCheck, compileCheck } from './value-check.ts';
import { fieldProblems, NO_PATH } from './value-errors.ts';
import type { JsonObject } from './value-kinds.ts';

export type { MetadataRules } from './embedded-check.ts';
export type { CustomShape } from './merge-shapes.ts';
export type { Pruned } from './prune.ts';
export type { JsonSchema, Structural } from './structural.ts';

export interface StructuralOptions {
  /** The rules of embedded metadata, which belong to the registry. */
  readonly metadataRules: MetadataRules;
}

/** What the objects of one version have in common. An object that is there is frozen and stays as it is. */
export interface StructuralSchema {
  readonly structural: Structural;
  /** The compiled `x-kubernetes-validations`; undefined when the schema has none. */
  readonly rules: RuleSet | undefined;
  /**
   * Reads an object: unknown fields and nulls that mean nothing are dropped, keys are sorted. Its own `apiVersion`,
   * `kind` and `metadata` are left as they are: those are the registry's.
   *
   * @throws DecodeError when embedded metadata has fields of wrong types
   */
  prune(object: JsonObject): Pruned;
  /** Fills in defaults; the same object when there is nothing to fill in. */
  applyDefaults<T extends JsonObject>(object: T): T;
  /**
   * What the schema holds against an object, in upstream's order: values, embedded resources, lists, rules. Problems
   * of parts that are as they were in `old` are left out.
   *
   * @param others problems of metadata and scale, which come first and may keep rules from being checked
   * @param warn is told what breaks rules as it did before
   */
  problems(object: JsonObject, old?: JsonObject, others?: readonly FieldProblem[], warn?: Warn): FieldProblem[];
  /** The same for a write to `/status`: only the status is looked at. */
  statusProblems(object: JsonObject, old: JsonObject, others?: readonly FieldProblem[], warn?: Warn): FieldProblem[];
  /** How server-side apply takes objects apart. */
  shape(): CustomShape;
}

type Warn = (text: string) => void;

/** Problems after which rules are not checked: values may have other types than rules expect. */
const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const UNCHECKED =
  'some validation rules were not checked because the object was invalid; ' +
  'correct the existing errors to complete validation';

class Compiled implements StructuralSchema {
  readonly #read: () => JsonSchema;
  readonly #options: StructuralOptions;
  #structural: Structural | undefined;
  #check: CompiledCheck | undefined;
  #statusCheck: CompiledCheck | undefined;
  #shape: CustomShape | undefined;
  #rules: { readonly set: RuleSet | undefined } | undefined;

  constructor(read: () => JsonSchema, options: StructuralOptions) {
    this.#read = read;
    this.#options = options;
  }

  // Each part is made on first use: most definitions of a cluster have no objects.
  get structural(): Structural {
    this.#structural ??= structuralOf(this.#read());
    return this.#structural;
  }

  get rules(): RuleSet | undefined {
    this.#rules ??= { set: compileRuleSet(this.structural.schema, true) };
    return this.#rules.set;
  }

  prune(object: JsonObject): Pruned {
    return prune(object, this.structural);
  }

  applyDefaults<T extends JsonObject>(object: T): T {
    return withDefaults(object, this.structural) as T;
  }

  problems(object: JsonObject, old?: JsonObject, others: readonly FieldProblem[] = [], warn?: Warn): FieldProblem[] {
    this.#check ??= compileCheck(this.structural.schema, this.structural);
    const [metadata, scale] = split(others);
    const found = [
      ...metadata,
      ...fieldProblems('', this.#check(object, old)),
      ...scale,
      ...embeddedProblems(object, this.structural, this.#options.metadataRules),
      // Lists that were wrong before may stay so.
      ...(old && listProblems(old, this.structural).length > 0 ? [] : listProblems(object, this.structural)),
    ];
    return this.#withRules(found, object, old, warn);
  }

  statusProblems(
    object: JsonObject,
    old: JsonObject,
    others: readonly FieldProblem[] = [],
    warn?: Warn,
  ): FieldProblem[] {
    const [metadata, scale] = split(others);
    const found = [...metadata, ...this.#statusOnly(object, old), ...scale];
    if (listProblems(old, this.structural).length === 0) found.push(...listProblems(object, this.structural));
    return this.#withRules(found, object, old, warn);
  }

  shape(): CustomShape {
    this.#shape ??= shapeOf(this.structural);
    return this.#shape;
  }

  #statusOnly(object: JsonObject, old: JsonObject): FieldProblem[] {
    const node = this.structural.properties?.get('status');
    if (!node || !Object.hasOwn(object, 'status')) return [];
    this.#statusCheck ??= compileCheck(node.schema, node);
    const before = Object.hasOwn(old, 'status') ? [old.status] : [];
    return fieldProblems('status', this.#statusCheck(object.status, ...before));
  }

  #withRules(found: FieldProblem[], object: JsonObject, old: JsonObject | undefined, warn?: Warn): FieldProblem[] {
    const { rules } = this;
    if (!rules) return found;
    if (found.some(({ reason }) => BLOCKING.has(reason))) return [...found, invalid(NO_PATH, null, UNCHECKED)];
    const { problems, warnings } = rules.check(object, old, '', RULES_BUDGET, true);
    for (const { field, message } of warnings) warn?.(`${field}: ${message}`);
    return [...found, ...problems];
  }
}

/** Metadata's problems come before those of values, the scale's behind them. */
function split(problems: readonly FieldProblem[]): [FieldProblem[], FieldProblem[]] {
  const isMeta = ({ field }: FieldProblem): boolean => /^metadata(?:[.[]|$)/.test(field);
  return [problems.filter(isMeta), problems.filter((problem) => !isMeta(problem))];
}

/**
 * @param schema `openAPIV3Schema` of a version that was accepted, or how to read it: nothing is before it is needed
 * @example
 * const schema = compileStructural(version.schema.openAPIV3Schema, { metadataRules });
 * const { value, unknownFields } = schema.prune(body);
 * const problems = schema.problems(schema.applyDefaults(value));
 */
export function compileStructural(
  schema: JsonSchema | (() => JsonSchema),
  options: StructuralOptions,
): StructuralSchema {
  return new Compiled(typeof schema === 'function' ? schema : () => schema, options);
}
