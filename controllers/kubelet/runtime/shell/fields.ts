import { literalPattern } from './pattern.ts';

/** A word on its way: its text, and the same as a pattern in which everything quoted stands for itself. */
export interface Field {
  text: string;
  pattern: string;
  hasWildcards: boolean;
}

const BLANK = new Set([' ', '\t', '\n']);

/** Gathers the fields that a word becomes. */
export class Fields {
  readonly done: Field[] = [];
  readonly #splits: boolean;
  readonly #separators: string;
  readonly #lengthMax: number;
  readonly #tooLong: () => never;
  #current: Field | undefined;
  #length = 0;

  constructor(splits: boolean, separators: string, lengthMax: number, tooLong: () => never) {
    this.#splits = splits;
    this.#separators = separators;
    this.#lengthMax = lengthMax;
    this.#tooLong = tooLong;
  }

  /** Even an empty text makes a field when it is quoted. */
  addQuoted(text: string): void {
    this.#add(text, literalPattern(text));
  }

  /** A wildcard that stands in the script. */
  addWildcard(text: string): void {
    this.#add(text, text, true);
  }

  /** What an expansion gave that is not quoted: it is split, and may hold wildcards. */
  addExpanded(text: string): void {
    if (!this.#splits) {
      if (text !== '') this.#add(text, text, true);
      return;
    }
    let start = 0;
    let followsBlank = false;
    for (let at = 0; at <= text.length; at++) {
      const char = text.charAt(at);
      if (at < text.length && !this.#separators.includes(char)) continue;
      if (at > start) {
        const part = text.slice(start, at);
        this.#add(part, part, /[*?[]/.test(part));
        followsBlank = false;
      }
      start = at + 1;
      if (at === text.length) break;
      if (BLANK.has(char)) {
        if (this.#current) followsBlank = true;
        this.endField();
      } else {
        if (!this.#current && !followsBlank) this.#add('', '');
        this.endField();
        followsBlank = false;
      }
    }
  }

  /** Between the fields of `$@`. */
  endField(): void {
    if (this.#current) this.done.push(this.#current);
    this.#current = undefined;
  }

  /** Between positional parameters where nothing is split. */
  join(): void {
    if (this.#splits) this.endField();
    else this.addQuoted(' ');
  }

  finish(): readonly Field[] {
    this.endField();
    return this.done;
  }

  #add(text: string, pattern: string, hasWildcards = false): void {
    this.#length += text.length;
    if (this.#length > this.#lengthMax) this.#tooLong();
    this.#current ??= { text: '', pattern: '', hasWildcards: false };
    this.#current.text += text;
    this.#current.pattern += pattern;
    this.#current.hasWildcards ||= hasWildcards;
  }
}
