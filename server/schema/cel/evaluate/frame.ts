import type { Value } from '../values/value.ts';

/** One evaluation: the variables of it and what it has cost so far. */
export class Frame {
  readonly slots: (Value | undefined)[];
  cost = 0;
  private readonly limit: number;

  constructor(slots: number, limit: number) {
    this.slots = Array.from({ length: slots });
    this.limit = limit;
  }

  /** Counts the cost of a step; an evaluation that costs too much ends at once. */
  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.limit) throw new CostLimitExceeded();
  }
}

/** The evaluation was given up: nothing in the expression can catch this. */
export class CostLimitExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

/** A constant part of the expression is wrong: upstream cannot make a program of it. */
export class PlanFault extends Error {}

/** An expression as a function: everything that is known beforehand was done when it was made. */
export type Evaluate = (frame: Frame) => Value;

/** A planned expression. */
export interface Plan {
  readonly run: Evaluate;
  /** Its value, when that does not depend on anything. */
  readonly constant?: Value | undefined;
  /** How it is found, when it is a path or a choice between paths: selections join the path. */
  readonly path?: Path | undefined;
}

/** A value that is reached by steps from a start. Resolving it does not count the start itself. */
export interface Path {
  readonly resolve: Evaluate;
  /** A path with one step more. */
  readonly step: (step: Step) => Path;
  /** What it costs to have the value of the whole path. */
  readonly cost: 0 | 1;
}

/** One selection or index. */
export interface Step {
  /** The key, with the cost of finding it. */
  readonly key: Evaluate;
  /** `?.` and `[?]`: what is missing makes the result optional.none(). */
  readonly optional: boolean;
  /** The last step of has(): only whether it is there counts. */
  readonly presence: boolean;
}

export const constantPlan = (value: Value): Plan => ({ run: () => value, constant: value });

export const pathPlan = (path: Path): Plan => ({
  path,
  run: (frame) => {
    const value = path.resolve(frame);
    if (path.cost > 0) frame.charge(path.cost);
    return value;
  },
});
