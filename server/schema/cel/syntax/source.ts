import { codePointLength } from '../values/strings.ts';

/** The text of an expression, and where in it something stands. */

/** A problem of an expression: where it stands and what it is. */
export interface CelIssue {
  /** From 1; -1 when the problem has no place. */
  readonly line: number;
  /** In code points, from 0; -1 when the problem has no place. */
  readonly column: number;
  readonly message: string;
}

/** The place of a problem that concerns the whole expression. */
export const NOWHERE = -1;

const MAX_ISSUES = 100;
const MAX_SNIPPET = 16384;

/** The text of an expression, with the problems found in it so far. */
export class Source {
  readonly text: string;
  private readonly found: CelIssue[] = [];
  private count = 0;
  private lineStarts: readonly number[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Notes a problem at an offset (in UTF-16 units) of the text. */
  report(offset: number, message: string): void {
    this.count += 1;
    if (this.count <= MAX_ISSUES) this.found.push({ ...this.locate(offset), message });
  }

  get failed(): boolean {
    return this.count > 0;
  }

  /** All problems, as cel-go orders them. */
  issues(): readonly CelIssue[] {
    return this.found.toSorted((one, other) => one.line - other.line || one.column - other.column);
  }

  /** What cel-go prints for all problems: the place, the message, the line and a caret below it. */
  display(): string {
    const texts = this.issues().map((issue) => this.displayOne(issue));
    if (this.count > MAX_ISSUES) texts.push(`${this.count - MAX_ISSUES} more errors were truncated`);
    return texts.join('\n');
  }

  private displayOne({ line, column, message }: CelIssue): string {
    const head = `ERROR: <input>:${line}:${column + 1}: ${message}`;
    const snippet = this.snippet(line);
    return snippet === undefined ? head : `${head}\n | ${snippet}\n | ${caretLine(snippet, column)}`;
  }

  private snippet(line: number): string | undefined {
    const start = this.starts()[line - 1];
    if (start === undefined || this.text === '') return undefined;
    const end = this.text.indexOf('\n', start);
    const text = this.text.slice(start, end < 0 ? undefined : end);
    return Buffer.byteLength(text) > MAX_SNIPPET ? undefined : text.replaceAll('\t', ' ');
  }

  private locate(offset: number): { line: number; column: number } {
    if (offset === NOWHERE) return { line: -1, column: -1 };
    if (this.text === '') return { line: 1, column: -1 };
    const starts = this.starts();
    let line = starts.length;
    while (line > 1 && (starts[line - 1] ?? 0) > offset) line -= 1;
    return { line, column: codePointLength(this.text.slice(starts[line - 1], offset)) };
  }

  private starts(): readonly number[] {
    this.lineStarts ??= [0, ...Array.from(this.text.matchAll(/\n/g), ({ index }) => index + 1)];
    return this.lineStarts;
  }
}

function caretLine(snippet: string, column: number): string {
  const characters = Array.from(snippet);
  const wide = (character: string | undefined): boolean => character !== undefined && character > '\x7f';
  const dots = characters.slice(0, Math.max(column, 0)).map((character) => (wide(character) ? '\uff0e' : '.'));
  return dots.join('') + (wide(characters[column]) ? '\uff3e' : '^');
}
