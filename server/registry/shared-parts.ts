import { deepEqual, deepFreeze, type Frozen, thaw } from '../base/freeze.ts';
import { RecentMap } from '../base/recent-map.ts';
import { rememberedText, rememberText } from '../base/shared-text.ts';
import type { KubeObject } from '../kube/object.ts';
import { type Order, orderOf } from '../schema/field-order.ts';
import type { ValueType } from '../schema/type-table.ts';
import type { ResourceDefinition } from './resource.ts';

/** Parts that are remembered: about as many as there are templates in use at the same time. */
const PARTS_MAX = 128;
/** After so many parts in a row that nobody had before, only some are still looked up. */
const MISSES_MAX = 64;
const LOOKED_UP_ONE_OF = 8;
/** Larger parts are kept with their objects only. */
const TEXT_CHARACTERS_MAX = 64 * 1024;
const INNER_CHARACTERS_MAX = 16 * 1024;
/** How far parts are taken apart: to the ports of a container, which is one of a list in a spec. */
const DEPTH_MAX = 3;

/**
 * Keeps equal parts of many objects once: the pods of a template have one spec, which is checked, put in order and
 * encoded once. Specs that differ, in the node of their pod or in the name of a volume, share what is in them.
 */
export class SharedParts {
  readonly #type: ValueType;
  readonly #order: Order | undefined;
  readonly #depth: number;
  readonly #parts = new RecentMap<string, Frozen<object>>(PARTS_MAX);
  /** What is in the parts, by field; of a list, all items are under one name. */
  readonly #inner = new Map<string, SharedParts>();
  #last: Frozen<object> | undefined;
  /** As it was given. The next one shares what nobody changed with it, and is compared the quicker. */
  #lastGiven: object | undefined;
  #isSeries = false;
  /** In a row. */
  #misses = 0;

  /** @param type of the parts */
  constructor(type: ValueType, depth = 0) {
    this.#type = type;
    this.#order = orderOf(type);
    this.#depth = depth;
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
    if (this.#misses++ > MISSES_MAX && this.#misses % LOOKED_UP_ONE_OF !== 0) return this.#apart(part);
    const text = JSON.stringify(part);
    const known = this.#parts.get(text);
    if (known) {
      this.#misses = 0;
      // That of a part which only one object has would be kept for nobody.
      if (rememberedText(known) === undefined) rememberText(known, JSON.stringify(known));
      return known;
    }
    const shared = this.#apart(part);
    if (text.length <= (this.#depth === 0 ? TEXT_CHARACTERS_MAX : INNER_CHARACTERS_MAX)) this.#parts.set(text, shared);
    return shared;
  }

  /** A part that nobody else has, as far as that is known: what is in it may be shared all the same. */
  #apart(part: object): Frozen<object> {
    const ordered = (this.#order?.(part) ?? part) as Record<string, unknown>;
    if (this.#depth < DEPTH_MAX && !Object.isFrozen(ordered)) {
      for (const name of Object.keys(ordered)) {
        const value = ordered[name];
        // What is frozen is shared already.
        if (typeof value !== 'object' || value === null || Object.isFrozen(value)) continue;
        const inner = this.#innerOf(name);
        if (inner) ordered[name] = inner.share(value);
      }
    }
    return deepFreeze(ordered) as Frozen<object>;
  }

  #innerOf(name: string): SharedParts | undefined {
    const isList = this.#type.kind === 'list';
    const known = this.#inner.get(isList ? '' : name);
    if (known) return known;
    const type = isList ? this.#type.of : this.#structField(name);
    if (!type) return undefined;
    const inner = new SharedParts(type, this.#depth + 1);
    this.#inner.set(isList ? '' : name, inner);
    return inner;
  }

  /** Maps are not taken apart: their keys are without number. */
  #structField(name: string): ValueType | undefined {
    return this.#type.kind === 'struct' ? this.#type.struct?.byName.get(name)?.type : undefined;
  }
}

/** Gives an object a spec of its own where others have it, too: admission and strategies change what they get. */
export function openShared(object: KubeObject, { openSpec }: Pick<ResourceDefinition, 'openSpec'>): void {
  const { spec } = object;
  if (spec) object.spec = openSpec?.(spec as Frozen<object>) ?? thaw(spec);
}
