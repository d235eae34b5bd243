/** What the expressions of a mutating policy make of an object: plugin/policy/mutating/patch. */
import type { Frozen } from '../../base/freeze.ts';
import { internalError } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { MutatingAdmissionPolicy } from '../../kube/types.gen.ts';
import { atomicPaths } from '../../schema/apply/atomics.ts';
import { configurationFault } from '../../schema/apply/configuration-check.ts';
import { mergeConfiguration } from '../../schema/apply/merge.ts';
import { AdmissionCompiler, type AdmissionExpression, ExpressionProblem } from '../../schema/cel/admission/compiler.ts';
import type { AdmissionValues } from '../../schema/cel/admission/declarations.ts';
import { evaluateAll, OutOfBudget } from '../../schema/cel/admission/evaluation.ts';
import { RUNTIME_COST_BUDGET } from '../../schema/cel/compile.ts';
import type { Authorize } from '../../schema/cel/library/authorizer.ts';
import { CelObject } from '../../schema/cel/library/mutation.ts';
import { jsonOf, misplacedTypes } from '../../schema/cel/values/json.ts';
import { CelError, CelList, type Value } from '../../schema/cel/values/value.ts';
import { applyJsonPatch, JsonPatchError } from '../../schema/patch/json-patch.ts';
import { strictProblems } from '../../schema/strict.ts';
import type { TypeDescription } from '../../schema/type-table.ts';

export interface Mutation {
  readonly kind: 'apply' | 'jsonPatch';
  readonly expression: AdmissionExpression;
}

/** The expressions of a policy, ready to be evaluated. */
export interface CompiledPolicy {
  readonly variables: ReadonlyMap<string, AdmissionExpression>;
  readonly conditions: readonly AdmissionExpression[];
  readonly mutations: readonly Mutation[];
}

const STORED = { stored: true } as const;

export function compilePolicy({ spec }: Frozen<MutatingAdmissionPolicy>): CompiledPolicy {
  const { paramKind, variables = [], matchConditions = [], mutations = [] } = spec;
  const compiler = new AdmissionCompiler({ params: paramKind !== undefined, composed: true });
  for (const { name, expression } of variables) compiler.define(name, expression, STORED);
  return {
    variables: compiler.variables,
    conditions: matchConditions.map(({ expression }) => compiler.compile(expression, 'condition', STORED)),
    mutations: mutations.map(({ patchType, applyConfiguration, jsonPatch }) => {
      const kind = patchType === 'JSONPatch' ? 'jsonPatch' : 'apply';
      const text = (kind === 'apply' ? applyConfiguration : jsonPatch)?.expression ?? '';
      return { kind, expression: compiler.compile(text, kind, STORED) };
    }),
  };
}

/** A mutation that failed: the failure policy decides what this means. */
export class MutationFault extends Error {}

export interface MutationInput {
  readonly mutation: Mutation;
  readonly variables: CompiledPolicy['variables'];
  readonly values: AdmissionValues;
  readonly authorize: Authorize;
  /** The object that is changed, as the values show it. */
  readonly object: Frozen<KubeObject>;
  readonly type: TypeDescription;
}

/**
 * The object that a mutation makes; the same one where it changes nothing.
 *
 * @throws MutationFault, ApiError 500
 */
export function mutated(input: MutationInput): unknown {
  const value = evaluated(input);
  return input.mutation.kind === 'apply' ? applied(value, input) : patched(value, input);
}

function evaluated({ mutation, variables, values, authorize }: MutationInput): Value {
  const { expression } = mutation;
  if (expression.compiled instanceof ExpressionProblem) throw new MutationFault(expression.compiled.message);
  const result = evaluateAll([expression], { values, authorize, variables, budget: RUNTIME_COST_BUDGET });
  if (result instanceof OutOfBudget) throw new MutationFault(result.message);
  const { value = null, error } = result.outcomes[0] ?? {};
  if (error !== undefined) throw new MutationFault(error);
  return value;
}

function applied(value: Value, { object, type }: MutationInput): unknown {
  const misplaced = misplacedTypes(value, 'Object');
  if (misplaced.length > 0) throw new MutationFault(`type mismatch: ${misplaced.join('\n')}`);
  const made = jsonOf(value);
  if (made instanceof CelError) throw new MutationFault(`invalid return type: ${made.message}`);
  const configuration = { ...(made as object), apiVersion: object.apiVersion, kind: object.kind };
  const fault = configurationFault(configuration, type);
  const failed = (why: string): MutationFault => new MutationFault(`error applying patch: ${why}`);
  if (fault !== undefined) throw failed(`failed to convert patch object to typed object: ${fault}`);
  const atomics = atomicPaths(configuration, type);
  if (atomics.length > 0)
    throw failed(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`);
  return mergeConfiguration(object, configuration, type);
}

/** @throws ApiError 500 for fields that the object cannot have */
function patched(value: Value, { object, type }: MutationInput): unknown {
  const made = patchedObject(value, object);
  const problems = strictProblems(JSON.stringify(made), type);
  if (problems.length > 0) throw internalError(`strict decoding error: ${problems.join(', ')}`);
  return made;
}

function patchedObject(value: Value, object: Frozen<KubeObject>): unknown {
  const operations: object[] = [];
  for (let index = 0; value instanceof CelList && index < value.size; index += 1) {
    operations.push(operationOf(value.at(index)));
  }
  try {
    return applyJsonPatch(object, operations);
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    // A test that fails leaves the object as it is.
    if (error.fault.endsWith('test failed')) return object;
    throw new MutationFault(`JSON Patch: ${error.fault}`);
  }
}

function operationOf(value: Value): object {
  if (!(value instanceof CelObject)) {
    throw new MutationFault('type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch');
  }
  const text = (field: string): unknown => value.values.get(field) ?? '';
  const from = text('from');
  const made = value.values.get('value');
  const operation = { op: text('op'), path: text('path'), ...(from !== '' && { from }) };
  if (made === undefined) return operation;
  const misplaced = made instanceof CelObject ? misplacedTypes(made, made.typeName) : [];
  if (misplaced.length > 0) throw new MutationFault(`type mismatch: ${misplaced.join('\n')}`);
  const json = jsonOf(made);
  if (json instanceof CelError) {
    const why = 'JSONPath valueExpression evaluated to a type that could not marshal to JSON';
    throw new MutationFault(`${why}: ${json.message}`);
  }
  return { ...operation, value: json };
}
