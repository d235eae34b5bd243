/** Paths into a schema, as selectable fields and rules name them: `.spec.color` or `['a.b']` (cel.ValidFieldPath). */
import { additionalOf } from './schema-walk.ts';
import type { JsonSchema } from './structural.ts';

/** Where a path leads. */
export interface FoundField {
  /** The path as field.Path prints it. */
  readonly text: string;
  /** Its first step. */
  readonly root: string;
  readonly schema: JsonSchema | undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
};

/** Delimiters, texts in single quotes, and what stands between. */
function* tokens(path: string): Generator<string> {
  for (let at = 0; at < path.length; ) {
    const rest = path.slice(at);
    const token = /^[.[\]]/.exec(rest)?.[0] ?? /^'(?:[^']|(?<=\\)')*'/.exec(rest)?.[0] ?? plainToken(rest);
    yield token;
    at += token.length;
  }
}

const plainToken = (rest: string): string => (rest.startsWith("'") ? rest : (/^[^.[\]]+/.exec(rest)?.[0] ?? rest));

/**
 * @param allowsArrays whether `[…]` may be used
 * @throws Error with upstream's message
 */
export function findField(path: string, schema: JsonSchema, allowsArrays = true): FoundField {
  const found = tokens(path);
  const steps: string[] = [];
  let root = '';
  let here: JsonSchema | undefined = schema;
  const next = (): string => {
    const { value, done } = found.next();
    if (done) throw new Error('unexpected end of JSON path');
    return value;
  };
  const enter = (name: string): void => {
    const isNamed = here?.properties !== undefined && Object.keys(here.properties).length > 0;
    if (!isNamed && here?.additionalProperties === undefined) throw new Error('does not refer to a valid field');
    const field: JsonSchema | undefined = isNamed
      ? Object.hasOwn(here?.properties ?? {}, name)
        ? here?.properties?.[name]
        : undefined
      : here && additionalOf(here);
    if (isNamed && !field) throw new Error('does not refer to a valid field');
    if (steps.length === 0) root = name;
    steps.push(isNamed ? (steps.length === 0 ? name : `.${name}`) : `[${name}]`);
    here = field;
  };
  for (const token of found) {
    if (token === '.') enter(next());
    else if (token === '[') {
      if (!allowsArrays) throw new Error('array notation is not allowed');
      const quoted = next();
      if (!/^'.*'$/s.test(quoted) || quoted.length < 2) {
        throw new Error(`expected single quoted string but got ${quoted}`);
      }
      enter(unescaped(quoted.slice(1, -1)));
      const end = next();
      if (end !== ']') throw new Error(`expected ] but got ${end}`);
    } else throw new Error(`expected [ or . but got: ${token}`);
  }
  return { text: steps.join(''), root, schema: here };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_match, c: string) => {
    const character = ESCAPES[c];
    if (character === undefined) throw new Error(`invalid string literal: invalid escape char ${c}`);
    return character;
  });
}
