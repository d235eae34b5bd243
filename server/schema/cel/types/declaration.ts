import { type Read, readDyn } from '../values/json-values.ts';
import { CelMap, CelOptional, type Value } from '../values/value.ts';
import { type CelType, DYN, optionalOf } from './cel-type.ts';

/** What is known of a variable, a field or an element: its type, its size, and how JSON becomes its value. */
export interface Declaration {
  readonly type: CelType;
  /** Whether a schema tells how large the values can be. */
  readonly described: boolean;
  /** The most elements or characters that a value can have: a bound for the estimated cost. 0 for scalars. */
  readonly maxElements: number;
  /** The least bytes that a value takes in a request: what bounds the number of its siblings. */
  readonly minSerializedBytes: number;
  /** Of an object, by escaped name. */
  readonly fields?: ReadonlyMap<string, Declaration>;
  /** Of lists and maps. */
  readonly element?: Declaration;
  /** Whether elements that are named like fields (`map.name`) have the size of an element. */
  readonly sizesByName?: boolean;
  readonly key?: Declaration;
  readonly read: Read;
}

/** A field of an object; fields that are called like keywords may be called so as well as `__namespace__`. */
export function fieldOf({ fields }: Declaration, name: string): Declaration | undefined {
  return fields?.get(name) ?? fields?.get(`__${name}__`);
}

/**
 * A variable without a schema: everything about it is found out at run time.
 *
 * @param read how the value that is bound becomes a value of CEL; JSON by default
 */
export function dynamic(read: Read = readDyn): Declaration {
  return { type: DYN, described: false, maxElements: 0, minSerializedBytes: 1, read };
}

/** A variable of a type that has no fields of a schema: an authorizer, a string, a list … */
export function ofType(type: CelType, read: Read = readDyn): Declaration {
  return { type, described: false, maxElements: 0, minSerializedBytes: 1, read };
}

/** The same, when it may be missing: `oldSelf` of a rule with `optionalOldSelf`. Undefined is optional.none(). */
export function optional(declaration: Declaration): Declaration {
  const { read } = declaration;
  return {
    ...declaration,
    type: optionalOf(declaration.type),
    read: (raw) => (raw === undefined ? CelOptional.none : CelOptional.of(read(raw))),
  };
}

/** Variables that are computed when an expression first asks for them (`variables.x` of admission policies). */
export class LazyMap extends CelMap {
  private readonly compute: ReadonlyMap<string, () => Value>;
  private readonly known = new Map<string, Value>();

  constructor(compute: ReadonlyMap<string, () => Value>) {
    super();
    this.compute = compute;
  }

  get size(): number {
    return this.compute.size;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const value = this.compute.get(key)?.();
    if (value !== undefined) this.known.set(key, value);
    return value;
  }

  keys(): readonly Value[] {
    return [...this.compute.keys()];
  }
}
