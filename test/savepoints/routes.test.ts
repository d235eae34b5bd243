import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type AdminCluster, adminCluster } from '../admin/support.ts';

describe('/-/savepoints', () => {
  let admin: AdminCluster['admin'];
  let stop: () => Promise<void>;
  const json = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const { status, text } = await admin(method, path, body);
    return { status, ...(JSON.parse(text) as Record<string, unknown>) };
  };
  const configMaps = '/api/v1/namespaces/default/configmaps';

  beforeAll(async () => {
    const cluster = await adminCluster();
    admin = (...asked) => cluster.admin(...asked);
    stop = async () => cluster[Symbol.asyncDispose]();
    await admin('POST', configMaps, { metadata: { name: 'kept' }, data: { a: '1', b: '1' } });
    await admin('POST', configMaps, { metadata: { name: 'deleted' } });
    expect(await json('POST', '/-/savepoints', { name: 'one' })).toMatchObject({ status: 201, name: 'one' });
    await admin('PUT', `${configMaps}/kept`, { metadata: { name: 'kept' }, data: { a: '2', c: '3' } });
    await admin('DELETE', `${configMaps}/deleted`);
    await admin('POST', configMaps, { metadata: { name: 'new' } });
  });
  afterAll(() => stop());

  it('lists them, and gives names', async () => {
    expect(await json('POST', '/-/savepoints')).toMatchObject({ status: 201, name: 'savepoint-1' });
    const { savepoints } = await json('GET', '/-/savepoints');
    expect(savepoints).toMatchObject([
      { name: 'one', objects: expect.any(Number), revision: expect.any(Number), clock: expect.any(String) },
      { name: 'savepoint-1' },
    ]);
    expect(await json('DELETE', '/-/savepoints/savepoint-1')).toMatchObject({ status: 'Success' });
  });

  it('tells what has changed, field by field', async () => {
    expect(await json('GET', '/-/savepoints/one/diff')).toEqual({
      status: 200,
      created: [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'new' }],
      deleted: [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'deleted' }],
      changed: [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: 'default',
          name: 'kept',
          fields: [
            { path: 'data.a', old: '1', new: '2' },
            { path: 'data.b', old: '1' },
            { path: 'data.c', new: '3' },
          ],
        },
      ],
    });
    expect((await admin('GET', '/-/savepoints/one/diff?format=text')).text).toBe(
      '+ ConfigMap default/new\n- ConfigMap default/deleted\n~ ConfigMap default/kept\n' +
        '    data.a: "1" → "2"\n    data.b: "1" → (none)\n    data.c: (none) → "3"\n',
    );
  });

  it('compares two, in either direction', async () => {
    await json('POST', '/-/savepoints', { name: 'two' });
    expect(await json('GET', '/-/savepoints/two/diff?to=one')).toMatchObject({
      created: [{ name: 'deleted' }],
      deleted: [{ name: 'new' }],
    });
    expect((await json('GET', '/-/savepoints/two/diff')).changed).toEqual([]);
  });

  it('exports what clients wrote', async () => {
    const { text } = await admin('GET', '/-/savepoints/one/export');
    expect(parseAllDocuments(text).map((document) => document.toJS() as unknown)).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'deleted', namespace: 'default' } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'kept', namespace: 'default' },
        data: { a: '1', b: '1' },
      },
    ]);
    expect((await admin('GET', '/-/savepoints/one/export?all=true')).text).toContain('kind: Node\n');
  });

  it('begins virtual clusters', async () => {
    expect(await json('POST', '/-/clusters', { name: 'fork', from: 'one' })).toMatchObject({ name: 'fork' });
    expect((await admin('GET', '/clusters/fork/-/savepoints')).status).toBe(401);
    const { kubeconfig } = await json('GET', '/-/clusters/fork');
    expect(kubeconfig).toContain('/clusters/fork');
  });

  it.each([
    ['POST', '/-/savepoints', { name: 'one' }, 409, 'there is a savepoint \\"one\\" already'],
    ['POST', '/-/savepoints', { name: 'Ä' }, 400, 'cannot be the name of a savepoint'],
    ['POST', '/-/savepoints', { name: 'now' }, 400, 'it means the present state'],
    ['POST', '/-/savepoints', { name: 'main' }, 400, 'it means the cluster that the process was started with'],
    ['POST', '/-/savepoints', { name: 'empty' }, 400, 'it means a cluster without fixtures'],
    ['POST', '/-/savepoints', { name: 'fixtures' }, 400, 'it means the state that the cluster began with'],
    ['POST', '/-/savepoints', { nme: 'x' }, 400, 'the body has no field'],
    ['GET', '/-/savepoints/none', undefined, 404, 'there is no savepoint \\"none\\"; there are one'],
    ['DELETE', '/-/savepoints/none', undefined, 404, 'there is no savepoint'],
    ['POST', '/-/savepoints/none/restore', {}, 404, 'there is no savepoint'],
    ['POST', '/-/savepoints/one/restore', { watches: 'x' }, 400, 'has to be \\"expire\\" or \\"events\\"'],
    ['GET', '/-/savepoints/one/diff?to=none', undefined, 404, 'there is no savepoint'],
    ['GET', '/-/savepoints/one/diff?format=xml', undefined, 400, 'has to be json or text'],
    ['GET', '/-/savepoints/one/export?all=maybe', undefined, 400, 'has to be true or false'],
  ] as const)('refuses %s %s %j', async (method, path, body, status, words) => {
    const answer = await admin(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(words);
  });
});
