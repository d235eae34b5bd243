import type { Expr } from '../syntax/tree.ts';
import type { CelType } from '../types/cel-type.ts';
import { sameType } from '../types/cel-type.ts';
import { AUTHORIZATION_COST, LIST_COST, OBJECT_COST, PATTERN_FACTOR, TEXT_FACTOR } from './call-cost.ts';
import { add, exactly, multiply, NOTHING, type Range, scale, UNBOUNDED, UNKNOWN, upTo } from './size.ts';

/** What is known of an operand. */
export interface Operand {
  readonly expr: Expr | undefined;
  readonly type: CelType;
  /** Undefined when nothing is known. */
  readonly size: Range | undefined;
  /** Of the elements, if it is a list. */
  readonly elements: (() => Operand) | undefined;
}

/** The cost of a call without its operands, and the size of what it gives. */
export interface CallEstimate {
  readonly cost: Range;
  readonly size?: Range | undefined;
}

type Estimate = (args: readonly Operand[], target: Operand | undefined, overload: string) => CallEstimate | undefined;

const ONE = exactly(1);
const one: Estimate = () => ({ cost: ONE });

const sizeOf = (operand: Operand | undefined): Range => operand?.size ?? UNKNOWN;

const read = (size: Range, factor = TEXT_FACTOR): CallEstimate => ({ cost: scale(size, factor) });

function selector([text]: readonly Operand[]): CallEstimate {
  const length = sizeOf(text);
  const requirements = scale(scale(length, 0.5), LIST_COST + OBJECT_COST);
  return { cost: add(exactly(LIST_COST), scale(length, TEXT_FACTOR), requirements) };
}

/** Each element is compared once, texts by their length. */
const compareElements =
  (name: string): Estimate =>
  (_args, target) => {
    if (!target) return undefined;
    const element = target.elements?.();
    if (!element) {
      return { cost: name === 'includes' ? multiply(sizeOf(target), ONE) : scale(sizeOf(target), TEXT_FACTOR) };
    }
    const isText = element.type.kind === 'string' || element.type.kind === 'bytes';
    const each = isText ? add(ONE, scale(sizeOf(element), TEXT_FACTOR)) : ONE;
    return { cost: multiply(sizeOf(target), each) };
  };

const transformed: Estimate = (_args, target) =>
  target && { cost: scale(sizeOf(target), TEXT_FACTOR), size: sizeOf(target) };

const ofFirst: Estimate = ([text]) => text && { cost: scale(sizeOf(text), TEXT_FACTOR), size: sizeOf(text) };

const replace: Estimate = ([what, by], target) => {
  if (!target || !what || !by) return undefined;
  const [size, old, fresh] = [sizeOf(target), sizeOf(what), sizeOf(by)];
  const most =
    old.min === 0
      ? { count: Math.min(size.max + 1, UNBOUNDED), kept: size.max }
      : fresh.max <= old.min
        ? { count: 0, kept: size.max }
        : { count: Math.ceil(size.max / old.min), kept: 0 };
  const least =
    old.max === 0
      ? { count: Math.min(size.min + 1, UNBOUNDED), kept: size.min }
      : old.max <= fresh.min
        ? { count: 0, kept: size.min }
        : { count: Math.ceil(size.min / old.max), kept: 0 };
  const counts = { min: least.count, max: most.count };
  const result = add(multiply(counts, fresh), { min: least.kept, max: most.kept });
  return { cost: scale(size, 2 * TEXT_FACTOR), size: result };
};

const split: Estimate = ([, limit], target) => {
  if (!target) return undefined;
  const size = sizeOf(target);
  const most = limit?.expr?.kind === 'literal' && typeof limit.expr.value === 'bigint' ? limit.expr.value : undefined;
  const max = most === undefined ? size.max : most < 0n ? UNBOUNDED : Number(most);
  return { cost: scale(size, 2 * TEXT_FACTOR), size: upTo(max) };
};

const join: Estimate = ([separator], target) => {
  if (!target) return undefined;
  const count = sizeOf(target);
  const element = target.elements?.();
  const texts = element ? multiply(count, sizeOf(element)) : NOTHING;
  const gaps = {
    min: Math.max(count.min - 1, 0),
    max: count.max === UNBOUNDED ? UNBOUNDED : Math.max(count.max - 1, 0),
  };
  const size = separator ? add(texts, multiply(sizeOf(separator), gaps)) : texts;
  return { cost: scale(size, TEXT_FACTOR), size };
};

function patternCost(text: Range, pattern: Range): Range {
  return multiply(scale(add(text, ONE), TEXT_FACTOR), scale(pattern, PATTERN_FACTOR));
}

const find: Estimate = ([pattern], target) =>
  target && pattern && { cost: patternCost(sizeOf(target), sizeOf(pattern)), size: upTo(sizeOf(target).max) };

const readFirst =
  (factor = TEXT_FACTOR): Estimate =>
  ([text]) =>
    text && read(sizeOf(text), factor);

const ip: Estimate = ([text], _target, overload) =>
  overload === 'cidr_ip' ? { cost: ONE } : text && read(sizeOf(text));

const ADDRESS: Range = { min: 4, max: 16 };

const containsIp: Estimate = ([other], _target, overload) => {
  const compared = scale(add(ADDRESS, ADDRESS), TEXT_FACTOR);
  return { cost: overload === 'cidr_contains_ip_string' ? add(compared, scale(sizeOf(other), TEXT_FACTOR)) : compared };
};

const containsCidr: Estimate = ([other], _target, overload) => {
  const compared = add(scale(add(ADDRESS, ADDRESS), TEXT_FACTOR), scale(ADDRESS, TEXT_FACTOR), ONE);
  return {
    cost: overload === 'cidr_contains_cidr_string' ? add(compared, scale(sizeOf(other), TEXT_FACTOR)) : compared,
  };
};

const MAX_FORMAT_PATTERN = 128;

const validate: Estimate = ([text]) =>
  text && { cost: scale(scale(sizeOf(text), TEXT_FACTOR), MAX_FORMAT_PATTERN * PATTERN_FACTOR) };

const SIMPLE_EQUALITY: ReadonlySet<string> = new Set([
  'net.IP',
  'net.CIDR',
  'kubernetes.Quantity',
  'kubernetes.Semver',
  'kubernetes.authorization.Authorizer',
  'kubernetes.authorization.PathCheck',
  'kubernetes.authorization.GroupCheck',
  'kubernetes.authorization.ResourceCheck',
  'kubernetes.authorization.Decision',
]);
const MAX_FORMAT = 64;

/** Equality of Kubernetes' own types. */
const equality: Estimate = ([first, second]) => {
  if (!first || !second || !sameType(first.type, second.type)) return undefined;
  const { name } = first.type;
  if (SIMPLE_EQUALITY.has(name)) return { cost: ONE };
  if (name === 'kubernetes.NamedFormat') return { cost: scale({ min: 1, max: MAX_FORMAT }, TEXT_FACTOR) };
  if (name !== 'kubernetes.URL') return undefined;
  return { cost: scale({ min: 1, max: second.size?.max ?? 1 }, TEXT_FACTOR) };
};

const named = (names: string, estimate: Estimate): readonly (readonly [string, Estimate])[] =>
  names.split(' ').map((name) => [name, estimate]);

/** By the name of a function, whatever its overload is. */
export const ESTIMATES_BY_NAME: ReadonlyMap<string, Estimate> = new Map([
  ['check', () => ({ cost: exactly(AUTHORIZATION_COST) })],
  ...named('serviceAccount path group resource subresource namespace name allowed reason error errored', one),
  ...named('fieldSelector labelSelector', (args) => (args.length === 1 ? selector(args) : undefined)),
  ...'isSorted sum max min indexOf lastIndexOf includes'
    .split(' ')
    .map((name): readonly [string, Estimate] => [name, compareElements(name)]),
  ...named('url jsonpatch.escapeKey', ofFirst),
  ...named('lowerAscii upperAscii substring trim', transformed),
  ['replace', replace],
  ['split', split],
  ['join', join],
  ...named('find findAll', find),
  ...named('cidr isIP isCIDR quantity isQuantity semver isSemver', readFirst()),
  ['ip', ip],
  ['ip.isCanonical', readFirst(2 * TEXT_FACTOR)],
  ...named('masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast', one),
  ...named('isGlobalUnicast format.named', one),
  ['containsIP', containsIp],
  ['containsCIDR', containsCidr],
  ['validate', validate],
  ...named('sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub', one),
  ...named('major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery', one),
  ['_==_', equality],
]);

/** A new list of a size, made with so much work for each element. */
const madeList = (size: Range, factor: number): CallEstimate => ({
  cost: add(scale(size, factor), ONE, exactly(LIST_COST)),
  size,
});

function constantOf(operand: Operand | undefined, otherwise: number): number {
  const { expr } = operand ?? {};
  return expr?.kind === 'literal' && expr.type === 'int' ? Math.max(0, Number(expr.value)) : otherwise;
}

function selfCompared(operand: Operand | undefined, overload: string): CallEstimate {
  const isText = /^list_(?:string|bytes)_sort/.test(overload);
  return madeList(multiply(sizeOf(operand), sizeOf(operand)), isText ? 2 + TEXT_FACTOR : 2);
}

const sets =
  (factor: number): Estimate =>
  ([first, second]) => ({ cost: add(scale(multiply(sizeOf(first), sizeOf(second)), factor), ONE) });

const LISTS: ReadonlyMap<string, Estimate> = new Map<string, Estimate>([
  [
    'list_slice',
    ([start, end], target) => {
      const count = constantOf(end, sizeOf(target).max) - constantOf(start, 0);
      // Upstream subtracts without a look: what is below zero is very much.
      return madeList(exactly(count < 0 ? UNBOUNDED + count : count), 1);
    },
  ],
  ['lists_range', ([size]) => madeList(exactly(constantOf(size, UNBOUNDED)), 1)],
  ['list_reverse', (_args, target) => madeList(sizeOf(target), 1)],
  ['list_flatten', (_args, target) => madeList(sizeOf(target), 1)],
  ['list_flatten_int', ([depth], target) => madeList(sizeOf(target), constantOf(depth, UNBOUNDED))],
  ['list_distinct', (_args, target) => selfCompared(target, '')],
  ['list_sets_contains_list', sets(1)],
  ['list_sets_intersects_list', sets(1)],
  ['list_sets_equivalent_list', sets(2)],
]);

/** What the lists and sets libraries say of their own overloads: they come before everything else. */
export function listEstimate(
  overload: string,
  args: readonly Operand[],
  target: Operand | undefined,
): CallEstimate | undefined {
  if (/^list_.*_sort$/.test(overload)) return selfCompared(target, overload);
  if (/^list_.*_sortByAssociatedKeys$/.test(overload)) return selfCompared(args[0], overload);
  return LISTS.get(overload)?.(args, target, overload);
}

/** Two values of which the smaller one ends the comparison. */
export function comparison([first, second]: readonly Operand[]): Range {
  const max = Math.min(sizeOf(first).max, sizeOf(second).max);
  return scale({ min: max > 0 ? 1 : 0, max }, TEXT_FACTOR);
}

export { patternCost, sizeOf };
