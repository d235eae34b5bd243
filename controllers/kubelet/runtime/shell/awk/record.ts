import { SystemError } from '../../machine/errno.ts';
import { MACHINE_LIMITS } from '../../machine/limits.ts';
import { fromOutside, joined, type Value } from './values.ts';

/** Cuts a text into fields. */
export type Split = (text: string) => Promise<readonly string[]>;

/** More than this nobody means. */
const FIELDS_MAX = 100_000;

const lengthOf = (value: Value): number => (typeof value === 'string' ? value.length : 0);

/** The record that a program looks at, and its fields, which are found when somebody asks for one. */
export class AwkRecord {
  readonly #split: () => Split;
  readonly #separator: () => string;
  #text = '';
  #fields: Value[] | undefined = [];
  #isStale = false;
  /** Of the texts that were put into fields since the record came. */
  #added = 0;

  /**
   * @param split by the separator as it is now
   * @param separator of fields that are put together (OFS)
   */
  constructor(split: () => Split, separator: () => string) {
    this.#split = split;
    this.#separator = separator;
  }

  set(text: string): void {
    this.#text = text;
    this.#fields = undefined;
    this.#isStale = false;
    this.#added = 0;
  }

  /** The whole of it, put together anew after a field has changed. */
  text(textOf: (value: Value) => string): string {
    if (this.#isStale) {
      this.#text = joined((this.#fields ?? []).map(textOf), this.#separator());
      this.#isStale = false;
    }
    return this.#text;
  }

  async fields(): Promise<Value[]> {
    this.#fields ??= (await this.#split()(this.#text)).map(fromOutside);
    return this.#fields;
  }

  async setField(index: number, value: Value): Promise<void> {
    const fields = await this.fields();
    if (index > FIELDS_MAX) throw new SystemError('ENOMEM');
    this.#added += lengthOf(value) - lengthOf(fields[index - 1]);
    if (this.#added > MACHINE_LIMITS.textLength) throw new SystemError('ENOMEM');
    while (fields.length < index) fields.push('');
    fields[index - 1] = value;
    this.#isStale = true;
  }

  async setCount(count: number): Promise<void> {
    const fields = await this.fields();
    if (count > FIELDS_MAX) throw new SystemError('ENOMEM');
    while (fields.length < count) fields.push('');
    fields.length = Math.max(0, count);
    this.#isStale = true;
  }
}
