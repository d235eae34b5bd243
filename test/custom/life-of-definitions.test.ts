import { expect, test } from 'vitest';
import { customServer, DEFINITIONS, GIZMOS, gizmo, gizmos } from '../support/custom-server.ts';

interface Definition {
  readonly metadata: {
    readonly finalizers?: readonly string[];
    readonly managedFields: readonly { manager: string }[];
  };
  readonly status: {
    readonly acceptedNames: object;
    readonly storedVersions: readonly string[];
    readonly conditions: readonly { type: string; status: string; reason: string; message: string }[] | null;
  };
}

const PATH = `${DEFINITIONS}/gizmos.example.com`;

const told = ({ status }: Definition): string[][] =>
  (status.conditions ?? []).map(({ type, status: value, reason, message }) => [type, value, reason, message]);

test('names are accepted and the definition established before its create is answered', async () => {
  await using server = await customServer();
  const { body } = await server.ask<Definition>('POST', DEFINITIONS, gizmos());
  expect(body.status).toEqual({ conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] });
  const stored = (await server.ask<Definition>('GET', PATH)).body;
  expect(told(stored)).toEqual([
    ['NamesAccepted', 'True', 'NoConflicts', 'no conflicts found'],
    ['Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted'],
  ]);
  expect(stored.metadata.managedFields.map(({ manager }) => manager).sort()).toEqual(['kube-apiserver', 'test']);
});

test('names that are taken are told, and free again when their owner goes', async () => {
  const others = { plural: 'widgets', kind: 'Gizmo', shortNames: ['gz', 'wd'] };
  const widgets = { ...gizmos({}, { names: others }), metadata: { name: 'widgets.example.com' } };
  await using server = await customServer(gizmos(), widgets);
  const path = `${DEFINITIONS}/widgets.example.com`;
  const refused = (await server.ask<Definition>('GET', path)).body;
  expect(told(refused)).toEqual([
    ['NamesAccepted', 'False', 'ListKindConflict', '"GizmoList" is already in use'],
    ['Established', 'False', 'NotAccepted', 'not all names are accepted'],
  ]);
  expect((await server.ask('GET', '/apis/example.com/v1/widgets')).status).toBe(404);
  await server.ask('DELETE', PATH);
  await server.started.settle();
  expect(told((await server.ask<Definition>('GET', path)).body).map(([, value]) => value)).toEqual(['True', 'True']);
  expect((await server.ask('GET', '/apis/example.com/v1/widgets')).status).toBe(200);
});

test('objects go with their definition, which waits for their finalizers', async () => {
  await using server = await customServer(gizmos());
  await server.ask('POST', GIZMOS, gizmo('free', {}));
  const held = { ...gizmo('held', {}), metadata: { name: 'held', finalizers: ['example.com/hold'] } };
  await server.ask('POST', GIZMOS, held);
  const { body } = await server.ask<Definition>('DELETE', PATH);
  expect(body.metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
  expect(told(body).at(-1)?.slice(0, 3)).toEqual(['Terminating', 'True', 'InstanceDeletionPending']);
  await server.started.settle();
  expect(told((await server.ask<Definition>('GET', PATH)).body).at(-1)?.[2]).toBe('InstanceDeletionInProgress');
  const refused = await server.ask('POST', GIZMOS, gizmo('late', {}));
  expect([refused.status, refused.body.message]).toEqual([
    403,
    'gizmos.example.com "late" is forbidden: create not allowed while custom resource definition is terminating',
  ]);
  const merge = { 'content-type': 'application/merge-patch+json' };
  await server.ask('PATCH', `${GIZMOS}/held`, { metadata: { finalizers: null } }, merge);
  await server.started.settle();
  expect((await server.ask('GET', PATH)).status).toBe(404);
  expect((await server.ask('GET', '/apis/example.com')).status).toBe(404);
});

test('versions differ in their names, and each has its own schema', async () => {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const sized = {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
    },
  };
  const versions = [
    { name: 'v1beta1', served: true, storage: false, deprecated: true, schema },
    { name: 'v1', served: true, storage: true, schema: sized },
  ];
  await using server = await customServer(gizmos({}, { versions }));
  const beta = GIZMOS.replace('/v1/', '/v1beta1/');
  const object = { ...gizmo('a', { size: 1, other: 2 }), apiVersion: 'example.com/v1beta1' };
  const { body, warnings } = await server.ask('POST', beta, object);
  expect(body.apiVersion).toBe('example.com/v1beta1');
  expect(warnings).toEqual(['example.com/v1beta1 Gizmo is deprecated; use example.com/v1 Gizmo']);
  expect((await server.ask('GET', `${GIZMOS}/a`)).body).toMatchObject({
    apiVersion: 'example.com/v1',
    spec: { size: 1 },
  });
  const { versions: listed } = (await server.ask<{ versions: { version: string }[] }>('GET', '/apis/example.com')).body;
  expect(listed.map(({ version }) => version)).toEqual(['v1', 'v1beta1']);
  const unserve = [{ op: 'replace', path: '/spec/versions/0/served', value: false }];
  await server.ask('PATCH', PATH, unserve, { 'content-type': 'application/json-patch+json' });
  expect((await server.ask('GET', beta)).status).toBe(404);
});

test('discovery, OpenAPI and APIServices follow each write', async () => {
  await using server = await customServer(gizmos({ subresources: { status: {} } }));
  const list = await server.ask<{ resources: { name: string; storageVersionHash?: string }[] }>(
    'GET',
    '/apis/example.com/v1',
  );
  expect(list.body.resources.map(({ name }) => name)).toEqual(['gizmos', 'gizmos/status']);
  const index = async (): Promise<Record<string, { serverRelativeURL: string }>> => {
    const { body } = await server.ask<string | { paths: Record<string, { serverRelativeURL: string }> }>(
      'GET',
      '/openapi/v3',
    );
    return typeof body === 'string' ? {} : body.paths;
  };
  const before = (await index())['apis/example.com/v1']?.serverRelativeURL ?? '';
  const document = await server.ask<{ components: { schemas: object } }>('GET', before);
  expect(document.body.components.schemas).toHaveProperty(['com.example.v1.Gizmo']);
  const swagger = await server.ask<{ definitions: object; paths: object }>('GET', '/openapi/v2');
  expect(swagger.body.definitions).toHaveProperty(['com.example.v1.GizmoList']);
  const service = await server.ask('GET', '/apis/apiregistration.k8s.io/v1/apiservices/v1.example.com');
  expect(service.body.spec).toEqual({
    group: 'example.com',
    version: 'v1',
    groupPriorityMinimum: 1000,
    versionPriority: 100,
  });
  const schema = [{ op: 'add', path: '/spec/versions/0/schema/openAPIV3Schema/description', value: 'a gizmo' }];
  await server.ask('PATCH', PATH, schema, { 'content-type': 'application/json-patch+json' });
  expect((await index())['apis/example.com/v1']?.serverRelativeURL).not.toBe(before);
  await server.ask('DELETE', PATH);
  await server.started.settle();
  expect(await index()).not.toHaveProperty(['apis/example.com/v1']);
  expect((await server.ask('GET', '/apis/apiregistration.k8s.io/v1/apiservices/v1.example.com')).status).toBe(404);
});
