/** A Stage, ready to be asked: whom it selects, when it comes, what it does. */
import type { Frozen } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import { parseGoDuration } from '../go-duration.ts';
import type { CompileQuery, Query } from './query.ts';
import { parseTemplate, type Template } from './template/parser.ts';
import type { ExpressionFrom, MatchExpression, StageNext, StageObject, StagePatch, StageStep } from './types.ts';

type Test = (object: Frozen<KubeObject>) => boolean;

export interface CompiledPatch extends Omit<StagePatch, 'template'> {
  readonly template: Template;
}

export interface CompiledStep extends Omit<StageStep, 'patch' | 'apply'> {
  readonly patch?: CompiledPatch;
}

export interface Stage {
  readonly name: string;
  readonly source: Frozen<StageObject>;
  readonly isImmediate: boolean;
  readonly steps: readonly CompiledStep[];
  selects(object: Frozen<KubeObject>): boolean;
  /** Undefined where an expression gives none. */
  weight(object: Frozen<KubeObject>): number | undefined;
  /** @param fraction between 0 and 1, for the jitter */
  delayMs(object: Frozen<KubeObject>, nowMs: number, fraction: number): number;
}

/** What the text of a value has to be among: numbers and booleans count by how they are written. */
const isAmong = (value: unknown, values: readonly string[]): boolean =>
  ['string', 'boolean', 'number'].includes(typeof value) && values.includes(String(value));

function expressionTest({ jq, cel, key, operator, values }: MatchExpression, compile: CompileQuery): Test {
  if (cel) throw new Error('matchExpressions with cel are not supported, only those with jq');
  const query = compile(jq?.key ?? key ?? '.');
  const wanted = jq?.values ?? values ?? [];
  const found = (object: Frozen<KubeObject>): unknown[] => query(object) ?? [];
  switch (jq?.operator ?? operator) {
    case 'In':
      return (object) => found(object).some((value) => isAmong(value, wanted));
    case 'NotIn':
      return (object) => !found(object).some((value) => isAmong(value, wanted));
    case 'Exists':
      return (object) => found(object).length > 0;
    case 'DoesNotExist':
      return (object) => found(object).length === 0;
    default:
      throw new Error(`operator ${JSON.stringify(jq?.operator ?? operator)} is not supported`);
  }
}

const hasAll = (wanted: Readonly<Record<string, string>> = {}, given: Readonly<Record<string, string>> = {}): boolean =>
  Object.entries(wanted).every(([name, value]) => Object.hasOwn(given, name) && given[name] === value);

function selection({ spec: { selector = {} } }: Frozen<StageObject>, compile: CompileQuery): Test {
  const { matchLabels, matchAnnotations, matchExpressions = [] } = selector;
  const tests = matchExpressions.map((expression) => expressionTest(expression, compile));
  return (object) =>
    hasAll(matchLabels, object.metadata.labels) &&
    hasAll(matchAnnotations, object.metadata.annotations) &&
    tests.every((test) => test(object));
}

function queryOf(from: ExpressionFrom | undefined, compile: CompileQuery): Query | undefined {
  if (from?.cel) throw new Error('expressions in cel are not supported, only those in jq');
  const program = from?.jq?.expression ?? from?.expressionFrom;
  return program === undefined ? undefined : compile(program);
}

/** A time says how long it is till then; anything that cannot be read leaves it at `byDefaultMs`. */
function durationMs(query: Query | undefined, byDefaultMs: number | undefined) {
  return (object: Frozen<KubeObject>, nowMs: number): number | undefined => {
    const value = query?.(object)?.[0];
    if (typeof value !== 'string') return byDefaultMs;
    if (value === '') return undefined;
    const atMs = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(atMs) ? (parseGoDuration(value) ?? byDefaultMs) : atMs - nowMs;
  };
}

function stepsOf(next: StageNext): StageStep[] {
  const { event, finalizers, patches, statusTemplate, statusSubresource = 'status', statusPatchAs } = next;
  const template: StagePatch[] = statusTemplate
    ? [
        {
          subresource: statusSubresource,
          root: 'status',
          template: statusTemplate,
          ...(statusPatchAs && { impersonation: statusPatchAs }),
        },
      ]
    : [];
  return [
    ...(event ? [{ event }] : []),
    ...(finalizers ? [{ finalizers }] : []),
    ...(patches?.length ? patches : template).map((patch) => ({ patch })),
    ...(next.delete ? [{ delete: true }] : []),
  ];
}

/**
 * @returns undefined for a Stage without selector, which selects nothing
 * @throws Error that says what of it cannot be obeyed
 */
export function compileStage(
  source: Frozen<StageObject>,
  compile: CompileQuery,
  isFunction: (name: string) => boolean,
): Stage | undefined {
  const { spec } = source;
  if (!spec.selector) return undefined;
  const { delay } = spec;
  const duration = durationMs(queryOf(delay?.durationFrom, compile), delay?.durationMilliseconds ?? 0);
  const jitter = durationMs(queryOf(delay?.jitterDurationFrom, compile), delay?.jitterDurationMilliseconds);
  const weightQuery = queryOf(spec.weightFrom, compile);
  const steps = spec.steps?.length ? spec.steps : stepsOf(spec.next ?? {});
  return {
    name: source.metadata.name ?? '',
    source,
    isImmediate: spec.immediateNextStage ?? false,
    selects: selection(source, compile),
    weight(object) {
      const value = weightQuery?.(object)?.[0];
      const weight = value === undefined || value === '' ? (spec.weight ?? 0) : Number(value);
      return Number.isInteger(weight) ? weight : undefined;
    },
    delayMs(object, nowMs, fraction) {
      const leastMs = duration(object, nowMs) ?? 0;
      const mostMs = jitter(object, nowMs);
      if (mostMs === undefined) return Math.max(0, leastMs);
      return Math.max(0, mostMs <= leastMs ? mostMs : leastMs + fraction * (mostMs - leastMs));
    },
    steps: steps.map(({ patch, apply, ...step }) => {
      if (apply) throw new Error('steps with apply are not supported');
      if (!patch) return step;
      return { ...step, patch: { ...patch, template: parseTemplate((patch.template ?? '').trim(), isFunction) } };
    }),
  };
}

/** One of the stages that select an object, by their weights; those of weight 0 only when all are. */
export function pickStage(
  stages: readonly Stage[],
  object: Frozen<KubeObject>,
  chooseBelow: (limit: number) => number,
): Stage | undefined {
  const selecting = stages.filter((stage) => stage.selects(object));
  if (selecting.length < 2) return selecting[0];
  const weighted = selecting.map((stage) => ({ stage, weight: stage.weight(object) }));
  const known = weighted.filter(({ weight }) => weight !== undefined);
  const total = known.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const candidates = known.length === 0 ? weighted : known;
  if (total <= 0) return candidates[chooseBelow(candidates.length)]?.stage;
  let left = chooseBelow(total);
  for (const { stage, weight = 0 } of known) {
    left -= Math.max(0, weight);
    if (left < 0) return stage;
  }
  return known.at(-1)?.stage;
}
