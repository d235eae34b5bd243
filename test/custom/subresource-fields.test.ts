import { expect, test } from 'vitest';
import { customServer, GIZMOS, gizmo, gizmos } from '../support/custom-server.ts';

const open = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
const scale = { specReplicasPath: '.spec.size.now', statusReplicasPath: '.status.ready' };

test.each([
  ['text', '.spec.size.now accessor error: text is of the type string, expected map[string]interface{}'],
  [['a', 1], '.spec.size.now accessor error: [a 1] is of the type []interface {}, expected map[string]interface{}'],
  [{ now: {} }, '.spec.size.now accessor error: map[] is of the type map[string]interface {}, expected int64'],
  [
    { now: { b: [1], a: null } },
    '.spec.size.now accessor error: map[a:<nil> b:[1]] is of the type map[string]interface {}, expected int64',
  ],
  [{ now: 1.5 }, '.spec.size.now accessor error: 1.5 is of the type float64, expected int64'],
])('a size of %j is refused as no number of replicas', async (size, problem) => {
  await using server = await customServer(gizmos({ schema: open, subresources: { scale } }));
  const { status, body } = await server.ask('POST', GIZMOS, gizmo('a', { size }));
  expect([status, body.message]).toEqual([
    422,
    `Gizmo.example.com "a" is invalid: .spec.size.now: Invalid value: 0: ${problem}`,
  ]);
});

test.each(['', '?dryRun=All'])('the defaults of status are in the answer to a creation%s', async (query) => {
  const status = { type: 'object', default: { phase: 'Pending' }, properties: { phase: { type: 'string' } } };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' }, status } } };
  await using server = await customServer(gizmos({ schema, subresources: { status: {} } }));
  const given = gizmo('a', {}, { status: { phase: 'Done' } });
  expect((await server.ask('POST', `${GIZMOS}${query}`, given)).body.status).toEqual({ phase: 'Pending' });
});
