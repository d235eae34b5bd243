import { at, type CelType, DYN, isDyn, isDynOrError, isOptional, parameter, sameType } from './cel-type.ts';

/** What the free types of an expression stand for, as far as it is known: by the parameter's name. */
export type Bindings = ReadonlyMap<string, CelType>;

/** Finds what the free types of one expression stand for. */
export class Unifier {
  private bindings: Map<string, CelType> = new Map();
  private fresh = 0;

  /** A type that nothing is known about yet. */
  newType(): CelType {
    const type = parameter(`_var${this.fresh}`);
    this.fresh += 1;
    return type;
  }

  /** Whether a value of the second type may stand where the first is wanted; what follows from it is kept. */
  assignable(one: CelType, other: CelType): boolean {
    return this.assignableAll([one], [other]);
  }

  assignableAll(ones: readonly CelType[], others: readonly CelType[]): boolean {
    const attempt = new Map(this.bindings);
    if (!allAssignable(attempt, ones, others)) return false;
    this.bindings = attempt;
    return true;
  }

  /** A type with everything put in that is known; unknown types become dyn on demand. */
  resolve(type: CelType, unknownIsDyn = false): CelType {
    return substitute(this.bindings, type, unknownIsDyn);
  }
}

export function substitute(bindings: Bindings, type: CelType, unknownIsDyn: boolean): CelType {
  if (type.kind === 'parameter') {
    const bound = bindings.get(type.name);
    if (bound) return substitute(bindings, bound, unknownIsDyn);
    return unknownIsDyn ? DYN : type;
  }
  if (type.parameters.length === 0) return type;
  return { ...type, parameters: type.parameters.map((inner) => substitute(bindings, inner, unknownIsDyn)) };
}

/** The one of two types that fits both. */
export function mostGeneral(one: CelType, other: CelType): CelType {
  return lessSpecific(one, other) ? one : other;
}

function lessSpecific(one: CelType, other: CelType): boolean {
  if (isDyn(one) || one.kind === 'parameter') return true;
  if (isDyn(other) || other.kind === 'parameter') return false;
  if (one.kind !== other.kind) return false;
  if (one.kind === 'type') return true;
  if (one.kind === 'opaque' || one.kind === 'list' || one.kind === 'map') {
    return (
      one.name === other.name &&
      one.parameters.length === other.parameters.length &&
      one.parameters.every((type, index) => lessSpecific(type, at(other.parameters, index)))
    );
  }
  return sameType(one, other);
}

function allAssignable(bindings: Map<string, CelType>, ones: readonly CelType[], others: readonly CelType[]): boolean {
  if (ones.length !== others.length) return false;
  return ones.every((type, index) => isAssignable(bindings, type, at(others, index)));
}

function isAssignable(bindings: Map<string, CelType>, one: CelType, other: CelType): boolean {
  if (other.kind === 'parameter') {
    const { valid, known } = substitutable(bindings, one, other);
    if (valid) return true;
    if (known) return false;
  }
  if (one.kind === 'parameter') return substitutable(bindings, other, one).valid;
  if (isDynOrError(one) || isDynOrError(other)) return true;
  if (one.kind === 'null') return nullable(other);
  if (other.kind === 'null') return nullable(one);
  switch (one.kind) {
    case 'type':
      return other.kind === 'type';
    case 'opaque':
    case 'list':
    case 'map':
      return (
        one.kind === other.kind && one.name === other.name && allAssignable(bindings, one.parameters, other.parameters)
      );
    default:
      return sameType(one, other);
  }
}

function nullable(type: CelType): boolean {
  return ['null', 'opaque', 'struct', 'duration', 'timestamp'].includes(type.kind) || isOptional(type);
}

/** Whether a free type may stand for another one, and whether it stands for something already. */
function substitutable(
  bindings: Map<string, CelType>,
  type: CelType,
  free: CelType,
): { valid: boolean; known: boolean } {
  if (sameType(type, free)) return { valid: true, known: true };
  const bound = bindings.get(free.name);
  if (bound) {
    if (sameType(type, bound)) return { valid: true, known: true };
    if (!isAssignable(bindings, type, bound)) return { valid: false, known: true };
    const general = mostGeneral(type, bound);
    if (!occurs(bindings, free, general)) bindings.set(free.name, general);
    return { valid: true, known: true };
  }
  if (occurs(bindings, free, type)) return { valid: false, known: false };
  bindings.set(free.name, type);
  return { valid: true, known: false };
}

function occurs(bindings: Bindings, free: CelType, within: CelType): boolean {
  if (sameType(free, within)) return true;
  if (within.kind === 'parameter') {
    const bound = bindings.get(within.name);
    return bound !== undefined && occurs(bindings, free, bound);
  }
  return within.parameters.some((inner) => occurs(bindings, free, inner));
}
