import { expect, test } from 'vitest';
import { embeddedMetadataRules as metadataRules } from '../../server/resources/shared/embedded-metadata-rules.ts';
import { definitionSchemaProblems } from '../../server/schema/custom/definition-schema.ts';
import { compilePattern, PatternError } from '../../server/schema/custom/pattern.ts';
import { compileStructural, type JsonSchema } from '../../server/schema/custom/structural-schema.ts';

const PATH = 'spec.validation.openAPIV3Schema';
const problemsOf = (schema: JsonSchema): unknown[] =>
  definitionSchemaProblems(schema, PATH, { metadataRules, hasStatus: false });

/** What a body may nest is bounded elsewhere: two levels of JSON make one level of schema. */
const DEPTH = 480;

/** Runs something that must not take long; the bound is far above what it needs, and far below what a bomb would. */
function quickly<T>(run: () => T): T {
  const start = process.cpuUsage();
  const result = run();
  const { user } = process.cpuUsage(start);
  expect(user / 1e6).toBeLessThan(5);
  return result;
}

function nested(depth: number, wrap: (inner: JsonSchema) => JsonSchema): JsonSchema {
  let schema: JsonSchema = { type: 'string' };
  for (let i = 0; i < depth; i++) schema = wrap(schema);
  return schema;
}

test('a schema as deep as a body may be is checked and compiled', () => {
  const deep = nested(DEPTH, (inner) => ({ type: 'object', properties: { a: inner }, default: {} }));
  const schema = { type: 'object', properties: { spec: deep } };
  quickly(() => {
    expect(problemsOf(schema)).toEqual([]);
    const compiled = compileStructural(schema, { metadataRules });
    const filled = compiled.applyDefaults({});
    expect(JSON.stringify(filled).match(/"a"/g)).toHaveLength(DEPTH - 1);
    expect(compiled.problems(filled)).toEqual([]);
  });
});

test('junctors as deep as a body may be are checked and compiled', () => {
  const deep = nested(DEPTH, (inner) => ({ anyOf: [{ type: 'integer' }, { not: inner }] }));
  const schema = { type: 'object', properties: { a: { type: 'string', ...deep } } };
  quickly(() => {
    expect(problemsOf(schema).length).toBeGreaterThan(0);
    expect(() => compileStructural(schema, { metadataRules }).problems({ a: 'x' })).not.toThrow();
  });
});

test('a value of a huge enum is looked up, not looked for', () => {
  const allowed = Array.from({ length: 100_000 }, (_, i) => `value-${i}`);
  const schema = { type: 'object', properties: { l: { type: 'array', items: { type: 'string', enum: allowed } } } };
  quickly(() => {
    expect(problemsOf(schema)).toEqual([]);
    expect(compileStructural(schema, { metadataRules }).problems({ l: allowed })).toEqual([]);
  });
});

test('of a million wrong items only the first ten thousand are reported', () => {
  const schema = { type: 'object', properties: { l: { type: 'array', items: { type: 'string' } } } };
  const compiled = compileStructural(schema, { metadataRules });
  const found = quickly(() => compiled.problems({ l: Array.from({ length: 1_000_000 }, () => 1) }));
  expect(found).toHaveLength(10_000);
});

test('a list map of a hundred thousand items is compared with the old one by its keys', () => {
  const item = {
    type: 'object',
    required: ['k'],
    properties: { k: { type: 'string' }, v: { type: 'string', maxLength: 1 } },
  };
  const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] };
  const schema = { type: 'object', properties: { l: { type: 'array', ...keyed, items: item } } };
  const listOf = (v: string): object[] => Array.from({ length: 100_000 }, (_, i) => ({ k: `k${i}`, v }));
  const compiled = compileStructural(schema, { metadataRules });
  quickly(() => {
    const old = { l: listOf('long') };
    expect(compiled.problems({ l: [...listOf('long'), { k: 'new', v: 'x' }] }, old)).toEqual([]);
    expect(compiled.problems({ l: [{ k: 'k1', v: 'longer' }] }, old)).toHaveLength(1);
  });
});

test.each(['(a{1000}){1000}', '((a{100}){100}){100}', 'a{1,100000}', `${'('.repeat(2)}a{500}){3}`])(
  'the pattern %s, which would need too much, is refused',
  (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(PatternError);
  },
);
