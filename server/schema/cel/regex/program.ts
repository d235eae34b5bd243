import type { CharacterSet } from './classes.ts';
import type { Assertion, Node } from './syntax.ts';

/** A pattern as instructions of a machine that follows all ways at once. */
export type Instruction =
  | { readonly kind: 'set'; readonly set: CharacterSet; next: number }
  | { readonly kind: 'assert'; readonly assertion: Assertion; next: number }
  /** The first way is tried before the second. */
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'match' };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
}

/** Larger patterns are refused, as upstream does, only earlier. */
const MAX_INSTRUCTIONS = 50_000;

/** @throws Error with Go's message */
export function compileProgram(node: Node): Program {
  const compiler = new Compiler();
  const end = compiler.add({ kind: 'match' });
  return { instructions: compiler.instructions, start: compiler.compile(node, end) };
}

class Compiler {
  readonly instructions: Instruction[] = [];

  add(instruction: Instruction): number {
    if (this.instructions.length >= MAX_INSTRUCTIONS) throw new Error('error parsing regexp: expression too large');
    this.instructions.push(instruction);
    return this.instructions.length - 1;
  }

  /** The instruction with which a node begins, when `next` follows it. */
  compile(node: Node, next: number): number {
    switch (node.kind) {
      case 'empty':
        return next;
      case 'set':
        return this.add({ kind: 'set', set: node.set, next });
      case 'assert':
        return this.add({ kind: 'assert', assertion: node.assertion, next });
      case 'sequence':
        return node.nodes.reduceRight((after, inner) => this.compile(inner, after), next);
      case 'choice':
        return node.nodes
          .map((inner) => this.compile(inner, next))
          .reduceRight((after, first) => this.add({ kind: 'split', first, second: after }));
      case 'repeat':
        return this.repeat(node, next);
    }
  }

  private repeat({ node, min, max, greedy }: Extract<Node, { kind: 'repeat' }>, next: number): number {
    let after = next;
    if (max === Number.POSITIVE_INFINITY) after = this.loop(node, greedy, next);
    else for (let times = min; times < max; times += 1) after = this.split(this.compile(node, after), next, greedy);
    for (let times = 0; times < min; times += 1) after = this.compile(node, after);
    return after;
  }

  private loop(node: Node, greedy: boolean, next: number): number {
    const split = this.add({ kind: 'split', first: next, second: next });
    const body = this.compile(node, split);
    const instruction = this.instructions[split];
    if (instruction?.kind === 'split') {
      if (greedy) instruction.first = body;
      else instruction.second = body;
    }
    return split;
  }

  private split(body: number, next: number, greedy: boolean): number {
    return this.add({ kind: 'split', first: greedy ? body : next, second: greedy ? next : body });
  }
}
