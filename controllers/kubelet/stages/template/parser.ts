/** Makes a tree of a Go template (text/template/parse). */
import { type Piece, piecesOf, type Token } from './lexer.ts';

export type Operand =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'dot'; readonly path: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline; readonly path: readonly string[] };

export interface Pipeline {
  /** Variables that take the value; of a range also the key, which comes first. */
  readonly variables: readonly string[];
  readonly isAssignment: boolean;
  readonly commands: readonly (readonly Operand[])[];
}

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly kind: 'break' | 'continue' }
  | { readonly kind: 'template'; readonly name: string; readonly pipeline: Pipeline | undefined };

export interface Template {
  readonly nodes: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

const CONSTANTS: Readonly<Record<string, boolean | null>> = { true: true, false: false, nil: null };
const BLOCKS = ['if', 'with', 'range'] as const;

class Parser {
  readonly defined = new Map<string, readonly Node[]>();
  readonly #pieces: readonly Piece[];
  readonly #isFunction: (name: string) => boolean;
  #at = 0;
  #tokens: readonly Token[] = [];
  #next = 0;

  constructor(source: string, isFunction: (name: string) => boolean) {
    this.#pieces = piecesOf(source);
    this.#isFunction = isFunction;
  }

  /** @returns the nodes up to one of these words, and that word; its own tokens are still to be read */
  list(...ends: string[]): { nodes: Node[]; end: string } {
    const nodes: Node[] = [];
    while (this.#at < this.#pieces.length) {
      const piece = this.#pieces[this.#at++];
      if (!piece) break;
      if ('text' in piece) {
        nodes.push({ kind: 'text', text: piece.text });
        continue;
      }
      this.#tokens = piece.tokens;
      this.#next = 0;
      const word = this.#peek()?.kind === 'word' ? (this.#peek()?.text ?? '') : '';
      if (ends.includes(word)) {
        this.#next++;
        return { nodes, end: word };
      }
      const node = this.#action(word);
      if (node) nodes.push(node);
    }
    if (ends.length > 0) throw new Error('unexpected EOF');
    return { nodes, end: '' };
  }

  #action(word: string): Node | undefined {
    const block = BLOCKS.find((kind) => kind === word);
    if (block) {
      this.#next++;
      return this.#block(block);
    }
    if (word === 'break' || word === 'continue') return { kind: word };
    if (word === 'define' || word === 'block' || word === 'template') return this.#named(word);
    if (word === 'end' || word === 'else') throw new Error(`unexpected {{${word}}}`);
    return { kind: 'print', pipeline: this.#pipeline() };
  }

  #block(kind: (typeof BLOCKS)[number]): Node {
    const pipeline = this.#pipeline();
    const { nodes: body, end } = this.list('end', 'else');
    if (end === 'end') return { kind, pipeline, body, otherwise: [] };
    const word = this.#peek()?.text;
    const chained = BLOCKS.find((other) => other === word);
    if (!chained) return { kind, pipeline, body, otherwise: this.list('end').nodes };
    this.#next++;
    return { kind, pipeline, body, otherwise: [this.#block(chained)] };
  }

  #named(word: 'define' | 'block' | 'template'): Node | undefined {
    this.#next++;
    const name = this.#take().text;
    const pipeline = word !== 'define' && this.#peek() ? this.#pipeline() : undefined;
    if (word !== 'template') this.defined.set(name, this.list('end').nodes);
    return word === 'define' ? undefined : { kind: 'template', name, pipeline };
  }

  #pipeline(): Pipeline {
    const variables: string[] = [];
    let isAssignment = false;
    const start = this.#next;
    while (this.#peek()?.kind === 'variable') {
      variables.push(this.#take().text);
      const mark = this.#peek()?.text;
      if (mark !== ',' && mark !== ':=' && mark !== '=') break;
      this.#next++;
      if (mark === ',') continue;
      isAssignment = mark === '=';
      return { variables, isAssignment, commands: this.#commands() };
    }
    this.#next = start;
    return { variables: [], isAssignment, commands: this.#commands() };
  }

  #commands(): Operand[][] {
    const commands: Operand[][] = [];
    for (;;) {
      const operands: Operand[] = [];
      while (this.#peek() && !this.#isMark('|') && !this.#isMark(')')) operands.push(this.#operand());
      if (operands.length === 0) throw new Error('missing value for command');
      commands.push(operands);
      if (!this.#isMark('|')) return commands;
      this.#next++;
    }
  }

  #operand(): Operand {
    const { kind, text } = this.#take();
    if (kind === 'string') return { kind: 'literal', value: text };
    if (kind === 'number') return { kind: 'literal', value: Number(text) };
    if (kind === 'variable') return { kind: 'variable', name: text, path: this.#path() };
    if (kind === 'field') return { kind: 'dot', path: [text, ...this.#path()] };
    if (kind === 'word') {
      if (Object.hasOwn(CONSTANTS, text)) return { kind: 'literal', value: CONSTANTS[text] ?? null };
      if (!this.#isFunction(text)) throw new Error(`function ${JSON.stringify(text)} not defined`);
      return { kind: 'function', name: text };
    }
    if (text === '.') return { kind: 'dot', path: [] };
    if (text !== '(') throw new Error(`unexpected ${JSON.stringify(text)} in operand`);
    const pipeline = this.#pipeline();
    if (this.#take().text !== ')') throw new Error('unclosed left paren');
    return { kind: 'pipeline', pipeline, path: this.#path() };
  }

  #path(): string[] {
    const path: string[] = [];
    for (let token = this.#peek(); token?.kind === 'field' && !token.spaced; token = this.#peek())
      path.push(this.#take().text);
    return path;
  }

  #isMark(text: string): boolean {
    const token = this.#peek();
    return token?.kind === 'mark' && token.text === text;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(): Token {
    const token = this.#tokens[this.#next++];
    if (!token) throw new Error('unexpected end of action');
    return token;
  }
}

/** @throws Error with what is wrong, such as a function that does not exist */
export function parseTemplate(source: string, isFunction: (name: string) => boolean): Template {
  const parser = new Parser(source, isFunction);
  const { nodes } = parser.list();
  return { nodes, defined: parser.defined };
}
