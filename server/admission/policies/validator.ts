/** What a validating policy says about one write, with one parameter: plugin/policy/validating/validator.go. */
import type { Frozen } from '../../base/freeze.ts';
import type { ValidatingAdmissionPolicy, Validation } from '../../kube/types.gen.ts';
import { AdmissionCompiler, type AdmissionExpression } from '../../schema/cel/admission/compiler.ts';
import type { AdmissionValues } from '../../schema/cel/admission/declarations.ts';
import { conditionsHold, evaluateAll, type Outcome, OutOfBudget } from '../../schema/cel/admission/evaluation.ts';
import { RUNTIME_COST_BUDGET } from '../../schema/cel/compile.ts';
import type { Authorize } from '../../schema/cel/library/authorizer.ts';

/** The expressions of a policy, ready to be evaluated. */
export interface CompiledPolicy {
  readonly variables: ReadonlyMap<string, AdmissionExpression>;
  readonly conditions: readonly AdmissionExpression[];
  readonly validations: readonly AdmissionExpression[];
  readonly messages: readonly (AdmissionExpression | undefined)[];
  readonly annotations: readonly AdmissionExpression[];
}

const STORED = { stored: true } as const;

export function compilePolicy({ spec }: Frozen<ValidatingAdmissionPolicy>): CompiledPolicy {
  const { paramKind, variables = [], matchConditions = [], validations = [], auditAnnotations = [] } = spec;
  const compiler = new AdmissionCompiler({ params: paramKind !== undefined, composed: true });
  for (const { name, expression } of variables) compiler.define(name, expression, STORED);
  return {
    variables: compiler.variables,
    conditions: matchConditions.map(({ expression }) => compiler.compile(expression, 'condition', STORED)),
    validations: validations.map(({ expression }) => compiler.compile(expression, 'condition', STORED)),
    messages: validations.map(({ messageExpression }) =>
      messageExpression
        ? compiler.compile(messageExpression, 'message', { stored: true, authorizer: false })
        : undefined,
    ),
    annotations: auditAnnotations.map(({ valueExpression }) => compiler.compile(valueExpression, 'annotation', STORED)),
  };
}

/** A validation that does not hold. */
export interface Denial {
  /** Its place among the decisions of the evaluation. */
  readonly index: number;
  readonly message: string;
  /** Undefined for failures that no validation chose a reason for. */
  readonly reason?: string;
}

export interface Verdict {
  readonly denials: readonly Denial[];
  /** For the audit event. */
  readonly annotations: readonly { readonly key: string; readonly value: string }[];
  /** Why annotations have no value: such a write is refused, whatever the bindings' actions are. */
  readonly annotationFaults: readonly string[];
}

const NOTHING: Verdict = { denials: [], annotations: [], annotationFaults: [] };

/** What one evaluation is about. */
export interface Question {
  readonly policy: Frozen<ValidatingAdmissionPolicy>;
  readonly compiled: CompiledPolicy;
  readonly values: AdmissionValues;
  readonly authorize: Authorize;
}

export function judge(question: Question): Verdict {
  const { policy, compiled, values, authorize } = question;
  const ignores = policy.spec.failurePolicy === 'Ignore';
  const failed = (message: string): Verdict => (ignores ? NOTHING : { ...NOTHING, denials: [{ index: 0, message }] });
  const { conditions, validations, messages, annotations, variables } = compiled;
  if (conditions.length > 0) {
    // Conditions do not know the namespace.
    const matched = conditionsHold(conditions, { values: { ...values, namespaceObject: null }, authorize, variables });
    if (typeof matched === 'object') return failed(matched.error);
    if (!matched) return NOTHING;
  }
  const results = evaluateAll(validations, { values, authorize, variables, budget: RUNTIME_COST_BUDGET });
  if (results instanceof OutOfBudget) return failed(results.message);
  const texts = evaluateAll(messages, { values, variables, budget: results.remaining });
  const denials: Denial[] = [];
  for (const [index, outcome] of results.outcomes.entries()) {
    const validation = policy.spec.validations?.[index];
    if (!validation) continue;
    const fault =
      outcome.error ?? (texts instanceof OutOfBudget ? `failed messageExpression: ${texts.message}` : undefined);
    if (fault !== undefined) {
      if (!ignores) denials.push({ index, message: fault });
    } else if (outcome.value !== true) {
      const text = texts instanceof OutOfBudget ? undefined : texts.outcomes[index];
      denials.push({ index, message: messageOf(validation, text), reason: validation.reason ?? 'Invalid' });
    }
  }
  const notes = evaluateAll(annotations, { values, variables, budget: RUNTIME_COST_BUDGET });
  if (notes instanceof OutOfBudget) return failed(notes.message);
  return { denials, ...annotationsOf(policy, notes.outcomes, ignores) };
}

const MAX_MESSAGE_BYTES = 5 * 1024;

/** The expression's message if it is one line, else the fixed one, else the expression itself. */
function messageOf({ message = '', expression }: Frozen<Validation>, outcome: Outcome | undefined): string {
  const made = typeof outcome?.value === 'string' ? outcome.value.trim() : '';
  if (made !== '' && Buffer.byteLength(made) <= MAX_MESSAGE_BYTES && !made.includes('\n')) return made;
  const fixed = message.trim();
  return fixed === '' ? `failed expression: ${expression.trim()}` : fixed;
}

function annotationsOf(
  { spec: { auditAnnotations = [] } }: Frozen<ValidatingAdmissionPolicy>,
  outcomes: readonly Outcome[],
  ignores: boolean,
): Pick<Verdict, 'annotations' | 'annotationFaults'> {
  const annotations: { key: string; value: string }[] = [];
  const annotationFaults: string[] = [];
  for (const [index, { key }] of auditAnnotations.entries()) {
    const { value, error } = outcomes[index] ?? {};
    if (error !== undefined) {
      if (!ignores) annotationFaults.push(error);
    } else if (typeof value === 'string' && value.trim() !== '') annotations.push({ key, value: value.trim() });
  }
  return { annotations, annotationFaults };
}
