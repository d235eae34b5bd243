import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { adminRoutes } from '../../server/admin/routes.ts';
import { adminApiText, typeOf } from '../../server/testing/generate/admin-api.ts';

test('the types of the client are those of the routes: else npm run generate', () => {
  expect(readFileSync('server/testing/admin-api.gen.ts', 'utf8')).toBe(adminApiText(adminRoutes));
});

test.each([
  [{ type: 'string', enum: ['a', "b'c"] }, "'a' | 'b\\'c'"],
  [{ type: 'string', nullable: true }, 'string | null'],
  [{ type: 'array', items: { type: 'string', enum: ['a', 'b'] } }, "readonly ('a' | 'b')[]"],
  [{ type: 'array', items: { type: 'array', items: { type: 'number' } } }, 'readonly (readonly number[])[]'],
  [{ type: 'object', additionalProperties: { type: 'boolean' } }, 'Readonly<Record<string, boolean>>'],
  [{ type: 'object', additionalProperties: true }, 'Readonly<Record<string, unknown>>'],
  [
    { type: 'object', properties: { a: { type: 'integer' }, 'b-c': {} }, required: ['a'] },
    "{\n  readonly a: number;\n  readonly 'b-c'?: unknown;\n}",
  ],
  [{ oneOf: [{ type: 'string' }, { type: 'number' }] }, 'string | number'],
])('the type of %j', (schema, type) => {
  expect(typeOf(schema)).toBe(type);
});

test('words of schemas that are not known are told', () => {
  expect(() => typeOf({ type: 'null' })).toThrow('cannot tell of {"type":"null"}');
});
