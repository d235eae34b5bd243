/** The questions that a webhook is asked: k8s.io/apiserver/pkg/authorization/cel. */
import type { SubjectAccessReviewSpec } from '../../kube/types.gen.ts';
import { listDeclaration, structDeclaration } from '../../schema/cel/admission/declarations.ts';
import {
  type CelEnvironment,
  CelFault,
  type CompiledExpression,
  celEnvironment,
  compile,
} from '../../schema/cel/compile.ts';
import { BOOL, formatType, listOf, mapOf, STRING, sameType } from '../../schema/cel/types/cel-type.ts';
import { aggregated } from '../aggregated.ts';
import type { QuestionFilter } from './webhook-authorizer.ts';

const TEXTS = listOf(STRING);

const REQUIREMENT = structDeclaration('kubernetes.SelectorRequirement', {
  key: STRING,
  operator: STRING,
  values: TEXTS,
});

const selector = (name: string): ReturnType<typeof structDeclaration> =>
  structDeclaration(`kubernetes.${name}`, { rawSelector: STRING, requirements: listDeclaration(REQUIREMENT) });

const REQUEST = structDeclaration('kubernetes.SubjectAccessReviewSpec', {
  resourceAttributes: structDeclaration('kubernetes.ResourceAttributes', {
    namespace: STRING,
    verb: STRING,
    group: STRING,
    version: STRING,
    resource: STRING,
    subresource: STRING,
    name: STRING,
    fieldSelector: selector('FieldSelectorAttributes'),
    labelSelector: selector('LabelSelectorAttributes'),
  }),
  nonResourceAttributes: structDeclaration('kubernetes.NonResourceAttributes', { path: STRING, verb: STRING }),
  user: STRING,
  groups: TEXTS,
  extra: mapOf(STRING, TEXTS),
  uid: STRING,
});

let environment: CelEnvironment | undefined;

/** A condition that can be used. */
export interface MatchCondition {
  readonly text: string;
  readonly compiled: CompiledExpression;
}

/** @returns the condition, or why it cannot be used, in upstream's words */
export function compileCondition(text: string): MatchCondition | string {
  environment ??= celEnvironment({ request: REQUEST }, { stored: true });
  const made = compile(text, environment);
  if (made instanceof CelFault && made.stage === 'compile') return `compilation failed: ${made.message}`;
  if (made.type === undefined || !sameType(made.type, BOOL))
    return `must evaluate to bool but got ${made.type ? formatType(made.type) : 'dyn'}`;
  if (made instanceof CelFault) return `program instantiation failed: ${made.message}`;
  return { text, compiled: made };
}

/** All conditions have to hold. One that does not decides, whatever others fail. */
export function filterOf(conditions: readonly MatchCondition[]): QuestionFilter | undefined {
  if (conditions.length === 0) return undefined;
  return {
    matches(spec) {
      const request = requestOf(spec);
      const errors: string[] = [];
      for (const { text, compiled } of conditions) {
        const result = compiled.evaluate({ request });
        if ('error' in result)
          errors.push(`cel evaluation error: expression '${text}' resulted in error: ${result.error}`);
        else if (result.value !== true) return false;
      }
      return errors.length === 0 || { error: aggregated(errors) };
    },
  };
}

/** The spec as expressions see it: texts are there even when they are empty. */
function requestOf({ resourceAttributes, nonResourceAttributes, ...user }: SubjectAccessReviewSpec): object {
  return {
    user: '',
    groups: [],
    uid: '',
    extra: {},
    ...user,
    ...(resourceAttributes && { resourceAttributes: { ...NO_ATTRIBUTES, ...resourceAttributes } }),
    ...(nonResourceAttributes && { nonResourceAttributes: { verb: '', path: '', ...nonResourceAttributes } }),
  };
}

const NO_ATTRIBUTES = { namespace: '', verb: '', group: '', version: '', resource: '', subresource: '', name: '' };
