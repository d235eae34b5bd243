import { keyText } from '../values/keys.ts';
import {
  CelDouble,
  CelError,
  CelList,
  CelMap,
  CelOptional,
  CelUint,
  isInt,
  typeName,
  type Value,
} from '../values/value.ts';
import type { Evaluate, Frame, Path, Plan, Step } from './frame.ts';

/** A path that starts with the value of a variable or of any other expression. */
export function pathFrom(start: Evaluate, steps: readonly Step[] = []): Path {
  return {
    resolve: resolver(start, steps),
    step: (step) => pathFrom(start, [...steps, step]),
    cost: 1,
  };
}

/** `condition ? yes : no` as a path: only what the chosen side does counts. */
export function choice(condition: Evaluate, yes: Plan, no: Plan): Path {
  const [first, second] = [yes.path ?? pathFrom(yes.run), no.path ?? pathFrom(no.run)];
  return chosen(condition, first, second);
}

function chosen(condition: Evaluate, yes: Path, no: Path): Path {
  return {
    resolve: (frame) => {
      const value = condition(frame);
      if (value === true) return yes.resolve(frame);
      if (value === false) return no.resolve(frame);
      return value instanceof CelError ? value : new CelError('no such overload');
    },
    step: (step) => chosen(condition, yes.step(step), no.step(step)),
    cost: 0,
  };
}

function resolver(start: Evaluate, steps: readonly Step[]): Evaluate {
  if (steps.length === 0) return start;
  if (steps.every(({ optional }) => !optional)) return plainResolver(start, steps);
  return (frame) => resolveOptional(frame, start(frame), steps);
}

function plainResolver(start: Evaluate, steps: readonly Step[]): Evaluate {
  return (frame) => {
    let value = start(frame);
    for (const step of steps) {
      if (value instanceof CelError) return value;
      // Only the start can be optional: after it everything is.
      if (value instanceof CelOptional) return resolveOptional(frame, value, steps);
      value = taken(frame, value, step);
    }
    return value;
  };
}

/** A required step; it is counted whether or not it succeeds. */
function taken(frame: Frame, value: Value, step: Step): Value {
  const key = step.key(frame);
  if (key instanceof CelError) {
    frame.charge(1);
    return key;
  }
  const found = find(value, key);
  frame.charge(1);
  if (step.presence) return found instanceof CelError && found !== OUT_OF_BOUNDS ? found : isThere(found);
  if (found === undefined) return new CelError(`no such key: ${keyText(key)}`);
  return found === OUT_OF_BOUNDS ? new CelError(`index out of bounds: ${keyText(key)}`) : found;
}

function resolveOptional(frame: Frame, start: Value, steps: readonly Step[]): Value {
  if (start instanceof CelError) return start;
  let optional = start instanceof CelOptional;
  let value: Value = start;
  if (start instanceof CelOptional) {
    if (start.value === undefined) return steps.at(-1)?.presence ? false : CelOptional.none;
    value = start.value;
  }
  for (const step of steps) {
    optional ||= step.optional;
    if (!optional) value = taken(frame, value, step);
    else {
      const found = takenIfThere(frame, value, step);
      if (found === undefined) return steps.at(-1)?.presence ? false : CelOptional.none;
      value = found;
    }
    if (value instanceof CelError) return value;
  }
  if (steps.at(-1)?.presence) return true;
  return CelOptional.of(value);
}

/** A step that may lead nowhere; it is counted only if it does not. */
function takenIfThere(frame: Frame, value: Value, step: Step): Value | undefined {
  const key = step.key(frame);
  if (key instanceof CelError) return key;
  const found = find(value, key);
  if (!isThere(found)) return undefined;
  frame.charge(1);
  return found;
}

/** What lists say of positions that they do not have: an error for some, nothing for others. */
const OUT_OF_BOUNDS = new CelError('index out of bounds');

function isThere(found: Value | undefined): boolean {
  return found !== undefined && found !== OUT_OF_BOUNDS;
}

function find(value: Value, key: Value): Value | undefined {
  if (value instanceof CelMap) return value.find(key);
  if (!(value instanceof CelList)) return value instanceof CelError ? value : undefined;
  const index = listIndex(key);
  if (index instanceof CelError) return index;
  return index >= 0 && index < value.size ? value.at(index) : OUT_OF_BOUNDS;
}

/** Whole numbers of any type are positions. */
function listIndex(key: Value): number | CelError {
  if (isInt(key)) return Number(key);
  if (key instanceof CelUint) return Number(key.value);
  if (key instanceof CelDouble) {
    return Number.isInteger(key.value) ? key.value : new CelError(`unsupported index value ${key.value} in list`);
  }
  return new CelError(`unsupported index type '${typeName(key)}' in list`);
}
