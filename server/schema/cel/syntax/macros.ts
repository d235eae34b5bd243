import { ACCUMULATOR, type Comprehension, type Expr, OLD_ACCUMULATOR, type TreeBuilder } from './tree.ts';

/** A macro whose arguments are not what it wants: where, and what cel-go says. */
export class MacroFault extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Macros that only some environments have. */
export interface MacroOptions {
  /** `cel.bind(name, value, body)` */
  readonly bindings?: boolean;
}

type Expand = (build: TreeBuilder, offset: number, target: Expr, args: readonly Expr[]) => Expr;
type Step = (build: TreeBuilder, offset: number, args: readonly Expr[]) => Expr;

/**
 * The expression that a call of a macro stands for, or undefined when it is an ordinary call. Kubernetes has the
 * standard macros, those of the optional types, of lists (sortBy) and of comprehensions with two variables.
 */
export function expandMacro(
  build: TreeBuilder,
  offset: number,
  name: string,
  target: Expr | undefined,
  args: readonly Expr[],
  { bindings = false }: MacroOptions = {},
): Expr | undefined {
  if (bindings && target?.kind === 'ident' && target.name === 'cel' && name === 'bind' && args.length === 3)
    return celBind(build, offset, args);
  if (target === undefined) return name === 'has' && args.length === 1 ? presenceTest(build, offset, args) : undefined;
  const key = `${name}/${args.length}`;
  return Object.hasOwn(MACROS, key) ? MACROS[key]?.(build, offset, target, args) : undefined;
}

function presenceTest(build: TreeBuilder, offset: number, [arg]: readonly Expr[]): Expr {
  if (arg?.kind === 'select') return build.select(offset, arg.operand, arg.field, true);
  throw new MacroFault(arg?.offset ?? offset, 'invalid argument to has() macro');
}

const accumulated = (build: TreeBuilder, offset: number): Expr => build.ident(offset, ACCUMULATOR);

interface Shape {
  readonly start: (build: TreeBuilder, offset: number) => Expr;
  readonly condition: (build: TreeBuilder, offset: number) => Expr;
  /** One step of the gathering, from the arguments after the variables. */
  readonly step: Step;
  readonly result: (build: TreeBuilder, offset: number) => Expr;
  readonly notAName: string;
}

const always = (build: TreeBuilder, offset: number): Expr => build.literal(offset, 'bool', true);
const SIMPLE_NAME = 'argument must be a simple name';
const IDENTIFIER = 'argument is not an identifier';

const ALL: Shape = {
  start: always,
  condition: (build, offset) => build.call(offset, '@not_strictly_false', [accumulated(build, offset)]),
  step: (build, offset, [predicate]) => build.call(offset, '_&&_', [accumulated(build, offset), given(predicate)]),
  result: accumulated,
  notAName: SIMPLE_NAME,
};

const EXISTS: Shape = {
  start: (build, offset) => build.literal(offset, 'bool', false),
  condition: (build, offset) =>
    build.call(offset, '@not_strictly_false', [build.call(offset, '!_', [accumulated(build, offset)])]),
  step: (build, offset, [predicate]) => build.call(offset, '_||_', [accumulated(build, offset), given(predicate)]),
  result: accumulated,
  notAName: SIMPLE_NAME,
};

const EXISTS_ONE: Shape = {
  start: (build, offset) => build.literal(offset, 'int', 0n),
  condition: always,
  step: (build, offset, [predicate]) => {
    const more = build.call(offset, '_+_', [accumulated(build, offset), build.literal(offset, 'int', 1n)]);
    return build.call(offset, '_?_:_', [given(predicate), more, accumulated(build, offset)]);
  },
  result: (build, offset) => build.call(offset, '_==_', [accumulated(build, offset), build.literal(offset, 'int', 1n)]),
  notAName: SIMPLE_NAME,
};

/** With two arguments the first one is a filter. */
function filtered(grow: (build: TreeBuilder, offset: number, transform: Expr) => Expr): Step {
  return (build, offset, args) => {
    const grown = grow(build, offset, given(args.at(-1)));
    if (args.length === 1) return grown;
    return build.call(offset, '_?_:_', [given(args[0]), grown, accumulated(build, offset)]);
  };
}

const appended = (build: TreeBuilder, offset: number, element: Expr): Expr =>
  build.call(offset, '_+_', [accumulated(build, offset), build.list(offset, [element])]);

const TO_LIST: Shape = {
  start: (build, offset) => build.list(offset, []),
  condition: always,
  step: filtered(appended),
  result: accumulated,
  notAName: IDENTIFIER,
};

const TO_MAP: Omit<Shape, 'step'> = { ...TO_LIST, start: (build, offset) => build.map(offset, []) };

const MACROS: Readonly<Record<string, Expand>> = {
  'all/2': overOne(ALL),
  'exists/2': overOne(EXISTS),
  'exists_one/2': overOne(EXISTS_ONE),
  'map/2': overOne(TO_LIST),
  'map/3': overOne(TO_LIST),
  'filter/2': (build, offset, target, args) => {
    const step: Step = (_build, _offset, [predicate]) =>
      build.call(offset, '_?_:_', [
        given(predicate),
        appended(build, offset, given(args[0])),
        accumulated(build, offset),
      ]);
    return overOne({ ...TO_LIST, step })(build, offset, target, args);
  },
  'all/3': overTwo(ALL),
  'exists/3': overTwo(EXISTS),
  'existsOne/3': overTwo(EXISTS_ONE),
  'exists_one/3': overTwo(EXISTS_ONE),
  'transformList/3': overTwo(TO_LIST),
  'transformList/4': overTwo(TO_LIST),
  'transformMap/3': transformMap,
  'transformMap/4': transformMap,
  'transformMapEntry/3': overTwo({ ...TO_MAP, step: filtered(inserted) }),
  'transformMapEntry/4': overTwo({ ...TO_MAP, step: filtered(inserted) }),
  'optMap/2': (build, offset, target, args) =>
    build.call(offset, '_?_:_', [
      build.call(offset, 'hasValue', [], target),
      build.call(offset, 'of', [bound(build, offset, 'optMap', target, args)], build.ident(offset, 'optional')),
      build.call(offset, 'none', [], build.ident(offset, 'optional')),
    ]),
  'optFlatMap/2': (build, offset, target, args) =>
    build.call(offset, '_?_:_', [
      build.call(offset, 'hasValue', [], target),
      bound(build, offset, 'optFlatMap', target, args),
      build.call(offset, 'none', [], build.ident(offset, 'optional')),
    ]),
  'sortBy/2': sortBy,
};

function inserted(build: TreeBuilder, offset: number, entry: Expr): Expr {
  return build.call(offset, 'cel.@mapInsert', [accumulated(build, offset), entry]);
}

function transformMap(build: TreeBuilder, offset: number, target: Expr, args: readonly Expr[]): Expr {
  const [key] = args;
  const step = filtered((_build, _offset, transform) =>
    build.call(offset, 'cel.@mapInsert', [
      accumulated(build, offset),
      build.ident(offset, key?.kind === 'ident' ? key.name : ''),
      transform,
    ]),
  );
  return overTwo({ ...TO_MAP, step })(build, offset, target, args);
}

function overOne(shape: Shape): Expand {
  return (build, offset, target, args) => {
    const variable = nameOf(args[0], shape.notAName);
    refuseAccumulator(args[0], variable);
    return comprehension(build, offset, target, shape, args.slice(1), variable, undefined);
  };
}

function overTwo(shape: Shape): Expand {
  return (build, offset, target, args) => {
    const first = nameOf(args[0], SIMPLE_NAME);
    const second = nameOf(args[1], SIMPLE_NAME);
    if (first === second) throw new MacroFault(given(args[1]).offset, `duplicate variable name: ${first}`);
    refuseAccumulator(args[0], first);
    refuseAccumulator(args[1], second);
    return comprehension(build, offset, target, shape, args.slice(2), first, second);
  };
}

function comprehension(
  build: TreeBuilder,
  offset: number,
  range: Expr,
  shape: Shape,
  rest: readonly Expr[],
  variable: string,
  secondVariable: string | undefined,
): Comprehension {
  return build.comprehension(offset, {
    range,
    variable,
    secondVariable,
    accumulator: ACCUMULATOR,
    start: shape.start(build, offset),
    condition: shape.condition(build, offset),
    step: shape.step(build, offset, rest),
    result: shape.result(build, offset),
  });
}

/** Evaluates a body with a name bound to a value: a comprehension that never runs and whose result is the body. */
function bind(build: TreeBuilder, offset: number, name: string, value: Expr, body: Expr): Expr {
  return build.comprehension(offset, {
    range: build.list(offset, []),
    variable: '#unused',
    secondVariable: undefined,
    accumulator: name,
    start: value,
    condition: build.literal(offset, 'bool', false),
    step: build.ident(offset, name),
    result: body,
  });
}

function celBind(build: TreeBuilder, offset: number, [variable, value, body]: readonly Expr[]): Expr {
  const name = nameOf(variable, 'cel.bind() variable names must be simple identifiers');
  return bind(build, offset, name, given(value), given(body));
}

function bound(build: TreeBuilder, offset: number, macro: string, target: Expr, args: readonly Expr[]): Expr {
  const name = nameOf(args[0], `${macro}() variable name must be a simple identifier`);
  return bind(build, offset, name, build.call(offset, 'value', [], build.copy(target)), given(args[1]));
}

const SORT_INPUT = '@__sortBy_input__';

function sortBy(build: TreeBuilder, offset: number, target: Expr, args: readonly Expr[]): Expr {
  if (!['list', 'select', 'ident', 'comprehension', 'call'].includes(target.kind)) {
    const kinds = 'a list, identifier, comprehension, call or select expression';
    throw new MacroFault(target.offset, `sortBy can only be applied to ${kinds}`);
  }
  const keys = overOne(TO_LIST)(build, offset, build.ident(offset, SORT_INPUT), args);
  const sorted = build.call(offset, '@sortByAssociatedKeys', [keys], build.ident(offset, SORT_INPUT));
  return bind(build, offset, SORT_INPUT, target, sorted);
}

function nameOf(expr: Expr | undefined, otherwise: string): string {
  if (expr?.kind === 'ident') return expr.name;
  throw new MacroFault(given(expr).offset, otherwise);
}

function refuseAccumulator(expr: Expr | undefined, name: string): void {
  if (name !== ACCUMULATOR && name !== OLD_ACCUMULATOR) return;
  throw new MacroFault(given(expr).offset, 'iteration variable overwrites accumulator variable');
}

/** The number of arguments was checked when the macro was looked up. */
function given(expr: Expr | undefined): Expr {
  if (expr === undefined) throw new Error('a macro lacks an argument');
  return expr;
}
