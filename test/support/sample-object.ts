import { seededRandom } from '../../server/base/random.ts';
import type { TypeDescription, ValueType } from '../../server/schema/type-table.ts';

const DEPTH_MAX = 9;

/** Values that fit a type, filled in at random: some fields, lists and maps of some length. */
class Sampler {
  readonly #random: ReturnType<typeof seededRandom>;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  #upTo(count: number): number {
    return Math.floor(this.#random.fraction() * count);
  }

  struct(type: TypeDescription, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const { name, type: of } of type.fields) {
      if (name === 'managedFields' || this.#random.fraction() < 0.4) continue;
      const value = this.#value(of, depth + 1);
      if (value !== undefined) object[name] = value;
    }
    return object;
  }

  #value(type: ValueType, depth: number): unknown {
    const items = depth > DEPTH_MAX ? 0 : this.#upTo(4);
    switch (type.kind) {
      case 'struct':
        return depth > DEPTH_MAX ? undefined : this.struct(type.struct as TypeDescription, depth);
      case 'list':
        return Array.from({ length: items }, () => this.#value(type.of as ValueType, depth + 1)).filter(isThere);
      case 'map': {
        const entries = Array.from({ length: items }, () => [
          this.#text(),
          this.#value(type.of as ValueType, depth + 1),
        ]);
        return Object.fromEntries(entries.filter(([, value]) => isThere(value)));
      }
      case 'int32':
      case 'int64':
      case 'double':
        return this.#upTo(5);
      case 'boolean':
        return this.#random.fraction() < 0.5;
      case 'string':
        return this.#text();
      case 'quantity':
        return `${1 + this.#upTo(9)}Mi`;
      case 'time':
      case 'micro-time':
        return undefined;
      default:
        return undefined;
    }
  }

  #text(): string {
    return ['a', 'b', 'app.kubernetes.io/name', 'quote"d', 'Ünicode', '__proto__x'][this.#upTo(6)] ?? 'a';
  }
}

const isThere = (value: unknown): boolean => value !== undefined;

/** A random object of a type; the same one for the same seed. */
export function sampleObject(type: TypeDescription, seed: number): Record<string, unknown> {
  return new Sampler(seed).struct(type, 0);
}
