import { SystemError } from '../../../machine/errno.ts';
import type { OpenFile } from '../../../machine/open-file.ts';
import type { Process } from '../../../machine/process.ts';
import type { Regex } from '../../regex.ts';

/** Where a record ends: at a character, where a regular expression matches, or, when it is empty, at empty lines. */
export type Separator = string | Regex;

/** Reads records of a file one after the other. */
export class RecordReader {
  readonly #process: Process;
  readonly #file: OpenFile;
  readonly #beforeWaiting: () => Promise<void>;
  #text = '';
  #at = 0;
  #isOver = false;

  /** @param beforeWaiting called before it reads on: whoever waits for input has said what it had to say */
  constructor(process: Process, file: OpenFile, beforeWaiting: () => Promise<void>) {
    this.#process = process;
    this.#file = file;
    this.#beforeWaiting = beforeWaiting;
  }

  close(): void {
    this.#file.release();
  }

  async next(separator: Separator): Promise<string | undefined> {
    for (;;) {
      if (separator === '') await this.#skipEmptyLines();
      const found = this.#end(separator);
      if (found) {
        const record = this.#text.slice(this.#at, found.start);
        this.#at = found.end;
        return record;
      }
      if (this.#isOver) return this.#last(separator);
      await this.#read();
    }
  }

  #last(separator: Separator): string | undefined {
    if (this.#at >= this.#text.length) return undefined;
    const record = this.#text.slice(this.#at);
    this.#at = this.#text.length;
    return separator === '' || typeof separator !== 'string' ? record.replace(/\n$/, '') : record;
  }

  async #skipEmptyLines(): Promise<void> {
    for (;;) {
      while (this.#text[this.#at] === '\n') this.#at++;
      if (this.#at < this.#text.length || this.#isOver) return;
      await this.#read();
    }
  }

  #end(separator: Separator): { readonly start: number; readonly end: number } | undefined {
    if (separator === '') {
      const start = this.#text.indexOf('\n\n', this.#at);
      return start < 0 ? undefined : { start, end: start + 2 };
    }
    if (typeof separator === 'string') {
      const start = this.#text.indexOf(separator, this.#at);
      return start < 0 ? undefined : { start, end: start + 1 };
    }
    const match = separator.find(this.#text, this.#at);
    // What matches up to the end of what is known could match more.
    if (!match || match.end === match.start || (match.end === this.#text.length && !this.#isOver)) return undefined;
    return match;
  }

  async #read(): Promise<void> {
    await this.#beforeWaiting();
    const data = await this.#process.readFrom(this.#file);
    const rest = this.#text.slice(this.#at);
    this.#at = 0;
    this.#text = data ? rest + data.toString('latin1') : rest;
    if (!data) this.#isOver = true;
    if (this.#text.length > this.#process.machine.limits.textLength) throw new SystemError('ENOMEM');
  }
}
