import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClientRequest } from '../../../server/kube/transport.ts';
import type { Doors, Subject } from './subject.ts';

const MAPS = 'v1/configmaps';

export function requests(doors: Doors): void {
  let subject: Subject;
  beforeAll(async () => {
    subject = await doors.open();
  });
  afterAll(() => subject[Symbol.asyncDispose]());
  const send = (request: ClientRequest): ReturnType<Subject['transport']['send']> => subject.transport.send(request);
  const at = (name: string): { namespace: string; name: string } => ({ namespace: 'default', name });
  const create = (name: string): ReturnType<typeof send> =>
    send({ verb: 'create', resource: MAPS, key: at(''), body: { metadata: { name }, data: { a: '1' } } });

  it('creates an object that does not say what it is, and answers with all of it, frozen', async () => {
    const created = await create('made');
    expect(created).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default' } });
    expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(created.metadata.managedFields?.[0]).toMatchObject({ manager: 'fauxkube', operation: 'Update' });
    expect(Object.isFrozen(created.metadata)).toBe(true);
    expect(await send({ verb: 'get', resource: MAPS, key: at('made') })).toEqual(created);
  });

  it('updates at a resource version, and tells of conflicts', async () => {
    const created = await create('updated');
    const body = { ...created, data: { a: '2' } };
    const updated = await send({ verb: 'update', resource: MAPS, key: at('updated'), body });
    expect(updated).toMatchObject({ data: { a: '2' } });
    await expect(send({ verb: 'update', resource: MAPS, key: at('updated'), body })).rejects.toMatchObject({
      name: 'ApiError',
      code: 409,
      reason: 'Conflict',
    });
  });

  it.each([
    ['json', [{ op: 'replace', path: '/data/a', value: '3' }]],
    ['merge', { data: { a: '3' } }],
    ['strategic', { data: { a: '3' } }],
  ] as const)('sends %s patches', async (patchType, body) => {
    const name = `patched-${patchType}`;
    await create(name);
    const patched = await send({ verb: 'patch', resource: MAPS, key: at(name), patchType, body });
    expect(patched).toMatchObject({ data: { a: '3' } });
  });

  it('applies in the name of a field manager', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { b: '1' } };
    const query = { fieldManager: 'me', force: 'true' };
    const applied = await send({ verb: 'patch', resource: MAPS, key: at('applied'), patchType: 'apply', body, query });
    expect(applied.metadata.managedFields?.[0]).toMatchObject({ manager: 'me', operation: 'Apply' });
  });

  it('reaches subresources', async () => {
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    const key = at('bound');
    await send({ verb: 'create', resource: 'v1/pods', key, body: { metadata: { name: 'bound' }, spec } });
    const binding = {
      kind: 'Binding',
      apiVersion: 'v1',
      metadata: { name: 'bound' },
      target: { name: 'n1', kind: 'Node' },
    };
    await send({ verb: 'create', resource: 'v1/pods', key, subresource: 'binding', body: binding });
    const status = { status: { phase: 'Running' } };
    const told = await send({
      verb: 'patch',
      resource: 'v1/pods',
      key,
      subresource: 'status',
      patchType: 'merge',
      body: status,
    });
    expect(told).toMatchObject({ spec: { nodeName: 'n1' }, status: { phase: 'Running' } });
  });

  it('deletes one that has a uid, and a whole collection', async () => {
    const { metadata } = await create('deleted');
    const wrong = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'other' } };
    const remove = (body: object): ReturnType<typeof send> =>
      send({ verb: 'delete', resource: MAPS, key: at('deleted'), body });
    await expect(remove(wrong)).rejects.toMatchObject({ code: 409 });
    await remove({ ...wrong, preconditions: { uid: metadata.uid } });
    await expect(send({ verb: 'get', resource: MAPS, key: at('deleted') })).rejects.toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'configmaps "deleted" not found',
    });
    const list = await send({ verb: 'deletecollection', resource: MAPS, key: at('') });
    expect(list).toEqual({ metadata: { resourceVersion: expect.stringMatching(/^\d+$/) } });
    expect((await subject.transport.list({ resource: MAPS, namespace: 'default' })).items).toEqual([]);
  });

  it('lists what labels and fields select, each with its kind', async () => {
    for (const [name, app] of [
      ['one', 'x'],
      ['two', 'x'],
      ['three', 'y'],
    ] as const) {
      const body = { metadata: { name, labels: { app } } };
      await send({ verb: 'create', resource: MAPS, key: at(''), body });
    }
    const { transport } = subject;
    const some = await transport.list({ resource: MAPS, namespace: '', labelSelector: 'app=x' });
    expect(some.items.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
      ['ConfigMap', 'one'],
      ['ConfigMap', 'two'],
    ]);
    expect(Number(some.resourceVersion)).toBeGreaterThan(0);
    const one = await transport.list({ resource: MAPS, namespace: 'default', fieldSelector: 'metadata.name=three' });
    expect(one.items).toHaveLength(1);
  });

  it('knows what is served', async () => {
    const served = await subject.transport.resources();
    expect(served.find(({ id }) => id === 'apps/v1/deployments')).toEqual({
      id: 'apps/v1/deployments',
      group: 'apps',
      version: 'v1',
      resource: 'deployments',
      kind: 'Deployment',
      namespaced: true,
      verbs: expect.arrayContaining(['list', 'watch']),
      preferred: true,
    });
    expect(served.find(({ id }) => id === 'v1/nodes')).toMatchObject({ namespaced: false, group: '' });
    expect(await subject.transport.undiscovered()).toEqual([]);
  });
}
