/**
 * Unknown and duplicate fields, with their paths, in the order of the text: what `fieldValidation=Strict` refuses and
 * `Warn` tells. Runs only when the decoder noticed that something is wrong.
 */
import { goQuote } from '../kube/go-quote.ts';
import { endOfString } from './json-text.ts';
import type { TypeDescription, ValueType } from './type-table.ts';

/** sigs.k8s.io/json stops collecting here. */
const MAX_PROBLEMS = 100;

class Scanner {
  /** Each counts once. */
  readonly problems = new Set<string>();
  readonly #text: string;
  /** Whether keys may not come twice in objects of no known type either. */
  readonly #everywhere: boolean;
  #at = 0;

  constructor(text: string, everywhere: boolean) {
    this.#text = text;
    this.#everywhere = everywhere;
  }

  value(type: ValueType | undefined, path: string): void {
    const c = this.#next();
    if (c === '{') this.#object(type, path);
    else if (c === '[') this.#array(type, path);
    else if (c === '"') this.#at = endOfString(this.#text, this.#at) + 1;
    else this.#skipScalar();
  }

  #next(): string {
    while (' \n\t\r'.includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at++;
    return this.#text.charAt(this.#at);
  }

  #skipScalar(): void {
    while (this.#at < this.#text.length && !',}] \n\t\r'.includes(this.#text.charAt(this.#at))) this.#at++;
  }

  #object(type: ValueType | undefined, path: string): void {
    this.#at++;
    const seen = new Set<string>();
    const struct = type?.kind === 'struct' ? type.struct : undefined;
    while (this.#next() === '"') {
      const end = endOfString(this.#text, this.#at);
      const key = JSON.parse(this.#text.slice(this.#at, end + 1)) as string;
      this.#at = end + 1;
      this.#next();
      this.#at++; // the colon
      const inner = path === '' ? key : `${path}.${key}`;
      const field = struct?.byName.get(key);
      if (struct && !field) this.#report(`unknown field ${goQuote(inner)}`);
      else if (seen.has(key) && (struct || type?.kind === 'map' || this.#everywhere))
        this.#report(`duplicate field ${goQuote(inner)}`);
      seen.add(key);
      this.value(struct ? field?.type : type?.kind === 'map' ? type.of : undefined, inner);
      if (this.#next() === ',') this.#at++;
    }
    this.#at++;
  }

  #array(type: ValueType | undefined, path: string): void {
    this.#at++;
    for (let index = 0; this.#next() !== ']'; index++) {
      this.value(type?.kind === 'list' ? type.of : undefined, `${path}[${index}]`);
      if (this.#next() === ',') this.#at++;
    }
    this.#at++;
  }

  #report(problem: string): void {
    if (this.problems.size < MAX_PROBLEMS) this.problems.add(problem);
  }
}

/**
 * @param text valid JSON
 * @example
 * strictProblems('{"metadata":{},"dat":{}}', configMap) // ['unknown field "dat"']
 */
export function strictProblems(text: string, type: TypeDescription): string[] {
  const scanner = new Scanner(text, false);
  scanner.value({ kind: 'struct', go: type.goName, pointer: false, struct: type }, '');
  return [...scanner.problems];
}

/** The fields that a text of no known type has twice. @param text valid JSON */
export function duplicateFields(text: string): string[] {
  const scanner = new Scanner(text, true);
  scanner.value(undefined, '');
  return [...scanner.problems];
}
