import type { Library } from '../types/functions.ts';
import { equal } from '../values/equality.ts';
import { refuseEndless } from '../values/json-values.ts';
import { compare } from '../values/order.ts';
import { CelError, type CelList, type CelMap, type Value } from '../values/value.ts';

/** Types with an order, as the identifiers of overloads call them and as signatures do; numbers compare across. */
const ORDERED: readonly (readonly [id: string, signature: string])[] = [
  ['bool', 'bool, bool'],
  ['int64', 'int, int'],
  ['int64_double', 'int, double'],
  ['int64_uint64', 'int, uint'],
  ['uint64', 'uint, uint'],
  ['uint64_double', 'uint, double'],
  ['uint64_int64', 'uint, int'],
  ['double', 'double, double'],
  ['double_int64', 'double, int'],
  ['double_uint64', 'double, uint'],
  ['string', 'string, string'],
  ['bytes', 'bytes, bytes'],
  ['timestamp', 'timestamp, timestamp'],
  ['duration', 'duration, duration'],
];

function ordering(name: string, holds: (order: number) => boolean): Library[string] {
  const implementation = (one: Value, other: Value): Value => {
    const order = compare(one, other);
    if (order instanceof CelError) return order;
    return Number.isNaN(order) ? new CelError('NaN values cannot be ordered') : holds(order);
  };
  return Object.fromEntries(ORDERED.map(([id, signature]) => [`${name}_${id}(${signature}): bool`, implementation]));
}

/** Whether a list holds a value; an error only when nothing equal was found. */
export function includes(list: CelList, value: Value): boolean | CelError {
  refuseEndless(list);
  let problem: CelError | undefined;
  for (let index = 0; index < list.size; index += 1) {
    const item = list.at(index);
    if (item instanceof CelError) {
      problem ??= item;
      continue;
    }
    const same = equal(item, value);
    if (same === true) return true;
    if (same instanceof CelError) problem ??= same;
  }
  return problem ?? false;
}

const not = (value: boolean | CelError): Value => (value instanceof CelError ? value : !value);

/** Comparisons, membership and logic; the operators that do not evaluate all operands are not called like functions. */
export const COMPARISON: Library = {
  '_==_': { 'equals(A, A): bool': equal },
  '_!=_': { 'not_equals(A, A): bool': (one: Value, other: Value) => not(equal(one, other)) },
  '_<_': ordering('less', (order) => order < 0),
  '_<=_': ordering('less_equals', (order) => order <= 0),
  '_>_': ordering('greater', (order) => order > 0),
  '_>=_': ordering('greater_equals', (order) => order >= 0),
  '@in': {
    'in_list(A, list(A)): bool': (value: Value, list: CelList) => includes(list, value),
    'in_map(A, map(A, B)): bool': (key: Value, map: CelMap) => {
      const found = map.find(key);
      return found instanceof CelError ? found : found !== undefined;
    },
  },
  '!_': { 'logical_not(bool): bool': (value: boolean) => !value },
};
