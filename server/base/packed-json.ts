import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { deepFreeze, type Frozen } from './freeze.ts';
import { nextTurn } from './turn.ts';

/** Shorter texts are not worth the work. */
const PACKED_LENGTH_MIN = 2048;
/** Schemas repeat themselves so much that the quickest level makes a tenth of them. */
const QUICKEST = { level: 1 } as const;

/**
 * A value kept as compressed JSON, which takes a thirtieth of the memory of a tree with many names of its own, and none
 * that is searched for garbage. The tree is made when somebody asks, and goes again when nobody holds it.
 *
 * @example
 * const packed = new PackedJson({ a: { b: 1 } });
 * packed.value.a.b // 1
 */
export class PackedJson<T extends object> {
  /** The text is read several times in the turn that makes it: it is answered, and told to those who watch. */
  #text: string | undefined;
  #bytes: Buffer | undefined;
  #value: WeakRef<Frozen<T> & object> | undefined;

  constructor(value: T | Frozen<T>) {
    const text = JSON.stringify(value);
    this.#text = text;
    if (text.length >= PACKED_LENGTH_MIN) void nextTurn().then(() => this.#pack(text));
  }

  /** Handing it to another thread and back would take longer than the quickest level does. */
  #pack(text: string): void {
    this.#bytes = deflateRawSync(text, QUICKEST);
    this.#text = undefined;
  }

  get text(): string {
    return this.#text ?? inflateRawSync(this.#bytes ?? '').toString();
  }

  get value(): Frozen<T> {
    const known = this.#value?.deref();
    if (known) return known;
    const value = deepFreeze(JSON.parse(this.text) as T) as Frozen<T> & object;
    this.#value = new WeakRef(value);
    return value;
  }
}

/** A frozen copy of an object, of which one field is read from elsewhere each time that somebody asks for it. */
export function withLazyField<T extends object, Name extends keyof T>(
  object: T,
  name: Name,
  read: () => Frozen<T[Name]>,
): Frozen<T> {
  const copy = {} as T;
  for (const key of Object.keys(object) as (keyof T)[]) {
    if (key === name) Object.defineProperty(copy, key, { get: read, enumerable: true });
    else copy[key] = deepFreeze(object[key]) as T[typeof key];
  }
  return Object.freeze(copy) as Frozen<T>;
}
