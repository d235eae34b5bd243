import { deepEqual, deepFreeze, type Frozen } from '../base/freeze.ts';
import { rememberText } from '../base/shared-text.ts';
import { inFieldOrder } from '../schema/field-order.ts';
import type { TypeDescription } from '../schema/type-table.ts';

/** Parts that are remembered: about as many as there are templates in a busy cluster. */
const PARTS_MAX = 1024;
/** Larger parts are kept with their objects only. */
const TEXT_CHARACTERS_MAX = 64 * 1024;

/**
 * Keeps equal parts of many objects once: the pods of a template have one spec, which is checked, put in order and
 * encoded once.
 */
export class SharedParts {
  readonly #type: TypeDescription;
  readonly #parts = new Map<string, Frozen<object>>();
  #last: Frozen<object> | undefined;

  /** @param type of the parts */
  constructor(type: TypeDescription) {
    this.#type = type;
  }

  /** The same part, with its fields in order, frozen, and shared with everybody who has an equal one. */
  share<Part extends object>(part: Part): Frozen<Part> {
    // Objects of one template come one after the other, and comparing is quicker than encoding.
    if (this.#last && deepEqual(part, this.#last)) return this.#last as Frozen<Part>;
    const shared = this.#find(part);
    this.#last = shared as Frozen<object>;
    return shared;
  }

  #find<Part extends object>(part: Part): Frozen<Part> {
    const text = JSON.stringify(part);
    const known = this.#parts.get(text);
    if (known) return known as Frozen<Part>;
    const shared = deepFreeze(inFieldOrder(part, this.#type));
    if (text.length > TEXT_CHARACTERS_MAX) return shared;
    if (this.#parts.size >= PARTS_MAX) this.#parts.clear();
    this.#parts.set(text, shared as Frozen<object>);
    rememberText(shared, shared === part ? text : JSON.stringify(shared));
    return shared;
  }
}
