import { CelList, CelMap, typeName, type Value } from '../values/value.ts';
import {
  at,
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  NULL,
  opaqueType,
  parameter,
  STRING,
  structType,
  TIMESTAMP,
  TYPE,
  UINT,
} from './cel-type.ts';

/** What a function does, given values of its declared types. */
export type Implementation = (...args: never[]) => Value;

/** One way to call a function. */
export interface Overload {
  /** As cel-go calls it; the cost of a call depends on it. */
  readonly id: string;
  /** Whether it is called `target.f(…)`; the target is the first parameter then. */
  readonly member: boolean;
  readonly parameters: readonly CelType[];
  readonly result: CelType;
  /** The names of the type parameters in it. */
  readonly free: readonly string[];
  readonly implementation: Implementation;
}

/** The functions of an environment, by name. */
export type FunctionTable = ReadonlyMap<string, readonly Overload[]>;

/**
 * A library: by function, by signature, what is done. A signature reads `id(string, list(A)): map(string, A)`, with
 * a dot in front when the first parameter is the target of a member call; single capitals are type parameters.
 */
export type Library = Readonly<Record<string, Readonly<Record<string, Implementation>>>>;

/** Joins libraries into the functions of an environment. */
export function functionTable(libraries: readonly Library[]): FunctionTable {
  const table = new Map<string, Overload[]>();
  for (const library of libraries) {
    for (const [name, signatures] of Object.entries(library)) {
      const overloads = table.get(name) ?? [];
      for (const [signature, implementation] of Object.entries(signatures)) {
        overloads.push({ ...parseSignature(signature), implementation });
      }
      table.set(name, overloads);
    }
  }
  return table;
}

function parseSignature(text: string): Omit<Overload, 'implementation'> {
  const open = text.indexOf('(');
  const reader = new SignatureReader(text.slice(open + 1));
  const parameters = reader.list();
  reader.skip(':');
  const result = reader.type();
  const member = text.startsWith('.');
  return { id: text.slice(member ? 1 : 0, open), member, parameters, result, free: [...reader.free] };
}

const NAMED: Readonly<Record<string, CelType>> = {
  dyn: DYN,
  null: NULL,
  bool: BOOL,
  int: INT,
  uint: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  duration: DURATION,
  timestamp: TIMESTAMP,
  type: TYPE,
};

class SignatureReader {
  readonly free = new Set<string>();
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  skip(symbol: string): void {
    while (this.text[this.at] === ' ') this.at += 1;
    if (this.text[this.at] !== symbol) throw new Error(`a signature lacks '${symbol}': ${this.text}`);
    this.at += 1;
    while (this.text[this.at] === ' ') this.at += 1;
  }

  /** Types up to a closing parenthesis. */
  list(): CelType[] {
    const types: CelType[] = [];
    while (this.text[this.at] !== ')') {
      types.push(this.type());
      if (this.text[this.at] === ',') this.skip(',');
    }
    this.at += 1;
    return types;
  }

  type(): CelType {
    const name = /^[\w.]+/.exec(this.text.slice(this.at))?.[0] ?? '';
    this.at += name.length;
    const parameters = this.text[this.at] === '(' ? this.inner() : [];
    if (/^[A-Z]$/.test(name)) {
      this.free.add(name);
      return parameter(name);
    }
    if (name === 'list' || name === 'map' || (name === 'type' && parameters.length > 0))
      return { kind: name, name, parameters };
    if (name === 'optional_type') return { kind: 'opaque', name, parameters };
    const named = NAMED[name];
    if (named) return named;
    return name.startsWith('net.') ? opaqueType(name) : structType(name);
  }

  private inner(): CelType[] {
    this.at += 1;
    return this.list();
  }
}

/** Whether a value is what a parameter of a function wants at run time; of elements the first one tells. */
export function accepts(type: CelType, value: Value): boolean {
  if (type.kind === 'dyn' || type.kind === 'parameter') return true;
  if (type.kind === 'list' && value instanceof CelList) {
    return value.size === 0 || accepts(at(type.parameters, 0), value.at(0));
  }
  if (type.kind === 'map' && value instanceof CelMap) {
    const [key] = value.keys();
    if (key === undefined) return true;
    return accepts(at(type.parameters, 0), key) && accepts(at(type.parameters, 1), value.find(key) ?? null);
  }
  return typeName(value) === type.name || (type.kind === 'struct' && value instanceof CelMap);
}
