/** Expressions over the claims of a token and over a user: k8s.io/apiserver/pkg/authentication/cel. */
import {
  type CelEnvironment,
  CelFault,
  type CompiledExpression,
  celEnvironment,
  compile,
} from '../../schema/cel/compile.ts';
import {
  BOOL,
  type CelType,
  DYN,
  listOf,
  mapOf,
  STRING,
  sameType,
  structType,
} from '../../schema/cel/types/cel-type.ts';
import { type Declaration, ofType } from '../../schema/cel/types/declaration.ts';
import { escapeField } from '../../schema/cel/types/escape.ts';
import { jsonOf } from '../../schema/cel/values/json.ts';
import { JsonList, JsonMap, readDyn } from '../../schema/cel/values/json-values.ts';
import type { Value } from '../../schema/cel/values/value.ts';

/** What an expression is about. */
export type Subject = 'claims' | 'user';

/** An expression that can be used. */
export interface Expression {
  readonly text: string;
  readonly compiled: CompiledExpression;
}

/** Keys that are no identifiers can be asked for by their escaped names: `claims.my__dash__claim`. */
class EscapedMap extends JsonMap {
  override find(key: Value): Value | undefined {
    const found = super.find(key);
    if (found !== undefined || typeof key !== 'string' || !key.includes('__')) return found;
    const name = Object.keys(this.raw).find((candidate) => escapeField(candidate) === key);
    return name === undefined ? undefined : super.find(name);
  }
}

function readEscaped(raw: unknown): Value {
  if (typeof raw !== 'object' || raw === null) return readDyn(raw);
  if (Array.isArray(raw)) return new JsonList(raw, readEscaped);
  return new EscapedMap(raw as Readonly<Record<string, unknown>>, readEscaped);
}

const TEXTS = listOf(STRING);

const USER: Declaration = {
  ...ofType(structType('kubernetes.UserInfo'), readEscaped),
  fields: new Map([
    ['username', ofType(STRING)],
    ['uid', ofType(STRING)],
    ['groups', ofType(TEXTS)],
    ['extra', ofType(mapOf(STRING, TEXTS), readEscaped)],
  ]),
};

const environments: Partial<Record<Subject, CelEnvironment>> = {};

function environmentOf(subject: Subject): CelEnvironment {
  const declaration = subject === 'user' ? USER : ofType(mapOf(STRING, DYN), readEscaped);
  environments[subject] ??= celEnvironment({ [subject]: declaration }, { stored: true });
  return environments[subject];
}

/** @returns the expression, or why it cannot be used, in upstream's words */
export function compileExpression(text: string, subject: Subject, wanted?: 'bool'): Expression | string {
  const made = compile(text, environmentOf(subject));
  if (made instanceof CelFault && made.stage === 'compile') return `compilation failed: ${made.message}`;
  if (wanted !== undefined && !isBool(made.type)) return 'must evaluate to bool';
  if (made instanceof CelFault) return `program instantiation failed: ${made.message}`;
  return { text, compiled: made };
}

const isBool = (type: CelType | undefined): boolean => type !== undefined && sameType(type, BOOL);

/** @throws Error in upstream's words when it has no value */
export function evaluate({ text, compiled }: Expression, subject: Subject, value: object): unknown {
  const result = compiled.evaluate({ [subject]: value });
  if ('error' in result) throw new Error(`expression '${text}' resulted in error: ${result.error}`);
  return jsonOf(result.value);
}

/** One text or a list of them; empty ones count as none. @throws Error for anything else */
export function textsOf(value: unknown): string[] {
  const texts: unknown[] = Array.isArray(value) ? value : value === null ? [] : [value];
  return texts
    .map((text) => {
      if (typeof text !== 'string') throw new Error('expression must return a string or a list of strings');
      return text;
    })
    .filter((text) => text !== '');
}

/** Whether an expression asks for a claim: `claims.email`, `claims.?email`. */
export function asksFor({ compiled }: Expression, claim: string): boolean {
  return asks(compiled.tree, claim);
}

type Tree = CompiledExpression['tree'];

/** As upstream, which looks at the syntax only (hasSelectExp). */
function asks(tree: Tree, claim: string): boolean {
  const isClaims = (part: Tree | undefined): boolean => part?.kind === 'ident' && part.name === 'claims';
  const any = (parts: readonly (Tree | undefined)[]): boolean => parts.some((part) => part && asks(part, claim));
  switch (tree.kind) {
    case 'select':
      return (isClaims(tree.operand) && tree.field === claim) || asks(tree.operand, claim);
    case 'call': {
      const [operand, field] = tree.args;
      const isOptional = tree.name === '_?._' && isClaims(operand);
      return (isOptional && field?.kind === 'literal' && field.value === claim) || any([...tree.args, tree.target]);
    }
    case 'list':
      return any(tree.elements);
    case 'map':
      return any(tree.entries.flatMap(({ key, value }) => [key, value]));
    case 'struct':
      return any(tree.fields.map(({ value }) => value));
    case 'comprehension':
      return any([tree.range, tree.start, tree.condition, tree.step, tree.result]);
    default:
      return false;
  }
}
