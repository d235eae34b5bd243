import { ACCUMULATOR, type Comprehension } from '../syntax/tree.ts';
import {
  CelError,
  CelList,
  CelMap,
  GrowingList,
  GrowingMap,
  typeName,
  type Value,
  ValueList,
  ValueMap,
} from '../values/value.ts';
import type { Evaluate, Frame, Plan } from './frame.ts';
import type { Planner } from './planner.ts';

/** Plans what a macro became: a value that is gathered over the elements of a list or the keys of a map. */
export function planFold(planner: Planner, expr: Comprehension): Plan {
  const start = planner.plan(expr.start);
  const range = planner.plan(expr.range).run;
  const gathered = planner.newSlot();
  const begin = beginning(start, expr.accumulator === ACCUMULATOR);
  // Only what asks for the gathered value makes its first one.
  const accumulator: Evaluate = (frame) => {
    const known = frame.slots[gathered];
    if (known !== undefined) return known;
    const first = begin(frame);
    frame.slots[gathered] = first;
    return first;
  };
  const first = planner.newSlot();
  const second = planner.newSlot();
  const names = new Map<string, Evaluate>([[expr.variable, slot(first)]]);
  if (expr.secondVariable !== undefined) names.set(expr.secondVariable, slot(second));
  return planner.within(new Map([[expr.accumulator, accumulator]]), () => {
    const { condition, step } = planner.within(names, () => ({
      condition: planner.plan(expr.condition).run,
      step: planner.plan(expr.step).run,
    }));
    const result = planner.plan(expr.result).run;
    const over = expr.secondVariable === undefined ? elementsOrKeys : entries;
    return {
      run: (frame) => {
        frame.slots[gathered] = undefined;
        const values = range(frame);
        if (values instanceof CelError) return values;
        const walk = over(values, (one, other) => {
          frame.slots[first] = one;
          frame.slots[second] = other;
          if (condition(frame) === false) return false;
          frame.slots[gathered] = step(frame);
          return true;
        });
        return walk ?? finished(result, frame);
      },
    };
  });
}

function slot(index: number): Evaluate {
  return ({ slots }) => slots[index] ?? null;
}

function beginning(start: Plan, growing: boolean): Evaluate {
  const { constant } = start;
  if (growing && constant instanceof ValueList && constant.size === 0) return () => new GrowingList([]);
  if (growing && constant instanceof ValueMap && constant.size === 0) return () => new GrowingMap();
  return start.run;
}

/** What was gathered is from now on a value like any other. */
function finished(result: Evaluate, frame: Frame): Value {
  const value = result(frame);
  if (value instanceof GrowingList) return new ValueList(value.items);
  if (!(value instanceof GrowingMap)) return value;
  const map = new ValueMap();
  for (const [id, entry] of value.entries) map.entries.set(id, entry);
  return map;
}

/** Calls back until it is told to stop; the returned error says that a value has no elements. */
type Walk = (range: Value, each: (first: Value, second: Value) => boolean) => CelError | undefined;

const elementsOrKeys: Walk = (range, each) => {
  if (range instanceof CelList) {
    for (let index = 0; index < range.size; index += 1) if (!each(range.at(index), null)) return undefined;
    return undefined;
  }
  if (!(range instanceof CelMap)) return new CelError(`got '${goTypeName(range)}', expected iterable type`);
  for (const key of range.keys()) if (!each(key, null)) return undefined;
  return undefined;
};

const entries: Walk = (range, each) => {
  if (range instanceof CelList) {
    for (let index = 0; index < range.size; index += 1) if (!each(index, range.at(index))) return undefined;
    return undefined;
  }
  if (!(range instanceof CelMap)) return new CelError(`unsupported comprehension range type: ${goTypeName(range)}`);
  for (const key of range.keys()) if (!each(key, range.find(key) ?? null)) return undefined;
  return undefined;
};

const GO_TYPES: Readonly<Record<string, string>> = {
  int: 'types.Int',
  uint: 'types.Uint',
  double: 'types.Double',
  bool: 'types.Bool',
  string: 'types.String',
  bytes: 'types.Bytes',
  null_type: 'types.Null',
  optional_type: '*types.Optional',
  type: '*types.Type',
  'google.protobuf.Duration': 'types.Duration',
  'google.protobuf.Timestamp': 'types.Timestamp',
};

function goTypeName(value: Value): string {
  return GO_TYPES[typeName(value)] ?? typeName(value);
}
