/** YAML as Kubernetes reads it: sigs.k8s.io/yaml, which makes JSON of it first. */
import { type Document, isPair, isScalar, Lexer, LineCounter, parseAllDocuments, parseDocument, visit } from 'yaml';
import { setOwn } from '../base/freeze.ts';
import { integerNotImplemented } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import { losesDigits } from '../schema/json-text.ts';
import { goYamlMessage } from './yaml-errors.ts';
import { goTags, goTagsV3 } from './yaml-scalars.ts';

const OPTIONS = { version: '1.1', customTags: goTags, uniqueKeys: false, merge: true, prettyErrors: false } as const;

/** What go-yaml's reader lets through. */
const CONTROL = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** How the library tells that it could not go deeper. */
const STACK = /call stack/;

/** Which version of go-yaml reads a text: 2 is sigs.k8s.io/yaml's, 3 kustomize's. */
export type GoYaml = 2 | 3;

/** All documents of a text, with what is needed to tell where something stands. */
export function parseYamlDocuments(text: string, version: GoYaml = 2): { documents: Document[]; lines: LineCounter } {
  const lines = new LineCounter();
  const customTags = version === 3 ? goTagsV3 : goTags;
  const documents = parseAllDocuments(text, { ...OPTIONS, customTags, lineCounter: lines });
  // A text without any document is an object of its own to the library.
  return { documents: Array.isArray(documents) ? documents : [], lines };
}

/**
 * The JSON value of one YAML document.
 *
 * @throws Error with go-yaml's message
 * @example
 * parseYaml('a: [yes, 0o17, 1e3]') // { a: [true, 15, 1000] }
 */
export function parseYaml(text: string): unknown {
  const unified = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  if (CONTROL.test(unified)) throw new Error('yaml: control characters are not allowed');
  checkDepth(unified);
  const document = parseDocument(unified, OPTIONS);
  const [error] = document.errors.filter(({ code }) => code !== 'MULTIPLE_DOCS');
  if (error) throw new Error(STACK.test(error.message) ? TOO_DEEP : goYamlMessage(error, unified));
  return yamlValue(document);
}

const TOO_DEEP = `yaml: exceeded max depth of ${LIMITS.yamlDepth}`;

/**
 * Values that nest without end are found before the parser spends its time and the stack on them. What nests by
 * indentation needs so many blanks that it cannot get far.
 */
function checkDepth(text: string): void {
  let flow = 0;
  let indicators = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') flow++;
    else if (lexeme === ']' || lexeme === '}') flow--;
    else if (lexeme === '-' || lexeme === '?') indicators++;
    else if (lexeme === '\n') indicators = 0;
    if (flow + indicators > LIMITS.yamlDepth) throw new Error(TOO_DEEP);
  }
}

/** Keys that come twice in one map of a text that can be parsed, with the lines of the later ones. */
export function repeatedKeys(text: string): { readonly line: number; readonly key: string }[] {
  const lines = new LineCounter();
  const found: { line: number; key: string }[] = [];
  visit(parseDocument(text, { ...OPTIONS, lineCounter: lines }), {
    Map(_key, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const value = isScalar(key) ? key.value : key;
        if (seen.has(value) && isScalar(key))
          found.push({ line: lines.linePos(key.range?.[0] ?? 0).line, key: String(value) });
        seen.add(value);
      }
    },
  });
  return found;
}

/** The JSON value of a document without errors. @throws Error with go-yaml's message */
export function yamlValue(document: Document): unknown {
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== '1.1') {
    throw new Error('yaml: found incompatible YAML document');
  }
  checkNodes(document);
  return jsonValue(javaScriptValue(document));
}

function javaScriptValue(document: Document): unknown {
  try {
    return document.toJS({ mapAsMap: true, maxAliasCount: LIMITS.yamlAliases });
  } catch (error) {
    if (error instanceof ReferenceError) throw new Error('yaml: document contains excessive aliasing');
    throw error;
  }
}

const TYPED = /^tag:yaml\.org,2002:(null|bool|int|float)$/;

/** Aliases that lead nowhere or into themselves, and texts that are not what their tag says. */
function checkNodes(document: Document): void {
  visit(document, {
    Alias(_key, alias, path) {
      const target = alias.resolve(document);
      if (!target) throw new Error(`yaml: unknown anchor '${alias.source}' referenced`);
      if (path.includes(target)) throw new Error(`yaml: anchor '${alias.source}' value contains itself`);
    },
    Scalar(_key, { tag, value, source }, path) {
      if (typeof value === 'number' && losesDigits(source?.replaceAll(/[+_]/g, '') ?? '') && !isOfSchema(path))
        throw integerNotImplemented(source ?? '');
      const type = TYPED.exec(tag ?? '')?.[1];
      if (type === undefined || typeof value !== 'string') return;
      throw new Error(`yaml: cannot decode !!str \`${source ?? value}\` as a !!${type}`);
    },
  });
}

/** See `integerBeyondFloat`. */
const isOfSchema = (path: readonly unknown[]): boolean =>
  path.some((step) => isPair(step) && isScalar(step.key) && step.key.value === 'openAPIV3Schema');

function jsonValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(jsonValue);
  if (value instanceof Map || value instanceof Set) {
    const object: Record<string, unknown> = {};
    for (const [key, inner] of value.entries())
      setOwn(object, jsonKey(key, inner), jsonValue(value instanceof Set ? null : inner));
    return object;
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new Error(`json: unsupported value: ${goFloat(value)}`);
  return value;
}

const goFloat = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf');

/** Keys of JSON are texts; sigs.k8s.io/yaml prints those that are not. */
function jsonKey(key: unknown, value: unknown): string {
  if (typeof key === 'object' && key !== null) throw new Error(`yaml: invalid map key: ${goSyntax(key)}`);
  if (key === null) throw new Error(`unsupported map key of type: %!s(<nil>), key: <nil>, value: ${goSyntax(value)}`);
  if (typeof key !== 'number' || Number.isFinite(key)) return String(key as string | number | boolean);
  return Number.isNaN(key) ? '.nan' : key > 0 ? '.inf' : '-.inf';
}

/** How fmt's %#v prints a value. */
function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (!(value instanceof Map))
    return typeof value === 'string' ? JSON.stringify(value) : String(value as number | boolean);
  const entries = [...value].map(([key, inner]) => `${goSyntax(key)}:${goSyntax(inner)}`);
  return `map[interface {}]interface {}{${entries.join(', ')}}`;
}
