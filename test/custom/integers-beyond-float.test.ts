import { expect, test } from 'vitest';
import { parseYaml } from '../../server/pipeline/yaml.ts';
import { customServer, GIZMOS, gizmo, gizmos } from '../support/custom-server.ts';

// JavaScript reads 9007199254740993 as 9007199254740992: rather than that, such an integer is not taken at all.

const open = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const told = (integer: string): string =>
  `fauxkube does not implement integers beyond 2^53, such as ${integer} yet: see docs/fidelity.md`;
const bodyWith = (spec: string): string =>
  `{"apiVersion":"example.com/v1","kind":"Gizmo","metadata":{"name":"b"},"spec":${spec}}`;

test.each([
  '9007199254740993',
  '-9007199254740993',
  '1700000000123456789',
  '1152921504606846976',
  '9223372036854775807',
])('%s is refused', async (integer) => {
  await using server = await customServer(gizmos({ schema: open }));
  const { status, body } = await server.ask('POST', GIZMOS, bodyWith(`{"a":"x","b":[1,${integer}]}`));
  expect([status, body.message]).toEqual([501, told(integer)]);
  expect((await server.ask('GET', `${GIZMOS}/b`)).status).toBe(404);
});

test('one that stays the same is kept, and so are texts, fractions and what is no int64', async () => {
  await using server = await customServer(gizmos({ schema: open }));
  const spec = '{"a":"9007199254740993","b":9007199254740992,"c":9223372036854775000,"d":0.12345678901234568}';
  const { status, body } = await server.ask('POST', GIZMOS, bodyWith(spec));
  expect([status, JSON.stringify(body.spec)]).toEqual([201, spec]);
  const beyond = bodyWith('{"e":92233720368547758079}').replace('"b"', '"c"');
  expect((await server.ask('POST', GIZMOS, beyond)).body.spec).toEqual({ e: 92233720368547760000 });
});

test.each([
  ['merge-patch', '{"spec":{"a":9007199254740993}}'],
  ['json-patch', '[{"op":"add","path":"/spec/a","value":9007199254740993}]'],
  ['apply-patch', 'apiVersion: example.com/v1\nkind: Gizmo\nspec: {a: 9007199254740993}'],
])('a %s is refused', async (type, patch) => {
  await using server = await customServer(gizmos({ schema: open }));
  await server.ask('POST', GIZMOS, gizmo('a', { a: 1 }));
  const headers = { 'content-type': `application/${type}${type === 'apply-patch' ? '+yaml' : '+json'}` };
  const { status, body } = await server.ask('PATCH', `${GIZMOS}/a?fieldManager=m`, patch, headers);
  expect([status, body.message]).toEqual([501, told('9007199254740993')]);
  expect((await server.ask('GET', `${GIZMOS}/a`)).body.spec).toEqual({ a: 1 });
});

test('bounds in a schema are float64 upstream, too', async () => {
  const bound = { type: 'integer', format: 'int64', maximum: 1 };
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: { a: bound } } } };
  await using server = await customServer();
  const text = JSON.stringify(gizmos({ schema: { openAPIV3Schema: schema } }));
  const most = '"maximum":9223372036854775807';
  expect((await server.ask('POST', DEFINITIONS, text.replace('"maximum":1', most))).status).toBe(201);
});

test('YAML says which one', () => {
  expect(() => parseYaml('a: [1, 9_007_199_254_740_993]')).toThrow(told('9_007_199_254_740_993'));
  expect(parseYaml('spec: {openAPIV3Schema: {maximum: 9223372036854775807}}')).toBeDefined();
  expect(parseYaml('a: "9007199254740993"')).toEqual({ a: '9007199254740993' });
});
