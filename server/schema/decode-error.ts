import type { ValueType } from './type-table.ts';

/** A value that its type cannot hold; the message is encoding/json's. */
export class DecodeError extends Error {
  #path = '';
  #struct = '';
  readonly #text: string;
  readonly #go: string | undefined;
  /** The number that does not fit: what was parsed does not tell how it was written. */
  readonly number: number | undefined;

  /** `go` is the type that the value does not fit; without it `text` is the whole message. */
  constructor(text: string, go?: string, number?: number) {
    super(text);
    this.number = number;
    this.name = 'DecodeError';
    this.#text = text;
    this.#go = go;
  }

  /** The message of a type that reads itself, which does not know where it stands. */
  get bare(): string {
    return this.#go === undefined
      ? this.message
      : `json: cannot unmarshal ${this.#text} into Go value of type ${this.#go}`;
  }

  /** Called from the inside out: the innermost struct gives its name, every field its part of the path. */
  within(struct: string, name: string): void {
    if (this.#struct === '') this.#struct = struct;
    this.#path = this.#path === '' ? name : `${name}.${this.#path}`;
    if (this.#go === undefined) return;
    const field = `${this.#struct}.${this.#path}`;
    this.message = `json: cannot unmarshal ${this.#text} into Go struct field ${field} of type ${this.#go}`;
  }
}

/** What encoding/json calls the kind of a parsed value. */
export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

/** The error of a value of the wrong kind. */
export const misfit = (value: unknown, type: ValueType): DecodeError => new DecodeError(jsonKind(value), type.go);
