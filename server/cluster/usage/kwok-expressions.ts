/** Expressions of kwok's ResourceUsages and Metrics: https://kwok.sigs.k8s.io/docs/user/cel-expressions/ */
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import {
  type CelEnvironment,
  CelFault,
  type CompiledExpression,
  celEnvironment,
  compile,
} from '../../schema/cel/compile.ts';
import { CelQuantity, quantity } from '../../schema/cel/library/quantity.ts';
import { dynamic } from '../../schema/cel/types/declaration.ts';
import { functionTable, type Implementation, type Library } from '../../schema/cel/types/functions.ts';
import { CelDouble, CelError, CelMap, CelTimestamp, CelUint, type Value } from '../../schema/cel/values/value.ts';

/** What functions of expressions ask for. Pods and nodes are known by their names. */
export interface ExpressionWorld {
  readonly clock: Clock;
  readonly random: Random;
  /** Of a node, of a pod, or of a container. */
  usage(object: UsedObject, resource: string): number;
  /** The same in seconds since it began. */
  cumulativeUsage(object: UsedObject, resource: string): number;
  /** How many containers a node has started. */
  startedContainers(node: string): number;
}

export type UsedObject =
  | { readonly node: string }
  | { readonly namespace: string; readonly pod: string; readonly container?: string };

/** What expressions see. */
export interface ExpressionInput {
  readonly node?: object | undefined;
  readonly pod?: object | undefined;
  readonly container?: object | undefined;
}

const NANO = 1e9;
const COST_MAX = 1_000_000;
/** Expressions that are kept: they are as many as objects say. */
const COMPILED_MAX = 500;

const double = (value: number): CelDouble => new CelDouble(value);

function textAt(value: Value | undefined, ...path: readonly string[]): string | undefined {
  let found: Value | undefined = value;
  for (const name of path) found = found instanceof CelMap ? found.find(name) : undefined;
  return typeof found === 'string' ? found : undefined;
}

function secondsOf(value: Value): Value {
  if (value instanceof CelTimestamp) return double(Number(value.nanoseconds) / NANO);
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? new CelError('no such overload: UnixSecond takes a time') : double(ms / 1000);
}

const quantityOf = (text: string): Value => {
  const value = quantity(text);
  return value instanceof CelQuantity ? double(Number(value.nano) / NANO) : value;
};

/** A pod is told from a node by its namespace. */
function usedObject(value: Value, container?: string): UsedObject | undefined {
  const [name, namespace] = [textAt(value, 'metadata', 'name'), textAt(value, 'metadata', 'namespace')];
  if (name === undefined) return undefined;
  if (namespace === undefined) return { node: name };
  return { namespace, pod: name, ...(container !== undefined && { container }) };
}

function library(world: ExpressionWorld): Library {
  const used =
    (ask: (object: UsedObject, resource: string) => number) =>
    (value: Value, resource: string, container?: string): Value => {
      const object = usedObject(value, container);
      return object ? double(ask(object, resource)) : new CelError('no such overload: it takes a pod or a node');
    };
  const usage = used((object, resource) => world.usage(object, resource));
  const cumulative = used((object, resource) => world.cumulativeUsage(object, resource));
  const since = (value: Value): Value => {
    const created = Date.parse(textAt(value, 'metadata', 'creationTimestamp') ?? '');
    return Number.isNaN(created)
      ? new CelError('no such overload: SinceSecond takes a pod or a node')
      : double((world.clock.now() - created) / 1000);
  };
  const started = (value: Value): Value =>
    double(world.startedContainers(typeof value === 'string' ? value : (textAt(value, 'metadata', 'name') ?? '')));
  /** Functions with parameters may be called as methods of the first one, too. */
  const both = (id: string, parameters: string, act: Implementation): Readonly<Record<string, Implementation>> => ({
    [`${id}(${parameters}): double`]: act,
    [`.${id}_member(${parameters}): double`]: act,
  });
  return {
    Now: { 'now(): timestamp': () => new CelTimestamp(BigInt(Math.round(world.clock.now())) * 1_000_000n) },
    Rand: { 'rand(): double': () => double(world.random.fraction()) },
    SinceSecond: both('since_second', 'dyn', since),
    UnixSecond: both('unix_second', 'dyn', secondsOf),
    Quantity: both('quantity_double', 'string', quantityOf),
    Usage: { ...both('usage', 'dyn, string', usage), ...both('usage_container', 'dyn, string, string', usage) },
    CumulativeUsage: {
      ...both('cumulative_usage', 'dyn, string', cumulative),
      ...both('cumulative_usage_container', 'dyn, string, string', cumulative),
    },
    StartedContainersTotal: both('started_containers_total', 'dyn', started),
  };
}

/** Go's maps are empty where JSON has none: expressions ask whether something is `in` them. */
function withMaps(object: object | undefined): object | undefined {
  if (!object || !('metadata' in object)) return object;
  const { metadata } = object as { metadata: object };
  return { ...object, metadata: { labels: {}, annotations: {}, ...metadata } };
}

/** Compiles expressions once, and says what comes of them. */
export class KwokExpressions {
  readonly #environment: CelEnvironment;
  readonly #compiled = new Map<string, CompiledExpression | CelFault>();

  constructor(world: ExpressionWorld) {
    const base = celEnvironment({ node: dynamic(), pod: dynamic(), container: dynamic() }, { stored: true });
    this.#environment = { ...base, functions: new Map([...base.functions, ...functionTable([library(world)])]) };
  }

  /** @throws Error that says why there is no value */
  number(text: string, input: ExpressionInput): number {
    const value = this.#evaluate(text, input);
    if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
    if (value instanceof CelDouble) return value.value;
    if (value instanceof CelUint) return Number(value.value);
    if (value instanceof CelQuantity) return Number(value.nano) / NANO;
    if (typeof value === 'boolean') return value ? 1 : 0;
    throw new Error(`${JSON.stringify(text)} is no number`);
  }

  /** @throws Error that says why there is no value */
  text(text: string, input: ExpressionInput): string {
    const value = this.#evaluate(text, input);
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
    if (value instanceof CelDouble) return String(value.value);
    throw new Error(`${JSON.stringify(text)} is no text`);
  }

  #evaluate(text: string, { node, pod, container }: ExpressionInput): Value {
    let expression = this.#compiled.get(text);
    if (!expression) {
      expression = compile(text, this.#environment);
      if (this.#compiled.size >= COMPILED_MAX) this.#compiled.clear();
      this.#compiled.set(text, expression);
    }
    if (expression instanceof CelFault) throw new Error(`${JSON.stringify(text)}: ${expression.message}`);
    const bindings = {
      ...(node && { node: withMaps(node) }),
      ...(pod && { pod: withMaps(pod) }),
      ...(container && { container }),
    };
    const evaluated = expression.evaluate(bindings, COST_MAX);
    if ('error' in evaluated) throw new Error(`${JSON.stringify(text)}: ${evaluated.error}`);
    return evaluated.value;
  }
}
