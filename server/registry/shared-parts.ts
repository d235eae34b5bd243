import { deepEqual, deepFreeze, type Frozen, thaw } from '../base/freeze.ts';
import { RecentMap } from '../base/recent-map.ts';
import { rememberText } from '../base/shared-text.ts';
import type { KubeObject } from '../kube/object.ts';
import { inFieldOrder } from '../schema/field-order.ts';
import type { TypeDescription } from '../schema/type-table.ts';
import type { ResourceDefinition } from './resource.ts';

/** Parts that are remembered: about as many as there are templates in use at the same time. */
const PARTS_MAX = 128;
/** After so many parts in a row that nobody had before, only some are still looked up. */
const MISSES_MAX = 64;
const LOOKED_UP_ONE_OF = 8;
/** Larger parts are kept with their objects only. */
const TEXT_CHARACTERS_MAX = 64 * 1024;

/**
 * Keeps equal parts of many objects once: the pods of a template have one spec, which is checked, put in order and
 * encoded once.
 */
export class SharedParts {
  readonly #type: TypeDescription;
  readonly #parts = new RecentMap<string, Frozen<object>>(PARTS_MAX);
  #last: Frozen<object> | undefined;
  /** As it was given. The next one shares what nobody changed with it, and is compared the quicker. */
  #lastGiven: object | undefined;
  #isSeries = false;
  /** In a row. */
  #misses = 0;

  /** @param type of the parts */
  constructor(type: TypeDescription) {
    this.#type = type;
  }

  /** The same part, with its fields in order, frozen, and shared with everybody who has an equal one. */
  share<Part extends object>(part: Part): Frozen<Part> {
    // Objects of one template come one after the other, and comparing is quicker than encoding, while it succeeds.
    if (this.#isSeries && this.#last) {
      if (deepEqual(part, this.#lastGiven)) return this.#last as Frozen<Part>;
      this.#isSeries = false;
    }
    const shared = this.#find(part);
    if (shared === this.#last) this.#isSeries = true;
    this.#last = shared;
    this.#lastGiven = part;
    return shared as Frozen<Part>;
  }

  #find(part: object): Frozen<object> {
    if (this.#misses++ > MISSES_MAX && this.#misses % LOOKED_UP_ONE_OF !== 0) {
      return deepFreeze(inFieldOrder(part, this.#type)) as Frozen<object>;
    }
    const text = JSON.stringify(part);
    const known = this.#parts.get(text);
    if (known) {
      this.#misses = 0;
      return known;
    }
    const shared = deepFreeze(inFieldOrder(part, this.#type)) as Frozen<object>;
    if (text.length > TEXT_CHARACTERS_MAX) return shared;
    this.#parts.set(text, shared);
    rememberText(shared, shared === part ? text : JSON.stringify(shared));
    return shared;
  }
}

/** Gives an object a spec of its own where others have it, too: admission and strategies change what they get. */
export function openShared(object: KubeObject, { openSpec }: Pick<ResourceDefinition, 'openSpec'>): void {
  const { spec } = object;
  if (spec && Object.isFrozen(spec)) object.spec = openSpec?.(spec as Frozen<object>) ?? thaw(spec);
}
