import type { Regex } from '../../regex.ts';
import { Input, toText, type Value } from './values.ts';

/** What separates fields: blanks, one character, nothing (each character is a field), or a regular expression. */
export type FieldSeparator = string | Regex;

/** The parts of a text between separators. */
export function splitText(text: string, separator: FieldSeparator, alsoLines = false): string[] {
  if (separator === ' ') return text.split(/[ \t\n]+/).filter((field) => field !== '');
  if (text === '') return [];
  if (separator === '') return text.split('');
  const pieces = alsoLines ? text.split('\n') : [text];
  return pieces.flatMap((piece) => {
    if (typeof separator === 'string') return piece.split(separator);
    const parts: string[] = [];
    let from = 0;
    for (let at = 0; at < piece.length; ) {
      const match = separator.find(piece, at);
      if (!match || match.start >= piece.length) break;
      if (match.end === match.start) at = match.end + 1;
      else {
        parts.push(piece.slice(from, match.start));
        from = match.end;
        at = from;
      }
    }
    parts.push(piece.slice(from));
    return parts;
  });
}

/** The record that is worked on, and its fields. Neither is made before somebody wants it. */
export class RecordFields {
  #text: Value = '';
  #fields: Value[] | undefined = [];
  #isTextOld = false;
  readonly #split: (text: string) => string[];
  readonly #join: (fields: readonly Value[]) => string;

  constructor(split: (text: string) => string[], join: (fields: readonly Value[]) => string) {
    this.#split = split;
    this.#join = join;
  }

  set record(value: Value) {
    this.#text = value;
    this.#fields = undefined;
    this.#isTextOld = false;
  }

  get record(): Value {
    if (this.#isTextOld) {
      this.#text = this.#join(this.#all());
      this.#isTextOld = false;
    }
    return this.#text;
  }

  #all(): Value[] {
    this.#fields ??= this.#split(toText(this.#text)).map((field) => new Input(field));
    return this.#fields;
  }

  get count(): number {
    return this.#all().length;
  }

  /** Fields are added, empty ones, or taken away. */
  set count(count: number) {
    const fields = this.#all();
    while (fields.length < count) fields.push('');
    fields.length = count;
    this.#isTextOld = true;
  }

  get(index: number): Value {
    return index === 0 ? this.record : this.#all()[index - 1];
  }

  set(index: number, value: Value): void {
    if (index === 0) {
      this.record = value;
      return;
    }
    if (index > this.count) this.count = index;
    this.#all()[index - 1] = value;
    this.#isTextOld = true;
  }
}
