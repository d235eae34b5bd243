import { expect, test } from 'vitest';
import { customServer, GIZMOS, gizmo, gizmos } from '../support/custom-server.ts';

const open = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
const HUGE = [
  '1e400',
  '-1.5E+0400',
  `1${'0'.repeat(400)}`,
  `1${'0'.repeat(290)}e99`,
  `1${'0'.repeat(290)}.${'3'.repeat(9)}e99`,
];
const bodyWith = (spec: string, kind = '"kind":"Gizmo",'): string =>
  `{"apiVersion":"example.com/v1",${kind}"metadata":{"name":"b"},"spec":${spec}}`;
const refusal = (number: string, where = 'value'): string =>
  `json: cannot unmarshal number ${number} into Go ${where} of type float64`;

test.each(HUGE)('a body with %s is refused, as Go reads it', async (number) => {
  await using server = await customServer(gizmos({ schema: open }));
  const { status, body } = await server.ask('POST', GIZMOS, bodyWith(`{"a":["\\"1e400",1.5e30,${number}]}`));
  const why = `Gizmo in version "v1" cannot be handled as a Gizmo: ${refusal(number)}`;
  expect([status, body.message]).toEqual([400, why]);
});

test('a body of no kind is refused for its number first', async () => {
  await using server = await customServer(gizmos({ schema: open }));
  const text = bodyWith('{"a":1e400}', '');
  const { status, body } = await server.ask('POST', GIZMOS, text);
  const why = `the object provided is unrecognized (must be of type Gizmo): ${refusal('1e400')}`;
  expect([status, body.message]).toEqual([400, `${why} (${text.slice(0, 30)} ...)`]);
});

test('a replacement is refused, and texts and numbers that fit are kept', async () => {
  await using server = await customServer(gizmos({ schema: open }));
  const spec = { a: '1e400', b: 1.7e308, c: '9'.repeat(300), d1e999: [1e-7] };
  const { status, body } = await server.ask('POST', GIZMOS, JSON.stringify(gizmo('b', spec)));
  expect([status, body.spec]).toEqual([201, spec]);
  expect((await server.ask('PUT', `${GIZMOS}/b`, bodyWith('{"a":1e400}'))).status).toBe(400);
  expect((await server.ask('GET', `${GIZMOS}/b`)).body.spec).toEqual(spec);
});

test.each([
  ['merge-patch', '{"spec":{"a":1e400}}', refusal('1e400')],
  [
    'json-patch',
    '[{"op":"add","path":"/spec/a","value":{"b":1e400}}]',
    refusal('1e400', 'struct field jsonPatchOp.value'),
  ],
])('a %s is refused', async (type, patch, why) => {
  await using server = await customServer(gizmos({ schema: open }));
  await server.ask('POST', GIZMOS, gizmo('a', { a: 1 }));
  const headers = { 'content-type': `application/${type}+json` };
  const { status, body } = await server.ask('PATCH', `${GIZMOS}/a`, patch, headers);
  expect([status, body.message]).toEqual([400, `error decoding patch: ${why}`]);
  expect((await server.ask('PATCH', `${GIZMOS}/none`, patch, headers)).status).toBe(404);
  expect((await server.ask('GET', `${GIZMOS}/a`)).body.spec).toEqual({ a: 1 });
});
