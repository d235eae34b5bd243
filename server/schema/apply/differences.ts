import type { TypeDescription } from '../type-table.ts';
import { compareObjects } from './compare.ts';
import { type FieldsV1, outside } from './fields-v1.ts';
import type { ToVersion, Versioned } from './prune.ts';

/** How managers that speak other versions see an object. */
export interface Versions {
  /** Converts to a version in which a manager wrote; undefined where it is not served any more. */
  readonly toVersion: ToVersion;
  /** Fields that nobody can own by a write to this resource or subresource, for each version. */
  readonly resetOf: (apiVersion: string) => FieldsV1 | undefined;
}

interface Compared extends Versions {
  /** The version of the values that are compared, and their type. */
  readonly apiVersion: string;
  readonly type: TypeDescription;
}

export interface Changes {
  readonly changed: FieldsV1 | undefined;
  readonly removed: FieldsV1 | undefined;
}

/** A set without the fields that a write cannot set. */
export const without = (set: FieldsV1 | undefined, reset: FieldsV1 | undefined): FieldsV1 | undefined =>
  set && reset ? outside(set, reset) : set;

/** What changes between two values, as somebody sees it who speaks another version. */
export class Differences {
  readonly #known = new Map<string, Changes | undefined>();
  readonly #before: Versioned;
  readonly #after: Versioned;
  readonly #compared: Compared;

  constructor(before: object, after: object, compared: Compared) {
    this.#before = { value: before, type: compared.type };
    this.#after = { value: after, type: compared.type };
    this.#compared = compared;
  }

  /** Undefined for versions that are not served any more. */
  in(apiVersion: string): Changes | undefined {
    if (!this.#known.has(apiVersion)) this.#known.set(apiVersion, this.#compare(apiVersion));
    return this.#known.get(apiVersion);
  }

  #compare(apiVersion: string): Changes | undefined {
    const { toVersion, resetOf, apiVersion: own } = this.#compared;
    const before = apiVersion === own ? this.#before : toVersion(this.#before, apiVersion);
    const after = apiVersion === own ? this.#after : toVersion(this.#after, apiVersion);
    if (!before || !after) return undefined;
    if (before.value === after.value) return { changed: undefined, removed: undefined };
    const { changed, removed } = compareObjects(before.value, after.value, before.type);
    const reset = resetOf(apiVersion);
    return { changed: without(changed, reset), removed: without(removed, reset) };
  }
}
