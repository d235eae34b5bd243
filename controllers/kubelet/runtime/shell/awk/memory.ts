import { SystemError } from '../../machine/errno.ts';
import { BadUsage } from '../programs/options.ts';
import type { Value } from './values.ts';

export type AwkArray = Map<string, Value>;

/** What a name stands for. What nobody has used yet becomes whatever its first use makes of it. */
export interface Cell {
  value: Value | AwkArray;
  /** The name of whoever called, which becomes an array with it. */
  readonly origin?: Cell;
}

/** What an element costs besides its texts. */
const ELEMENT_COST = 48;

const sizeOf = (value: Value | AwkArray): number =>
  typeof value === 'string' ? value.length : typeof value === 'object' && 'text' in value ? value.text.length : 0;

/** The variables of a program, and how much all of them hold. */
export class Memory {
  readonly #globals = new Map<string, Cell>();
  readonly #frames: Map<string, Cell>[] = [];
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get depth(): number {
    return this.#frames.length;
  }

  enter(frame: Map<string, Cell>): void {
    this.#frames.push(frame);
    for (const { value } of frame.values()) this.#take(sizeOf(value));
  }

  leave(): void {
    for (const { value, origin } of this.#frames.pop()?.values() ?? []) {
      if (!(value instanceof Map)) this.#bytes -= sizeOf(value);
      else if (origin?.value !== value) this.clear(value);
    }
  }

  isLocal(name: string): boolean {
    return this.#frames.at(-1)?.has(name) ?? false;
  }

  cell(name: string): Cell {
    const local = this.#frames.at(-1)?.get(name);
    if (local) return local;
    let cell = this.#globals.get(name);
    if (!cell) {
      cell = { value: undefined };
      this.#globals.set(name, cell);
    }
    return cell;
  }

  get(name: string): Value {
    const { value } = this.cell(name);
    if (value instanceof Map) throw new BadUsage('Not a scalar');
    return value;
  }

  set(name: string, value: Value): void {
    const cell = this.cell(name);
    if (cell.value instanceof Map) throw new BadUsage('Not a scalar');
    this.#take(sizeOf(value) - sizeOf(cell.value));
    cell.value = value;
  }

  array(name: string): AwkArray {
    return this.#arrayOf(this.cell(name));
  }

  #arrayOf(cell: Cell): AwkArray {
    if (cell.value instanceof Map) return cell.value;
    if (cell.value !== undefined) throw new BadUsage('Not an array');
    const array: AwkArray = cell.origin ? this.#arrayOf(cell.origin) : new Map();
    cell.value = array;
    return array;
  }

  setElement(array: AwkArray, key: string, value: Value): void {
    const isNew = !array.has(key);
    this.#take(sizeOf(value) - sizeOf(array.get(key)) + (isNew ? key.length + ELEMENT_COST : 0));
    array.set(key, value);
  }

  deleteElement(array: AwkArray, key: string): void {
    if (!array.has(key)) return;
    this.#bytes -= sizeOf(array.get(key)) + key.length + ELEMENT_COST;
    array.delete(key);
  }

  clear(array: AwkArray): void {
    for (const key of array.keys()) this.deleteElement(array, key);
  }

  #take(bytes: number): void {
    if (bytes > 0 && this.#bytes + bytes > this.#bytesMax) throw new SystemError('ENOMEM');
    this.#bytes += bytes;
  }
}
