import { isUnchanged, oldField, oldItems, UNCORRELATED } from '../correlation.ts';
import type { Structural } from '../structural.ts';

/** A value and what it was before. */
interface Pair {
  readonly structural: Structural;
  readonly old: unknown;
  readonly value: unknown;
}

/**
 * Where a walk through a changed object stands, as far as it can be compared with the old one: problems of what did
 * not change are not held against the change (ratchetingOptions).
 */
export class Ratchet {
  /** Without an old object, and where nothing can be compared. */
  static readonly NONE = new Ratchet(undefined, undefined);
  readonly #current: Pair | undefined;
  /** The nearest one above that could be compared. */
  readonly #parent: Pair | undefined;

  private constructor(current: Pair | undefined, parent: Pair | undefined) {
    this.#current = current;
    this.#parent = parent;
  }

  static root(structural: Structural, old: unknown, value: unknown): Ratchet {
    return new Ratchet({ structural, old, value }, undefined);
  }

  /** Whether a problem found here is only told. */
  get holds(): boolean {
    const pair = this.#current ?? this.#parent;
    return pair !== undefined && isUnchanged(pair.structural, pair.old, pair.value);
  }

  /** For what stands beside the schema itself, in its `allOf`. */
  get withoutCurrent(): Ratchet {
    return new Ratchet(undefined, this.#parent);
  }

  field(name: string, structural: Structural, value: unknown): Ratchet {
    const current = this.#current;
    if (!current) return this;
    // They are those of the request in both.
    if (!this.#parent && (name === 'apiVersion' || name === 'kind')) return Ratchet.NONE;
    return this.#below(current, oldField(current.structural, current.old, name), structural, value);
  }

  item(structural: Structural, value: unknown): Ratchet {
    const current = this.#current;
    if (!current) return this;
    const find = oldItems(current.structural, current.old);
    return this.#below(current, find ? find(value) : UNCORRELATED, structural, value);
  }

  #below(parent: Pair, old: unknown, structural: Structural, value: unknown): Ratchet {
    return new Ratchet(old === UNCORRELATED ? undefined : { structural, old, value }, parent);
  }
}
