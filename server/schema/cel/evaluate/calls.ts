import { type CallCost, callCost } from '../cost/call-cost.ts';
import type { Call } from '../syntax/tree.ts';
import { type CelType, isDyn } from '../types/cel-type.ts';
import { accepts, type Overload } from '../types/functions.ts';
import { CelError, CelList, CelOptional, isInt, typeName, type Value, ValueList } from '../values/value.ts';
import { constantPlan, type Evaluate, Frame, type Plan, PlanFault } from './frame.ts';
import type { Planner } from './planner.ts';
import { prepared } from './prepared.ts';

type Compute = (...args: readonly Value[]) => Value;

const CONVERSIONS: ReadonlySet<string> = new Set(
  'bool bytes double duration dyn int string timestamp type uint'.split(' '),
);
const PATTERNS: ReadonlySet<string> = new Set(['matches', 'find', 'findAll']);
/**
 * What these cost follows from what they give. All others are paid beforehand: what is too dear is not begun.
 */
const BY_RESULT: ReadonlySet<string> = new Set(['join', 'slice', 'reverse']);
/** Upstream calls these like functions with many arguments. */
const MANY: ReadonlySet<string> = new Set(['format']);
const NOTHING = new CelError('no such overload');

/** Plans a call of a function or an operator. */
export function planCall(planner: Planner, expr: Call): Plan {
  const { checked } = planner;
  const namespaced = checked.functions.get(expr.id);
  const name = namespaced ?? expr.name;
  const target = namespaced === undefined ? expr.target : undefined;
  const args = [...(target ? [target] : []), ...expr.args];
  const plans = args.map((arg) => planner.plan(arg));
  const runs = plans.map(({ run }) => run);
  const [first, second] = runs;
  const overloads = checked.overloads.get(expr.id) ?? [];
  if (first && second) {
    if (name === '_&&_') return { run: and(first, second) };
    if (name === '_||_') return { run: or(first, second) };
    if (name === 'or' && overloads[0]?.id === 'optional_or_optional') return { run: orElse(first, second, false) };
    if (name === 'orValue' && overloads[0]?.id === 'optional_orValue_value')
      return { run: orElse(first, second, true) };
  }
  if (name === '@not_strictly_false' && first) return { run: notStrictlyFalse(first) };
  const known = overloads.length === 1 ? overloads[0] : undefined;
  if (known?.id === 'in_list' && first) {
    const members = constantMembers(plans[1]);
    if (members) return membership(first, members);
  }
  const ready = prepared(name, plans);
  const cost = callCost(name, equality(name) ?? known?.id ?? '');
  if (ready || PATTERNS.has(name)) return { run: many(ready ?? dispatch(name, overloads, [true]), runs, cost, true) };
  const unknown = args.map((arg) => isUnknown(checked.types.get(arg.id)));
  const compute = dispatch(name, overloads, unknown);
  if (MANY.has(name)) return { run: many(compute, runs, cost, false) };
  const run = strict(compute, runs, cost, !BY_RESULT.has(name));
  return CONVERSIONS.has(name) && plans.length === 1 && plans[0]?.constant !== undefined ? folded(run) : { run };
}

function equality(name: string): string | undefined {
  if (name === '_==_') return 'equals';
  return name === '_!=_' ? 'not_equals' : undefined;
}

/** The conversion of a constant is done beforehand; upstream makes no program when it fails. */
function folded(run: Evaluate): Plan {
  const value = run(new Frame(0, Number.POSITIVE_INFINITY));
  if (value instanceof CelError) throw new PlanFault(value.message);
  return constantPlan(value);
}

function strict(compute: Compute, runs: readonly Evaluate[], cost: CallCost, beforehand: boolean): Evaluate {
  const [first, second] = runs;
  if (runs.length === 0) {
    return (frame) => {
      const result = compute();
      frame.charge(cost([], result));
      return result;
    };
  }
  if (first && runs.length === 1) {
    return (frame) => {
      const arg = first(frame);
      if (beforehand) frame.charge(cost([arg], null));
      const result = arg instanceof CelError ? arg : compute(arg);
      if (!beforehand) frame.charge(cost([arg], result));
      return result;
    };
  }
  if (first && second && runs.length === 2) {
    return (frame) => {
      const one = first(frame);
      const other = second(frame);
      if (beforehand) frame.charge(cost([one, other], null));
      const failed = one instanceof CelError ? one : other instanceof CelError ? other : undefined;
      const result = failed ?? compute(one, other);
      if (!beforehand) frame.charge(cost([one, other], result));
      return result;
    };
  }
  return many(compute, runs, cost, beforehand);
}

/** With many arguments the first failed one ends the call, and nothing of it is counted. */
function many(compute: Compute, runs: readonly Evaluate[], cost: CallCost, beforehand: boolean): Evaluate {
  return (frame) => {
    const args: Value[] = [];
    for (const run of runs) {
      const arg = run(frame);
      if (arg instanceof CelError) return arg;
      args.push(arg);
    }
    if (beforehand) frame.charge(cost(args, null));
    const result = compute(...args);
    if (!beforehand) frame.charge(cost(args, result));
    return result;
  };
}

function isUnknown(type: CelType | undefined): boolean {
  return type === undefined || isDyn(type) || type.parameters.some(isUnknown);
}

/** Calls the overload that fits the values; types that the checker knows need no second look. */
function dispatch(name: string, overloads: readonly Overload[], unknown: readonly boolean[]): Compute {
  const [only, ...others] = overloads;
  if (!only) return () => NOTHING;
  if (others.length === 0 && !unknown.includes(true)) return asCompute(only);
  const candidates = overloads.map((overload) => ({ overload, compute: asCompute(overload) }));
  return (...args) => {
    for (const { overload, compute } of candidates) {
      if (fits(overload, args)) return compute(...args);
    }
    return noOverload(name, args);
  };
}

const COMPARED = 'bool bytes double google.protobuf.Duration google.protobuf.Timestamp int string uint'.split(' ');
const ADDED = 'bytes double google.protobuf.Duration google.protobuf.Timestamp int list string uint'.split(' ');
const SUBTRACTED = ADDED.filter((name) => !['bytes', 'list', 'string'].includes(name));
/** What the first operand of an operator has to be before the second one is looked at. */
const OPERANDS: Readonly<Record<string, readonly string[]>> = {
  '_+_': ADDED,
  '_-_': SUBTRACTED,
  '_*_': ['double', 'int', 'uint'],
  '_/_': ['double', 'int', 'uint'],
  '_%_': ['int', 'uint'],
  '_<_': COMPARED,
  '_<=_': COMPARED,
  '_>_': COMPARED,
  '_>=_': COMPARED,
  size: ['bytes', 'list', 'map', 'string'],
};
const SILENT = /^(?:[-!@].*|contains|startsWith|endsWith|matches)$/;

/** Upstream says more or less about it, depending on where it notices. */
function noOverload(name: string, args: readonly Value[]): CelError {
  if (SILENT.test(name)) return NOTHING;
  const taken = OPERANDS[name];
  if (!taken) return new CelError(`no such overload: ${name}(${args.map(typeName).join(', ')})`);
  return taken.includes(typeName(args[0] ?? null)) ? NOTHING : new CelError(`no such overload: ${name}`);
}

/** Flattening takes elements of any kind at run time, whatever its signature says. */
function fits({ id, parameters }: Overload, args: readonly Value[]): boolean {
  if (id === 'list_flatten') return args[0] instanceof CelList;
  return parameters.every((type, index) => accepts(type, args[index] ?? null));
}

/** The implementation knows its parameters' types, which the checker or the dispatch has made sure of. */
function asCompute({ implementation }: Overload): Compute {
  return implementation as Compute;
}

const asBool = (value: Value): Value => (typeof value === 'boolean' || value instanceof CelError ? value : NOTHING);

/** A false operand decides, even when the other one fails. */
function and(first: Evaluate, second: Evaluate): Evaluate {
  return (frame) => {
    const one = first(frame);
    if (one === false) return false;
    const other = second(frame);
    if (other === false) return false;
    return one === true ? asBool(other) : asBool(one);
  };
}

/** A true operand decides, even when the other one fails. */
function or(first: Evaluate, second: Evaluate): Evaluate {
  return (frame) => {
    const one = first(frame);
    if (one === true) return true;
    const other = second(frame);
    if (other === true) return true;
    return one === false ? asBool(other) : asBool(one);
  };
}

function notStrictlyFalse(argument: Evaluate): Evaluate {
  return (frame) => {
    const value = argument(frame);
    frame.charge(1);
    return value !== false;
  };
}

/** The alternative is evaluated only when it is needed. */
function orElse(first: Evaluate, second: Evaluate, unwrap: boolean): Evaluate {
  return (frame) => {
    const one = first(frame);
    if (one instanceof CelError) return one;
    if (!(one instanceof CelOptional)) return NOTHING;
    if (one.value === undefined) return second(frame);
    return unwrap ? one.value : one;
  };
}

type Member = string | number | bigint | boolean;

/** The elements of a constant list of simple values: being one of them costs nothing. */
function constantMembers(plan: Plan | undefined): ReadonlySet<Member> | undefined {
  const list = plan?.constant;
  if (!(list instanceof ValueList)) return undefined;
  const members = new Set<Member>();
  for (const item of list.items) {
    const member = asMember(item);
    if (member === undefined) return undefined;
    members.add(member);
  }
  return members;
}

function asMember(value: Value): Member | undefined {
  return typeof value === 'string' || typeof value === 'boolean' || isInt(value) ? value : undefined;
}

function membership(argument: Evaluate, members: ReadonlySet<Member>): Plan {
  if (members.size === 0) return constantPlan(false);
  return {
    run: (frame) => {
      const value = argument(frame);
      if (value instanceof CelError) return value;
      const member = asMember(value);
      return member !== undefined && members.has(member);
    },
  };
}
