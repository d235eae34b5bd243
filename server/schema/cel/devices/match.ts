/** Expressions that select devices, evaluated: k8s.io/dynamic-resource-allocation/cel. */
import type { Frozen } from '../../../base/freeze.ts';
import type { MatchDevice, SelectableDevice } from '../../../kube/device-match.ts';
import type { DeviceAttribute } from '../../../kube/types.gen.ts';
import { CelFault, type CompiledExpression, compile } from '../compile.ts';
import { quantity } from '../library/quantity.ts';
import { parse } from '../library/semver.ts';
import { CelMap, type Value, ValueList } from '../values/value.ts';
import { COST_MAX, deviceEnvironment } from './selector.ts';

/** So many expressions stay compiled; a cluster has a few classes. */
const COMPILED_MAX = 100;

class NamedValues extends CelMap {
  readonly #values: ReadonlyMap<string, Value>;
  /** What is not there: of domains that a device does not have, no attribute is there either. */
  readonly #missing: Value | undefined;

  constructor(values: ReadonlyMap<string, Value>, missing?: Value) {
    super();
    this.#values = values;
    this.#missing = missing;
  }

  get size(): number {
    return this.#values.size;
  }

  find(key: Value): Value | undefined {
    return typeof key === 'string' ? (this.#values.get(key) ?? this.#missing) : undefined;
  }

  keys(): readonly Value[] {
    return [...this.#values.keys()];
  }
}

const NOTHING = new NamedValues(new Map());

/** From domains to names to values; what has no domain is the driver's. */
function byDomain<T>(entries: Readonly<Record<string, T>> = {}, driver: string, read: (entry: T) => Value): CelMap {
  const domains = new Map<string, Map<string, Value>>();
  for (const [qualified, entry] of Object.entries(entries)) {
    const slash = qualified.indexOf('/');
    const domain = slash < 0 ? driver : qualified.slice(0, slash);
    const names = domains.get(domain) ?? new Map<string, Value>();
    domains.set(domain, names.set(qualified.slice(slash + 1), read(entry)));
  }
  return new NamedValues(new Map([...domains].map(([domain, names]) => [domain, new NamedValues(names)])), NOTHING);
}

function attribute({ int, bool, string, version, ...lists }: Frozen<DeviceAttribute>): Value {
  if (version !== undefined) return parse(version);
  const { ints, bools, strings, versions } = lists;
  return int ?? bool ?? string ?? new ValueList([...(ints ?? bools ?? strings ?? (versions ?? []).map(parse))]);
}

function deviceValue({ driver, attributes, capacity, allowMultipleAllocations = false }: SelectableDevice): Value {
  return new NamedValues(
    new Map<string, Value>([
      ['driver', driver],
      ['allowMultipleAllocations', allowMultipleAllocations],
      ['attributes', byDomain(attributes, driver, attribute)],
      ['capacity', byDomain(capacity, driver, ({ value }) => quantity(value))],
    ]),
  );
}

/** Makes a matcher that remembers what it has compiled. */
export function createDeviceMatcher(): MatchDevice {
  const compiled = new Map<string, CompiledExpression | CelFault>();
  return (expression, device) => {
    let program = compiled.get(expression);
    if (!program) {
      program = compile(expression, deviceEnvironment());
      if (compiled.size >= COMPILED_MAX) compiled.clear();
      compiled.set(expression, program);
    }
    if (program instanceof CelFault) return `CEL compile error: ${program.message}`;
    const outcome = program.evaluate({ device: deviceValue(device) }, COST_MAX);
    if ('error' in outcome) return `CEL runtime error: ${outcome.error}`;
    return typeof outcome.value === 'boolean' ? outcome.value : 'CEL runtime error: the result is not a boolean';
  };
}
