import { SystemError } from '../../../machine/errno.ts';
import { BadUsage } from '../options.ts';
import { type AwkArray, sizeOf, toNumber, toText, type Value } from './values.ts';

/** What a name stands for. One that nobody has used may become either. */
export interface Cell {
  value: Value;
  array?: AwkArray;
  /** The caller's, for what was handed to a function before anybody knew what it is. */
  readonly origin?: Cell;
}

const INITIAL: Readonly<Record<string, Value>> = {
  CONVFMT: '%.6g',
  FS: ' ',
  OFMT: '%.6g',
  OFS: ' ',
  ORS: '\n',
  RS: '\n',
  SUBSEP: '\x1c',
  NR: 0,
  FNR: 0,
  RSTART: 0,
  RLENGTH: -1,
};

const ENTRY_COST = 64;

/** The variables of a program: its own ones, and those of the functions that run. */
export class Variables {
  readonly #globals = new Map<string, Cell>();
  readonly #bytesMax: number;
  readonly #fieldCount: () => number;
  #locals: ReadonlyMap<string, Cell> | undefined;
  #bytes = 0;

  /** @param bytesMax how much all of them may hold together */
  constructor(bytesMax: number, fieldCount: () => number) {
    this.#bytesMax = bytesMax;
    this.#fieldCount = fieldCount;
    for (const [name, value] of Object.entries(INITIAL)) this.#globals.set(name, { value });
  }

  cell(name: string): Cell {
    const known = this.#locals?.get(name) ?? this.#globals.get(name);
    if (known) return known;
    const made: Cell = { value: undefined };
    this.#globals.set(name, made);
    return made;
  }

  get(name: string): Value {
    if (name === 'NF') return this.#fieldCount();
    const { value, array } = this.cell(name);
    if (array) throw new BadUsage('Not a scalar');
    return value;
  }

  text(name: string): string {
    return toText(this.#globals.get(name)?.value);
  }

  #charge(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#bytesMax) throw new SystemError('ENOMEM');
  }

  put(name: string, value: Value): void {
    const cell = this.cell(name);
    if (cell.array) throw new BadUsage('Not a scalar');
    this.#charge(sizeOf(value) - sizeOf(cell.value));
    cell.value = value;
  }

  add(name: string, amount: number): void {
    const cell = this.cell(name);
    cell.value = toNumber(cell.value) + amount;
  }

  array(name: string): AwkArray {
    return arrayOf(this.cell(name));
  }

  /** Looking at an element makes it. */
  element(name: string, key: string): Value {
    const array = this.array(name);
    if (!array.has(key)) {
      this.#charge(key.length + ENTRY_COST);
      array.set(key, undefined);
    }
    return array.get(key);
  }

  putElement(name: string, key: string, value: Value): void {
    this.putIn(this.array(name), key, value);
  }

  putIn(array: AwkArray, key: string, value: Value): void {
    const isNew = !array.has(key);
    this.#charge(sizeOf(value) - sizeOf(array.get(key)) + (isNew ? key.length + ENTRY_COST : 0));
    array.set(key, value);
  }

  remove(array: AwkArray, key: string): void {
    if (array.has(key)) this.#bytes -= sizeOf(array.get(key)) + key.length + ENTRY_COST;
    array.delete(key);
  }

  clear(array: AwkArray): void {
    for (const key of array.keys()) this.remove(array, key);
  }

  /** Runs a function with variables of its own. */
  async within<T>(locals: ReadonlyMap<string, Cell>, run: () => Promise<T>): Promise<T> {
    const before = this.#locals;
    for (const { value } of locals.values()) this.#charge(sizeOf(value) + ENTRY_COST);
    this.#locals = locals;
    try {
      return await run();
    } finally {
      this.#locals = before;
      for (const { value, origin, array } of locals.values()) {
        this.#bytes -= sizeOf(value) + ENTRY_COST;
        if (array && !origin) this.clear(array);
      }
    }
  }
}

function arrayOf(cell: Cell): AwkArray {
  if (cell.array) return cell.array;
  if (cell.value !== undefined) throw new BadUsage('Not an array');
  const array = cell.origin ? arrayOf(cell.origin) : new Map<string, Value>();
  cell.array = array;
  return array;
}
