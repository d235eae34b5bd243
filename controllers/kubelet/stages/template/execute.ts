/** Renders a Go template (text/template). */
import type { Node, Operand, Pipeline, Template } from './parser.ts';
import { fieldOf, isMap, isTrue, printed, type Value } from './values.ts';

export type TemplateFunction = (...values: Value[]) => Value;
export type Functions = Readonly<Record<string, TemplateFunction>>;

/** What `break` and `continue` do to the range around them. */
type Jump = 'break' | 'continue' | undefined;

/** These stop at the first value that decides. */
const LAZY: Readonly<Record<string, (value: Value) => boolean>> = { and: (value) => !isTrue(value), or: isTrue };

class Scope {
  readonly #values = new Map<string, Value>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  get(name: string): Value {
    if (this.#values.has(name)) return this.#values.get(name);
    if (!this.#outer) throw new Error(`undefined variable ${JSON.stringify(name)}`);
    return this.#outer.get(name);
  }

  declare(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  assign(name: string, value: Value): void {
    if (this.#values.has(name)) this.#values.set(name, value);
    else if (this.#outer) this.#outer.assign(name, value);
    else throw new Error(`undefined variable ${JSON.stringify(name)}`);
  }
}

class Execution {
  readonly #template: Template;
  readonly #functions: Functions;
  out = '';

  constructor(template: Template, functions: Functions) {
    this.#template = template;
    this.#functions = functions;
  }

  list(nodes: readonly Node[], dot: Value, scope: Scope): Jump {
    for (const node of nodes) {
      const jump = this.#node(node, dot, scope);
      if (jump) return jump;
    }
    return undefined;
  }

  #node(node: Node, dot: Value, scope: Scope): Jump {
    switch (node.kind) {
      case 'text':
        this.out += node.text;
        return undefined;
      case 'print': {
        const value = this.#pipeline(node.pipeline, dot, scope);
        if (node.pipeline.variables.length === 0) this.out += printed(value);
        return undefined;
      }
      case 'if':
      case 'with': {
        const inside = new Scope(scope);
        const value = this.#pipeline(node.pipeline, dot, inside);
        if (!isTrue(value)) return this.list(node.otherwise, dot, inside);
        return this.list(node.body, node.kind === 'with' ? value : dot, inside);
      }
      case 'range':
        return this.#range(node, dot, scope);
      case 'template': {
        const nodes = this.#template.defined.get(node.name);
        if (!nodes) throw new Error(`template ${JSON.stringify(node.name)} not defined`);
        const value = node.pipeline ? this.#pipeline(node.pipeline, dot, scope) : undefined;
        this.list(nodes, value, rootScope(value));
        return undefined;
      }
      default:
        return node.kind;
    }
  }

  #range(node: Extract<Node, { kind: 'if' | 'with' | 'range' }>, dot: Value, scope: Scope): Jump {
    const { variables } = node.pipeline;
    const value = this.#pipeline({ ...node.pipeline, variables: [] }, dot, scope);
    const entries = entriesOf(value);
    if (entries.length === 0) return this.list(node.otherwise, dot, new Scope(scope));
    for (const [key, item] of entries) {
      const inside = new Scope(scope);
      const [first, second] = variables;
      if (first !== undefined) inside.declare(first, second === undefined ? item : key);
      if (second !== undefined) inside.declare(second, item);
      if (this.list(node.body, item, inside) === 'break') break;
    }
    return undefined;
  }

  #pipeline({ variables, isAssignment, commands }: Pipeline, dot: Value, scope: Scope): Value {
    let value: Value;
    for (const [i, command] of commands.entries()) value = this.#command(command, dot, scope, i === 0 ? [] : [value]);
    for (const name of variables) {
      if (isAssignment) scope.assign(name, value);
      else scope.declare(name, value);
    }
    return value;
  }

  #command([first, ...rest]: readonly Operand[], dot: Value, scope: Scope, final: readonly Value[]): Value {
    if (!first) throw new Error('missing value for command');
    if (first.kind !== 'function') {
      if (rest.length > 0 || final.length > 0) throw new Error("can't give argument to non-function");
      return this.#operand(first, dot, scope);
    }
    const decides = Object.hasOwn(LAZY, first.name) ? LAZY[first.name] : undefined;
    if (decides) {
      let value: Value;
      for (const operand of rest) {
        value = this.#operand(operand, dot, scope);
        if (decides(value)) return value;
      }
      return final.length > 0 ? final[0] : value;
    }
    return this.#call(first.name, [...rest.map((operand) => this.#operand(operand, dot, scope)), ...final]);
  }

  #operand(operand: Operand, dot: Value, scope: Scope): Value {
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'dot':
        return operand.path.reduce(fieldOf, dot);
      case 'variable':
        return operand.path.reduce(fieldOf, scope.get(operand.name));
      case 'pipeline':
        return operand.path.reduce(fieldOf, this.#pipeline(operand.pipeline, dot, scope));
      default:
        return this.#call(operand.name, []);
    }
  }

  #call(name: string, values: readonly Value[]): Value {
    const call = this.#functions[name];
    if (!call) throw new Error(`function ${JSON.stringify(name)} not defined`);
    try {
      return call(...values);
    } catch (error) {
      throw new Error(`error calling ${name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}

/** @throws Error for what cannot be gone through */
function entriesOf(value: Value): [Value, Value][] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'number') return Array.from({ length: value }, (_, i) => [i, i]);
  if (Array.isArray(value)) return value.map((item: Value, i) => [i, item]);
  if (isMap(value)) {
    return Object.keys(value)
      .sort()
      .map((key) => [key, value[key]]);
  }
  throw new Error(`range can't iterate over ${printed(value)}`);
}

function rootScope(value: Value): Scope {
  const scope = new Scope();
  scope.declare('$', value);
  return scope;
}

/** @throws Error with what went wrong */
export function renderTemplate(template: Template, data: Value, functions: Functions): string {
  const execution = new Execution(template, functions);
  execution.list(template.nodes, data, rootScope(data));
  return execution.out;
}
