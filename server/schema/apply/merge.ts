/** What comes of applying a configuration to an object: structured-merge-diff's TypedValue.Merge. */
import { deepEqual, setOwn } from '../../base/freeze.ts';
import type { TypeDescription } from '../type-table.ts';
import { keyStep, LEAF_SHAPE, partNamed, type Shape, setStep, shapeFor } from './shapes.ts';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (!isObject(value)) return true;
  for (const _ in value) return false;
  return true;
}

/**
 * The merged value; `live` itself where the configuration changes nothing. `undefined` is no value, `null` is one.
 */
function merged(live: unknown, config: unknown, described: Shape): unknown {
  if (config === undefined || live === config) return live;
  if (live === undefined) return config;
  const shape = shapeFor(described, live, config);
  // Whether something is empty or null is kept as it was applied.
  if (shape.kind === 'leaf' || (isEmpty(live) && isEmpty(config))) return deepEqual(live, config) ? live : config;
  if (config === null) return live;
  if (live === null) return config;
  switch (shape.kind) {
    case 'struct':
      return mergedFields(live as Fields, config as Fields, (name) => partNamed(shape.type, name)?.shape());
    case 'map':
      return mergedFields(live as Fields, config as Fields, () => shape.of);
    case 'set':
      return mergedItems(live as unknown[], config as unknown[], setStep, LEAF_SHAPE);
    case 'keyed':
      return mergedItems(live as unknown[], config as unknown[], (item) => keyStep(item, shape).text, shape.of);
    case 'deduced':
      return config; // settled above
  }
}

function mergedFields(live: Fields, config: Fields, shapeOf: (name: string) => Shape | undefined): Fields {
  let result: Record<string, unknown> | undefined;
  for (const name of Object.keys(config)) {
    const before = Object.hasOwn(live, name) ? live[name] : undefined;
    const after = merged(before, config[name], shapeOf(name) ?? LEAF_SHAPE);
    if (after === before) continue;
    result ??= { ...live };
    setOwn(result, name, after);
  }
  return result ?? live;
}

/** Items by their steps. What a live list has twice cannot be merged with. */
function indexed(list: readonly unknown[], steps: readonly string[]): Map<string, unknown> {
  const items = new Map<string, unknown>();
  steps.forEach((step, i) => {
    items.set(step, items.has(step) ? undefined : list[i]);
  });
  return items;
}

/**
 * Items keep the order of the live list until the configuration has shared ones in another order; then they come in
 * its order, and what is new stands where the configuration has it.
 */
function mergedItems(
  live: readonly unknown[],
  config: readonly unknown[],
  stepOf: (item: unknown) => string,
  shape: Shape,
): readonly unknown[] {
  const [left, right] = [live.map(stepOf), config.map(stepOf)];
  const [ours, theirs] = [indexed(live, left), indexed(config, right)];
  const shared = right.filter((step) => ours.has(step));
  const result: unknown[] = [];
  const done = new Set<string>();
  let next = shared.shift();
  const take = (step: string): void => {
    done.add(step);
    result.push(merged(ours.get(step), theirs.get(step), shape));
    if (next === step) next = shared.shift();
  };
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    const [ownStep, step] = [left[i], right[j]];
    if (ownStep !== undefined && step !== undefined) {
      if (ownStep === step) {
        take(step);
        i++;
        j++;
        continue;
      }
      if (theirs.has(ownStep) && next !== undefined && next !== ownStep) {
        i++; // shared, but its turn comes later
        continue;
      }
    }
    if (ownStep !== undefined) {
      if (!theirs.has(ownStep)) {
        result.push(live[i++]);
        continue;
      }
      if (done.has(ownStep)) i++;
    }
    if (step !== undefined) {
      take(step);
      j++;
    }
  }
  return result.length === live.length && result.every((item, at) => item === live[at]) ? live : result;
}

/**
 * @param config that fits the type
 * @returns `live` itself when nothing changes
 * @example
 * mergeConfiguration({ data: { a: '1' } }, { data: { b: '2' } }, configMap) // { data: { a: '1', b: '2' } }
 */
export function mergeConfiguration<T extends object>(live: T, config: object, type: TypeDescription): T {
  return merged(live, config, { kind: 'struct', type }) as T;
}
