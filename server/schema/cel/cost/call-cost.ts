import { items } from '../values/json-values.ts';
import { codePointLength } from '../values/strings.ts';
import { CelList, CelMap, CelOpaque, CelOptional, isInt, type Value } from '../values/value.ts';

/** What calls cost when they run: upstream's numbers. */

export type CallCost = (args: readonly Value[], result: Value) => number;

/** The cost of going once over a text, for each character. */
export const TEXT_FACTOR = 0.1;
/** The cost of a pattern, for each character of it. */
export const PATTERN_FACTOR = 0.25;
export const LIST_COST = 10;
export const OBJECT_COST = 40;
/** Only two checks fit into an expression. */
export const AUTHORIZATION_COST = 350_000;

const one: CallCost = () => 1;

/** The number of characters, bytes, elements or entries; 1 for everything else. */
export function sizeOf(value: Value | undefined): number {
  if (typeof value === 'string') return codePointLength(value);
  if (value instanceof CelList || value instanceof CelMap) return value.size;
  if (value instanceof Uint8Array) return value.length;
  return value instanceof CelOpaque ? (value.size ?? 1) : 1;
}

/** The same, looking into optional values. */
function innerSizeOf(value: Value | undefined): number {
  return value instanceof CelOptional && value.value !== undefined ? innerSizeOf(value.value) : sizeOf(value);
}

const traversal =
  (index: number, factor = TEXT_FACTOR): CallCost =>
  (args) =>
    Math.ceil(sizeOf(args[index]) * factor);

function pattern([text, regex]: readonly Value[]): number {
  return Math.ceil((1 + sizeOf(text)) * TEXT_FACTOR) * Math.ceil(sizeOf(regex) * PATTERN_FACTOR);
}

/** A selector is a list of requirements, each an object with a list. */
function selector([, text]: readonly Value[]): number {
  const length = sizeOf(text);
  return LIST_COST + Math.ceil(length * TEXT_FACTOR) + Math.ceil(Math.ceil(length * 0.5) * (LIST_COST + OBJECT_COST));
}

/** Going over everything that is in a value. */
function traversed(value: Value | undefined): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * TEXT_FACTOR);
  if (value instanceof Uint8Array) return Math.floor(value.length * TEXT_FACTOR);
  if (value instanceof CelList) return items(value).reduce((sum: number, item) => sum + traversed(item), 0);
  if (value instanceof CelMap) {
    return value.keys().reduce((sum: number, key) => sum + traversed(key) + traversed(value.find(key)), 0);
  }
  return 1;
}

function containsIp(overload: string): CallCost {
  return ([cidr, other]) =>
    Math.ceil(2 * sizeOf(cidr) * TEXT_FACTOR) +
    (overload === 'cidr_contains_ip_string' ? Math.ceil(sizeOf(other) * TEXT_FACTOR) : 0);
}

function containsCidr(overload: string): CallCost {
  return ([cidr, other]) =>
    Math.ceil(2 * sizeOf(cidr) * TEXT_FACTOR) +
    Math.ceil(sizeOf(cidr) * TEXT_FACTOR) +
    1 +
    (overload === 'cidr_contains_cidr_string' ? Math.ceil(sizeOf(other) * TEXT_FACTOR) : 0);
}

function validate([format, text]: readonly Value[]): number {
  const regex = format instanceof CelOpaque ? (format.size ?? 0) : 0;
  return Math.ceil((1 + sizeOf(text)) * TEXT_FACTOR) * Math.ceil(regex * PATTERN_FACTOR);
}

const named = (names: string, cost: CallCost): readonly (readonly [string, CallCost])[] =>
  names.split(' ').map((name) => [name, cost]);

/** By the name of a function, whatever its overload is. */
const BY_NAME: ReadonlyMap<string, CallCost> = new Map([
  ['check', () => AUTHORIZATION_COST],
  ...named('serviceAccount path group resource subresource namespace name allowed reason error errored', one),
  ...named('fieldSelector labelSelector', selector),
  ...named('isSorted sum max min indexOf lastIndexOf includes', ([list]) => traversed(list)),
  ...named('url lowerAscii upperAscii substring trim jsonpatch.escapeKey', traversal(0)),
  ...named('replace split', traversal(0, 2 * TEXT_FACTOR)),
  ['join', (_args, result) => Math.ceil(sizeOf(result) * 2 * TEXT_FACTOR)],
  ...named('find findAll', pattern),
  ...named('cidr isIP isCIDR', traversal(0)),
  ['ip.isCanonical', traversal(0, 2 * TEXT_FACTOR)],
  ...named('masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast', one),
  ...named('isGlobalUnicast format.named', one),
  ...named('quantity isQuantity semver isSemver', traversal(0)),
  ['validate', validate],
  ...named('sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub', one),
  ...named('major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery', one),
]);

function smaller([first, second]: readonly Value[]): number {
  return Math.ceil(Math.min(innerSizeOf(first), innerSizeOf(second)) * TEXT_FACTOR);
}

function equals(args: readonly Value[]): number {
  return args[0] instanceof CelOpaque ? 1 : smaller(args);
}

function both([first, second]: readonly Value[]): number {
  return Math.ceil((innerSizeOf(first) + innerSizeOf(second)) * TEXT_FACTOR);
}

const result: CallCost = (_args, value) => sizeOf(value) + 1 + LIST_COST;

/** Comparing all elements of a list with one another. */
const selfCompared =
  (index: number): CallCost =>
  (args) => {
    const list = args[index];
    const size = sizeOf(list);
    const first = list instanceof CelList && size > 0 ? list.at(0) : undefined;
    const factor = typeof first === 'string' || first instanceof Uint8Array ? 2 + TEXT_FACTOR : 2;
    return Math.floor(size * size * factor) + 1 + LIST_COST;
  };

const setsCost =
  (factor: number): CallCost =>
  ([first, second]) =>
    1 + Math.floor(sizeOf(first) * sizeOf(second) * factor);

function flattened([list, depth]: readonly Value[]): number {
  return Math.floor(sizeOf(list) * (isInt(depth) ? Math.max(Number(depth), 0) : 1)) + 1 + LIST_COST;
}

/** By the overload, when it is known which one it is. */
const BY_OVERLOAD: ReadonlyMap<string, CallCost> = new Map([
  ...named('starts_with_string ends_with_string', (args) => Math.ceil(innerSizeOf(args[1]) * TEXT_FACTOR)),
  ...named('string_to_bytes bytes_to_string strings_quote string_format', (args) =>
    Math.ceil(innerSizeOf(args[0]) * TEXT_FACTOR),
  ),
  ['in_list', (args) => innerSizeOf(args[1])],
  ...named('less_string greater_string less_equals_string greater_equals_string', smaller),
  ...named('less_bytes greater_bytes less_equals_bytes greater_equals_bytes not_equals', smaller),
  ['equals', equals],
  ...named('add_string add_bytes', both),
  ...named('matches matches_string', pattern),
  [
    'contains_string',
    ([text, part]) => Math.ceil(innerSizeOf(text) * TEXT_FACTOR) * Math.ceil(innerSizeOf(part) * TEXT_FACTOR),
  ],
  ...named('list_slice list_reverse', result),
  ['lists_range', ([size]) => (isInt(size) && size >= 0 ? Number(size) : 1) + 1 + LIST_COST],
  ...named('list_flatten list_flatten_int', flattened),
  ['list_distinct', selfCompared(0)],
  ...named('list_sets_contains_list list_sets_intersects_list', setsCost(1)),
  ['list_sets_equivalent_list', setsCost(2)],
]);

const SORT = /^list_.*_sort$/;
const SORT_BY = /^list_.*_sortByAssociatedKeys$/;

/** The cost of a call: of its overload in the lists library, else of its name, else of its overload, else 1. */
export function callCost(name: string, overload: string): CallCost {
  if (SORT.test(overload)) return selfCompared(0);
  if (SORT_BY.test(overload)) return selfCompared(1);
  if (name === 'containsIP') return containsIp(overload);
  if (name === 'containsCIDR') return containsCidr(overload);
  if (name === 'ip') return overload === 'cidr_ip' ? one : traversal(0);
  return BY_NAME.get(name) ?? BY_OVERLOAD.get(overload) ?? one;
}
