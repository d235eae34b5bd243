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

/** Compiles the rules of a node. @param stored whether they were accepted before */
export function compileRules(schema: JsonSchema, self: Declaration, stored: boolean): CompiledRule[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  const environments = new Map<boolean, CelEnvironment>();
  const environmentOf = (isOptional: boolean): CelEnvironment => {
    let environment = environments.get(isOptional);
    if (!environment) {
      environment = celEnvironment({ self, oldSelf: isOptional ? optional(self) : self }, { stored });
      environments.set(isOptional, environment);
    }
    return environment;
  };
  return rules.map((rule) => compileRule(rule, schema, environmentOf));
}

function compileRule(
  rule: Frozen<ValidationRule>,
  schema: JsonSchema,
  environmentOf: (isOptional: boolean) => CelEnvironment,
): CompiledRule {
  const none = { rule, usesOldSelf: false, fieldPath: '' };
  if (rule.rule.trim() === '') return none;
  const environment = environmentOf(rule.optionalOldSelf === true);
  const program = compiledAs(rule.rule, BOOL, environment, {
    compile: 'compilation failed: ',
    type: 'cel expression must evaluate to a bool',
    program: 'program instantiation failed: ',
  });
  if (typeof program === 'string') return { ...none, error: program };
  const compiled = { rule, program, usesOldSelf: program.uses('oldSelf'), fieldPath: pathOf(rule, schema) };
  const text = rule.messageExpression ?? '';
  if (text === '') return compiled;
  const message = compiledAs(text, STRING, environment, {
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
