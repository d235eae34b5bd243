import { readFileSync } from 'node:fs';
import { CelFault, celEnvironment, compile } from '../../server/schema/cel/compile.ts';
import { formatType } from '../../server/schema/cel/types/cel-type.ts';
import { dynamic } from '../../server/schema/cel/types/declaration.ts';
import { type CelSchema, schemaDeclaration } from '../../server/schema/cel/types/schema-declaration.ts';
import { display } from './cel-display.ts';

/** Expressions with what they are about (test/golden/record/cel/expressions.json). */
export interface ExpressionGroup {
  readonly name: string;
  readonly expressions: readonly string[];
  /** Of self and oldSelf; without it they are dynamic. */
  readonly schema?: CelSchema;
  readonly root?: boolean;
  readonly self?: unknown;
  readonly oldSelf?: unknown;
  /** The expressions may make objects and patches. */
  readonly mutation?: boolean;
}

/** What came of an expression: problems, or its type, costs and value. */
export interface ExpressionAnswer {
  readonly issues?: string;
  readonly program?: string;
  readonly type?: string;
  readonly estimate?: readonly [min: string, max: string];
  readonly value?: string;
  readonly error?: string;
  readonly cost?: number;
}

export function expressionGroups(): readonly ExpressionGroup[] {
  return JSON.parse(readFileSync('test/golden/record/cel/expressions.json', 'utf8')) as ExpressionGroup[];
}

/** What this project makes of an expression, in the words of the recorder. */
export function answerOf(group: ExpressionGroup, expression: string): ExpressionAnswer {
  const { schema, root = false, mutation = false } = group;
  const self = schema ? schemaDeclaration(schema, 'selfType', root) : dynamic();
  if (!self) throw new Error(`the schema of ${group.name} cannot be seen by expressions`);
  const rule = compile(expression, celEnvironment({ self, oldSelf: self }, { stored: true, mutation }));
  if (rule instanceof CelFault) return rule.stage === 'compile' ? { issues: rule.message } : { program: rule.message };
  const { min, max } = rule.estimateCost();
  const bindings: Record<string, unknown> = {};
  if ('self' in group) bindings.self = group.self;
  if ('oldSelf' in group) bindings.oldSelf = group.oldSelf;
  const result = rule.evaluate(bindings);
  const { cost } = result;
  const answer = { type: formatType(rule.type), estimate: [String(min), String(max)] as const, cost };
  return 'error' in result ? { ...answer, error: result.error } : { ...answer, value: display(result.value) };
}

/** The recorded answer in the precision that numbers have here: beyond 2^53 the last digits are lost. */
export function rounded({ type, estimate, ...answer }: ExpressionAnswer): ExpressionAnswer {
  // Upstream knows the type and the estimate of what has no program; nobody asks for them.
  if (answer.program !== undefined) return answer;
  if (type === undefined || estimate === undefined) return answer;
  const [min, max] = estimate.map((number) => String(nearly(Number(number))));
  return { ...answer, type, estimate: [min ?? '', max ?? ''] };
}

/** Sums of many large numbers differ in their last digits, depending on the order. */
export function nearly(value: number): number {
  return value > Number.MAX_SAFE_INTEGER ? Number(value.toPrecision(9)) : value;
}
