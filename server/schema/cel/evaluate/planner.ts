import type {
  Call,
  Comprehension,
  Expr,
  ListLiteral,
  Literal,
  MapLiteral,
  Select,
  StructLiteral,
} from '../syntax/tree.ts';
import type { Checked } from '../types/checker.ts';
import { typeValue } from '../types/environment.ts';
import { keyText } from '../values/keys.ts';
import { CelDouble, CelError, CelOptional, CelUint, toInt, type Value, ValueList, ValueMap } from '../values/value.ts';
import { planCall } from './calls.ts';
import { planFold } from './folds.ts';
import { constantPlan, type Evaluate, type Plan, PlanFault, pathPlan } from './frame.ts';
import { choice, pathFrom } from './path.ts';

const LIST_COST = 10;
const MAP_COST = 30;
const OBJECT_COST = 40;

/** Makes the objects of types that have no schema. */
export type MakeObject = (type: string, fields: ReadonlyMap<string, Value>) => Value;

/** Turns checked expressions into functions. */
export class Planner {
  readonly checked: Checked;
  private readonly makeObject: MakeObject | undefined;
  private readonly variables: ReadonlySet<string>;
  private readonly scopes: Map<string, Evaluate>[] = [];
  private readonly globals = new Map<string, number>();
  private slots = 0;

  constructor(checked: Checked, variables: ReadonlySet<string>, makeObject: MakeObject | undefined) {
    this.checked = checked;
    this.variables = variables;
    this.makeObject = makeObject;
  }

  /** How many values a frame has to hold. */
  get size(): number {
    return this.slots;
  }

  /** The variables that the expression uses, and where their values belong. */
  get used(): ReadonlyMap<string, number> {
    return this.globals;
  }

  newSlot(): number {
    this.slots += 1;
    return this.slots - 1;
  }

  /** Plans parts of a macro, in which names stand for what the macro gives them. */
  within<T>(names: ReadonlyMap<string, Evaluate>, plan: () => T): T {
    this.scopes.push(new Map(names));
    const planned = plan();
    this.scopes.pop();
    return planned;
  }

  plan(expr: Expr): Plan {
    switch (expr.kind) {
      case 'literal':
        return constantPlan(literalValue(expr));
      case 'ident':
        return this.name(this.checked.names.get(expr.id) ?? expr.name);
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'struct':
        return this.struct(expr);
      case 'comprehension':
        return this.comprehension(expr);
    }
  }

  private name(name: string): Plan {
    const local = name.startsWith('.') ? undefined : this.scopes.findLast((names) => names.has(name))?.get(name);
    if (local) return pathPlan(pathFrom(local));
    const global = name.replace(/^\./, '');
    if (!this.variables.has(global)) return constantPlan(typeValue(global));
    const slot = this.globals.get(global) ?? this.newSlot();
    this.globals.set(global, slot);
    const missing = new CelError(`no such attribute(s): ${global}`);
    // What is bound to null is there.
    return pathPlan(
      pathFrom(({ slots }) => {
        const value = slots[slot];
        return value === undefined ? missing : value;
      }),
    );
  }

  private select(expr: Select): Plan {
    const name = this.checked.names.get(expr.id);
    if (name !== undefined) return this.name(name);
    return this.step(this.plan(expr.operand), () => expr.field, false, expr.testOnly);
  }

  private step(operand: Plan, key: Evaluate, optional: boolean, presence = false): Plan {
    const path = operand.path ?? pathFrom(operand.run);
    const longer = path.step({ key, optional, presence });
    // Whether something is there costs the steps only.
    return presence ? { run: longer.resolve } : pathPlan(longer);
  }

  private call(expr: Call): Plan {
    const [first, second, third] = expr.args;
    switch (expr.target === undefined ? expr.name : undefined) {
      case '_?_:_':
        if (first && second && third)
          return pathPlan(choice(this.plan(first).run, this.plan(second), this.plan(third)));
        break;
      case '_[_]':
      case '_[?_]':
      case '_?._':
        if (first && second) return this.index(this.plan(first), this.plan(second), expr.name !== '_[_]');
        break;
    }
    return planCall(this, expr);
  }

  /** A key that is itself a path does not count as a value of its own. */
  private index(operand: Plan, key: Plan, optional: boolean): Plan {
    return this.step(operand, key.path ? key.path.resolve : key.run, optional);
  }

  private list(expr: ListLiteral): Plan {
    const elements = expr.elements.map((element) => this.plan(element));
    if (elements.every(({ constant }) => constant !== undefined) && expr.optional.size === 0) {
      return constantPlan(new ValueList(elements.map(({ constant }) => constant ?? null)));
    }
    const runs = elements.map(({ run }) => run);
    return {
      run: (frame) => {
        const items: Value[] = [];
        for (const [index, run] of runs.entries()) {
          const value = run(frame);
          const item = expr.optional.has(index) ? optionalElement(value) : value;
          if (item instanceof CelError) {
            frame.charge(LIST_COST);
            return item;
          }
          if (item !== undefined) items.push(item);
        }
        frame.charge(LIST_COST);
        return new ValueList(items);
      },
    };
  }

  private map(expr: MapLiteral): Plan {
    const entries = expr.entries.map(({ key, value, optional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      optional,
    }));
    const build = (frame: Parameters<Evaluate>[0]): Value => {
      const map = new ValueMap();
      for (const { key: keyPlan, value: valuePlan, optional } of entries) {
        const key = keyPlan.run(frame);
        if (key instanceof CelError) return key;
        const value = valuePlan.run(frame);
        const item = optional ? optionalElement(value) : value;
        if (item instanceof CelError) return item;
        if (item === undefined) map.delete(key);
        else map.set(key, item);
      }
      return map;
    };
    if (entries.every(({ key, value, optional }) => isConstant(key) && isConstant(value) && !optional)) {
      const map = new ValueMap();
      for (const { key, value } of entries) map.set(key.constant ?? null, value.constant ?? null);
      return constantPlan(map);
    }
    return { run: (frame) => charged(build(frame), frame, MAP_COST) };
  }

  private struct(expr: StructLiteral): Plan {
    const name = this.checked.names.get(expr.id) ?? expr.name;
    const fields = expr.fields.map((field) => ({ ...field, run: this.plan(field.value).run }));
    const make = this.makeObject;
    if (!make) throw new PlanFault(`unknown type: ${name}`);
    const build: Evaluate = (frame) => {
      const values = new Map<string, Value>();
      for (const { name: field, run, optional } of fields) {
        const value = run(frame);
        const item = optional ? optionalElement(value) : value;
        if (item instanceof CelError) return item;
        if (item !== undefined) values.set(field, item);
      }
      return make(name, values);
    };
    return { run: (frame) => charged(build(frame), frame, OBJECT_COST) };
  }

  private comprehension(expr: Comprehension): Plan {
    return planFold(this, expr);
  }
}

const isConstant = ({ constant }: Plan): boolean => constant !== undefined;

function charged(value: Value, frame: Parameters<Evaluate>[0], cost: number): Value {
  frame.charge(cost);
  return value;
}

function optionalElement(value: Value): Value | undefined {
  if (value instanceof CelError) return value;
  if (value instanceof CelOptional) return value.value;
  return new CelError(`cannot initialize optional list element from non-optional value ${keyText(value)}`);
}

/** The value that a literal of the text stands for. */
export function literalValue({ type, value }: Literal): Value {
  if (type === 'double') return new CelDouble(Number(value));
  if (type === 'uint' && typeof value === 'bigint') return new CelUint(value);
  return typeof value === 'bigint' ? toInt(value) : value;
}
