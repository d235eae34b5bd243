import { expect, test } from 'vitest';
import { customServer, DEFINITIONS, GIZMOS, gizmo, gizmos } from '../support/custom-server.ts';

interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

test('objects of a definition are served as soon as its create is answered', async () => {
  await using server = await customServer();
  expect((await server.ask('GET', GIZMOS)).status).toBe(404);
  await server.ask('POST', DEFINITIONS, gizmos());
  const { status, body } = await server.ask('POST', GIZMOS, gizmo('a', { size: 1 }));
  expect(status).toBe(201);
  expect(body.spec).toEqual({ color: 'red', size: 1 });
  expect((await server.ask('GET', `${GIZMOS}/a`)).body).toEqual(body);
});

test('keys are in order at every level, as Go prints maps', async () => {
  await using server = await customServer(gizmos());
  const { body } = await server.ask('POST', GIZMOS, gizmo('a', { size: 1, color: 'blue' }));
  expect(Object.keys(body)).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
  const keys = Object.keys(body.metadata as object);
  expect(keys).toEqual([...keys].sort());
  const list = await server.ask('GET', GIZMOS);
  expect(list.body).toEqual({
    apiVersion: 'example.com/v1',
    items: [body],
    kind: 'GizmoList',
    metadata: { continue: '', resourceVersion: expect.any(String) },
  });
});

test('fields that the schema does not know are dropped, told or refused', async () => {
  await using server = await customServer(gizmos());
  const text =
    '{"apiVersion":"example.com/v1","kind":"Gizmo","metadata":{"name":"a","x":1},"spec":{"size":1,"size":2,"y":3}}';
  const told = ['duplicate field "spec.size"', 'unknown field "metadata.x"', 'unknown field "spec.y"'];
  expect((await server.ask('POST', `${GIZMOS}?dryRun=All&fieldValidation=Ignore`, text)).warnings).toEqual([]);
  expect((await server.ask('POST', `${GIZMOS}?dryRun=All`, text)).warnings).toEqual(told);
  const { status, body } = await server.ask('POST', `${GIZMOS}?fieldValidation=Strict`, text);
  expect([status, body.message]).toEqual([
    400,
    `Gizmo in version "v1" cannot be handled as a Gizmo: strict decoding error: ${told.join(', ')}`,
  ]);
});

test('tables have the columns of the version', async () => {
  const columns = [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
    { name: 'Born', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Nothing', type: 'string', jsonPath: '.spec.nothing' },
  ];
  await using server = await customServer(gizmos({ additionalPrinterColumns: columns }));
  await server.ask('POST', GIZMOS, gizmo('a', { size: 3 }));
  const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
  const { body } = await server.ask<Table>('GET', GIZMOS, undefined, accept);
  expect(body.columnDefinitions.map(({ name, priority }) => [name, priority])).toEqual([
    ['Name', 0],
    ['Size', 0],
    ['Color', 1],
    ['Born', 0],
    ['Nothing', 0],
  ]);
  expect(body.rows[0]?.cells).toEqual(['a', 3, 'red', expect.stringMatching(/^\d+s$/), null]);
});

test('patches are JSON patches, merge patches or configurations', async () => {
  await using server = await customServer(gizmos());
  await server.ask('POST', GIZMOS, gizmo('a', { size: 3 }));
  const patch = (type: string, body: unknown) =>
    server.ask('PATCH', `${GIZMOS}/a?fieldManager=me${type === 'apply-patch+yaml' ? '&force=true' : ''}`, body, {
      'content-type': `application/${type}`,
    });
  const sizes = [
    await patch('json-patch+json', [{ op: 'replace', path: '/spec/size', value: 4 }]),
    await patch('merge-patch+json', { spec: { size: 5 } }),
    await patch('apply-patch+yaml', gizmo('a', { size: 6 })),
  ].map(({ body }) => (body.spec as { size: number }).size);
  expect(sizes).toEqual([4, 5, 6]);
  const { status, body } = await patch('strategic-merge-patch+json', { spec: { size: 7 } });
  expect(status).toBe(415);
  expect(body.message).toContain('application/json-patch+json, application/merge-patch+json, application/apply-patch');
});

test('the status is written on its own, and does not count as a generation', async () => {
  await using server = await customServer(gizmos({ subresources: { status: {} } }));
  const merge = { 'content-type': 'application/merge-patch+json' };
  const created = await server.ask('POST', GIZMOS, gizmo('a', { size: 1 }, { status: { ready: 1 } }));
  expect(created.body.status).toBeUndefined();
  const change = { spec: { size: 9 }, status: { ready: 2 }, metadata: { labels: { a: 'b' } } };
  const { body } = await server.ask('PATCH', `${GIZMOS}/a/status`, change, merge);
  expect([body.spec, body.status]).toEqual([{ color: 'red', size: 1 }, { ready: 2 }]);
  expect(body.metadata).toMatchObject({ generation: 1 });
  expect(body.metadata).not.toHaveProperty('labels');
  const next = await server.ask('PATCH', `${GIZMOS}/a`, change, merge);
  expect(next.body.metadata).toMatchObject({ generation: 2, labels: { a: 'b' } });
});

test('the scale is that of the paths that the definition names', async () => {
  const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.ready' };
  await using server = await customServer(gizmos({ subresources: { scale } }));
  await server.ask('POST', GIZMOS, gizmo('a', { size: 1 }, { status: { ready: 4 } }));
  await server.ask('POST', GIZMOS, gizmo('b', {}));
  const merge = { 'content-type': 'application/merge-patch+json' };
  const { body } = await server.ask('PATCH', `${GIZMOS}/a/scale`, { spec: { replicas: 3 } }, merge);
  expect([body.kind, body.spec, body.status]).toEqual(['Scale', { replicas: 3 }, { replicas: 4 }]);
  expect((await server.ask('GET', `${GIZMOS}/a`)).body.spec).toMatchObject({ size: 3 });
  const none = await server.ask('GET', `${GIZMOS}/b/scale`);
  expect([none.status, none.body.message]).toEqual([
    500,
    'Internal error occurred: the spec replicas field ".spec.size" does not exist',
  ]);
});

test('objects can be selected by the fields that the version names, and by no others', async () => {
  await using server = await customServer(gizmos({ selectableFields: [{ jsonPath: '.spec.size' }] }));
  await server.ask('POST', GIZMOS, gizmo('a', { size: 1 }));
  await server.ask('POST', GIZMOS, gizmo('b', { size: 2 }));
  const { body } = await server.ask<{ items: { metadata: { name: string } }[] }>(
    'GET',
    `${GIZMOS}?fieldSelector=spec.size%3D2`,
  );
  expect(body.items.map(({ metadata }) => metadata.name)).toEqual(['b']);
  const other = await server.ask('GET', `${GIZMOS}?fieldSelector=spec.color%3Dred`);
  expect([other.status, other.body.message]).toEqual([400, 'field label not supported: spec.color']);
});

test('another schema holds at once, also for what was stored before', async () => {
  await using server = await customServer(gizmos());
  await server.ask('POST', GIZMOS, gizmo('a', { size: 1 }));
  const definition = await server.ask('GET', `${DEFINITIONS}/gizmos.example.com`);
  const properties = { spec: { type: 'object', properties: { weight: { type: 'integer', default: 7 } } } };
  const changed = gizmos({ schema: { openAPIV3Schema: { type: 'object', properties } } });
  const put = { ...definition.body, spec: changed.spec };
  expect((await server.ask('PUT', `${DEFINITIONS}/gizmos.example.com`, put)).status).toBe(200);
  expect((await server.ask('GET', `${GIZMOS}/a`)).body.spec).toEqual({ weight: 7 });
});
