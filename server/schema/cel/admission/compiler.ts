/** Compiles the expressions of admission, with variables that expressions define: plugin/cel/composition.go. */
import { type CelEnvironment, CelFault, type CompiledExpression, celEnvironment, compile } from '../compile.ts';
import {
  BOOL,
  type CelType,
  DYN,
  listOf,
  mapOf,
  NULL,
  STRING,
  sameType,
  structType,
  typeText,
} from '../types/cel-type.ts';
import { type Declaration, ofType } from '../types/declaration.ts';
import type { Value } from '../values/value.ts';
import { admissionVariables, type ObjectTypes, type VariableChoice } from './declarations.ts';

/** What an expression has to be, by what it is for. */
export type Purpose = 'condition' | 'message' | 'annotation' | 'variable' | 'apply' | 'jsonPatch' | 'unchecked';

/** The types that are wanted of each; none where any will do. */
const RESULTS: Readonly<Record<Purpose, readonly CelType[]>> = {
  condition: [BOOL],
  message: [STRING],
  annotation: [STRING, NULL],
  variable: [],
  apply: [structType('Object')],
  jsonPatch: [listOf(structType('JSONPatch'))],
  unchecked: [],
};

/** Why an expression cannot be used, in upstream's words. */
export class ExpressionProblem {
  readonly message: string;
  /** Whether upstream takes it for a fault of its own. */
  readonly internal: boolean;

  constructor(message: string, internal = false) {
    this.message = message;
    this.internal = internal;
  }
}

/** An expression of admission. */
export interface AdmissionExpression {
  readonly text: string;
  /** The problem is told when the expression is evaluated. */
  readonly compiled: CompiledExpression | ExpressionProblem;
}

export interface CompilerOptions {
  /** Whether there is `params`. */
  readonly params: boolean;
  /** Whether expressions may use `variables`. */
  readonly composed: boolean;
  readonly types?: ObjectTypes;
}

export interface CompileOptions {
  /** Messages may not ask the authorizer. */
  readonly authorizer?: boolean;
  /** The expression was accepted before. */
  readonly stored?: boolean;
}

const isMutation = (purpose: Purpose): boolean => purpose === 'apply' || purpose === 'jsonPatch';

/**
 * Compiles the expressions of one policy. Each variable is known to what is compiled after it.
 *
 * @example
 * const compiler = new AdmissionCompiler({ params: false, composed: true });
 * compiler.define('replicas', 'object.spec.replicas');
 * const { compiled } = compiler.compile('variables.replicas < 5', 'condition');
 */
export class AdmissionCompiler {
  /** In the order of their definition. */
  readonly variables = new Map<string, AdmissionExpression>();
  readonly #options: CompilerOptions;
  readonly #fields = new Map<string, Declaration>();
  readonly #environments = new Map<string, CelEnvironment>();

  constructor(options: CompilerOptions) {
    this.#options = options;
  }

  /** Compiles `variables.name`. */
  define(name: string, text: string, options: CompileOptions = {}): AdmissionExpression {
    const expression = this.compile(text, 'variable', options);
    const { compiled } = expression;
    const type = compiled instanceof ExpressionProblem ? DYN : knownType(compiled.type);
    this.#fields.set(name, ofType(type));
    this.variables.set(name, expression);
    return expression;
  }

  compile(
    text: string,
    purpose: Purpose,
    { authorizer = true, stored = false }: CompileOptions = {},
  ): AdmissionExpression {
    const environment = this.#environment({ params: this.#options.params, authorizer }, stored, isMutation(purpose));
    const made = compile(text, environment);
    // Types are checked first, whether it can be run comes later.
    if (made instanceof CelFault && made.stage === 'compile')
      return {
        text,
        compiled: new ExpressionProblem(`${purpose === 'unchecked' ? '' : 'compilation failed: '}${made.message}`),
      };
    const mismatch = made.type && mismatchOf(made.type, RESULTS[purpose]);
    if (mismatch !== undefined) return { text, compiled: new ExpressionProblem(mismatch) };
    if (made instanceof CelFault)
      return { text, compiled: new ExpressionProblem(`program instantiation failed: ${made.message}`, true) };
    return { text, compiled: made };
  }

  #environment(choice: VariableChoice, stored: boolean, mutation: boolean): CelEnvironment {
    const key = `${choice.authorizer} ${stored} ${mutation}`;
    let environment = this.#environments.get(key);
    if (!environment) {
      const declared = admissionVariables(choice, this.#options.types);
      // The fields are those of the moment: what is defined later is seen by what is compiled later.
      const variables: Declaration = {
        ...ofType(structType('kubernetes.variables'), (value) => value as Value),
        fields: this.#fields,
      };
      environment = celEnvironment({ ...declared, ...(this.#options.composed && { variables }) }, { stored, mutation });
      this.#environments.set(key, environment);
    }
    return environment;
  }
}

function mismatchOf(type: CelType, wanted: readonly CelType[]): string | undefined {
  const [first] = wanted;
  if (!first || wanted.some((candidate) => sameType(candidate, type))) return undefined;
  if (wanted.length === 1) return `must evaluate to ${typeText(first)} but got ${typeText(type)}`;
  return `must evaluate to one of [${wanted.map(typeText).join(' ')}] but got ${typeText(type)}`;
}

const SCALARS = new Set(['null', 'bool', 'int', 'uint', 'double', 'string', 'bytes', 'duration', 'timestamp']);

/** What is known of a variable's type afterwards: of objects nothing (convertCelTypeToDeclType). */
function knownType(type: CelType): CelType {
  const [first, second] = type.parameters;
  if (SCALARS.has(type.kind)) return type;
  if (type.kind === 'list' && first) return listOf(knownType(first));
  if (type.kind === 'map' && first && second) return mapOf(knownType(first), knownType(second));
  return DYN;
}
