/** The rules of one node of a schema, compiled (apiextensions-apiserver, schema/cel/compilation.go). */
import type { Frozen } from '../../../base/freeze.ts';
import type { ValidationRule } from '../../../kube/types.gen.ts';
import { type CelEnvironment, CelFault, type CompiledExpression, celEnvironment, compile } from '../../cel/compile.ts';
import { BOOL, type CelType, STRING, sameType } from '../../cel/types/cel-type.ts';
import { type Declaration, optional } from '../../cel/types/declaration.ts';
import { findField } from '../field-paths.ts';
import type { JsonSchema } from '../structural.ts';

/** A rule that can be evaluated, or why it cannot. Neither for an empty rule. */
export interface CompiledRule {
  readonly rule: Frozen<ValidationRule>;
  readonly program?: CompiledExpression;
  readonly error?: string;
  readonly usesOldSelf: boolean;
  readonly message?: CompiledExpression;
  readonly messageError?: string;
  /** Where the problem is said to be, seen from the node; '' for the node itself. */
  readonly fieldPath: string;
}

/** Which expressions were accepted before: they may use all that the server knows. */
export interface StoredExpressions {
  hasRule(expression: string): boolean;
  hasMessage(expression: string): boolean;
}

/** Of definitions that are served: all were. */
export const ALL_STORED: StoredExpressions = { hasRule: () => true, hasMessage: () => true };

type Use = 'rule' | 'message';
type EnvironmentOf = (use: Use, isOptional: boolean, isStored: boolean) => CelEnvironment;

/** Compiles the rules of a node. */
export function compileRules(schema: JsonSchema, self: Declaration, stored: StoredExpressions): CompiledRule[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  const environments = new Map<string, CelEnvironment>();
  const environmentOf: EnvironmentOf = (use, isOptional, isStored) => {
    const key = `${isOptional ? use : ''} ${isStored}`;
    let environment = environments.get(key);
    if (!environment) {
      environment = celEnvironment({ self, oldSelf: isOptional ? optionalFor(use, self) : self }, { stored: isStored });
      environments.set(key, environment);
    }
    return environment;
  };
  return rules.map((rule) => compileRule(rule, schema, stored, environmentOf));
}

/** Upstream compiles messages with an optional old value, and evaluates them with the value in its place. */
function optionalFor(use: Use, self: Declaration): Declaration {
  const declared = optional(self);
  return use === 'rule' ? declared : { ...declared, read: self.read };
}

function compileRule(
  rule: Frozen<ValidationRule>,
  schema: JsonSchema,
  stored: StoredExpressions,
  environmentOf: EnvironmentOf,
): CompiledRule {
  const none = { rule, usesOldSelf: false, fieldPath: '' };
  if (rule.rule.trim() === '') return none;
  const isOptional = rule.optionalOldSelf === true;
  const environment = environmentOf('rule', isOptional, stored.hasRule(rule.rule));
  const program = compiledAs(rule.rule, BOOL, environment, {
    compile: 'compilation failed: ',
    type: 'cel expression must evaluate to a bool',
    program: 'program instantiation failed: ',
  });
  if (typeof program === 'string') return { ...none, error: program };
  const compiled = { rule, program, usesOldSelf: program.uses('oldSelf'), fieldPath: pathOf(rule, schema) };
  const text = rule.messageExpression ?? '';
  if (text === '') return compiled;
  const forMessage = environmentOf('message', isOptional, stored.hasMessage(text));
  const message = compiledAs(text, STRING, forMessage, {
    compile: 'messageExpression compilation failed: ',
    type: 'messageExpression must evaluate to a string',
    program: 'messageExpression instantiation failed: ',
  });
  return typeof message === 'string' ? { ...compiled, messageError: message } : { ...compiled, message };
}

interface Words {
  readonly compile: string;
  readonly type: string;
  readonly program: string;
}

/** The expression, or what is wrong with it: types are checked before it is known whether it can run. */
function compiledAs(text: string, type: CelType, environment: CelEnvironment, words: Words) {
  const made = compile(text, environment);
  if (made instanceof CelFault && made.stage === 'compile') return words.compile + made.message;
  if (made.type && !sameType(made.type, type)) return words.type;
  return made instanceof CelFault ? words.program + made.message : made;
}

function pathOf({ fieldPath = '' }: Frozen<ValidationRule>, schema: JsonSchema): string {
  if (fieldPath === '') return '';
  try {
    return findField(fieldPath, schema).text;
  } catch {
    return '';
  }
}
