/**
 * A text that has a field twice, as Go's decoder reads it: the second value is read into what the first one left.
 * Structs and maps keep what only the first has, items of lists lie over those of the first.
 */
import { getOwn, setOwn } from '../base/freeze.ts';
import { endOfString } from './json-text.ts';
import type { TypeDescription, ValueType } from './type-table.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const BLANKS = ' \n\t\r';
const ENDS_SCALAR = `,}]${BLANKS}`;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @param old what an earlier value left in the same place */
  value(type: Partial<ValueType> | undefined, old: unknown): unknown {
    const c = this.#next();
    if (c === '{') return this.#object(type, old);
    if (c === '[') return this.#array(type, old);
    const start = this.#at;
    if (c === '"') this.#at = endOfString(this.#text, start) + 1;
    else while (this.#at < this.#text.length && !ENDS_SCALAR.includes(this.#text.charAt(this.#at))) this.#at++;
    const value = JSON.parse(this.#text.slice(start, this.#at)) as unknown;
    // Only what can be nil becomes nil.
    const isKept =
      value === null && old !== undefined && !type?.pointer && type?.kind !== 'list' && type?.kind !== 'map';
    return isKept ? old : value;
  }

  #next(): string {
    while (this.#at < this.#text.length && BLANKS.includes(this.#text.charAt(this.#at))) this.#at++;
    return this.#text.charAt(this.#at);
  }

  #object(type: Partial<ValueType> | undefined, old: unknown): Fields {
    const struct = type?.kind === 'struct' ? type.struct : undefined;
    const isMap = type?.kind === 'map';
    const fields: Fields = (struct || isMap) && isFields(old) ? { ...old } : {};
    this.#at++;
    while (this.#next() === '"') {
      const end = endOfString(this.#text, this.#at);
      const key = JSON.parse(this.#text.slice(this.#at, end + 1)) as string;
      this.#at = end + 1;
      this.#next();
      this.#at++; // the colon
      const field = struct?.byName.get(key);
      setOwn(fields, key, this.value(isMap ? type.of : field?.type, field && getOwn(fields, key)));
      if (this.#next() === ',') this.#at++;
    }
    this.#at++;
    return fields;
  }

  #array(type: Partial<ValueType> | undefined, old: unknown): unknown[] {
    const before = type?.kind === 'list' && Array.isArray(old) ? (old as readonly unknown[]) : [];
    const items: unknown[] = [];
    this.#at++;
    while (this.#next() !== ']') {
      items.push(this.value(type?.of, before[items.length]));
      if (this.#next() === ',') this.#at++;
    }
    this.#at++;
    return items;
  }
}

/**
 * @param text valid JSON, of an object
 * @example
 * readRepeated('{"metadata":{"name":"a"},"metadata":{"labels":{}}}', configMap) // { metadata: { name, labels } }
 */
export function readRepeated(text: string, type: TypeDescription): unknown {
  return new Reader(text).value({ kind: 'struct', struct: type }, undefined);
}
