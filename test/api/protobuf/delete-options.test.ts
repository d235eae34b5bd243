import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

/** A field with a text or a message. */
const field = (number: number, content: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([number * 8 + 2, content.length]), Buffer.from(content)]);

const options = (kind: string, raw: Buffer): Buffer => {
  const typeMeta = Buffer.concat([field(1, 'v1'), field(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, typeMeta), field(2, raw)]);
};

let cluster: SecuredCluster;
beforeAll(async () => {
  cluster = await securedCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

async function call(method: string, path: string, body?: string | Buffer): Promise<Response> {
  const type = typeof body === 'string' ? 'application/json' : 'application/vnd.kubernetes.protobuf';
  return fetch(`http://127.0.0.1:${cluster.port}/api/v1/namespaces/default/configmaps${path}`, {
    method,
    headers: { 'content-type': type, authorization: 'Bearer admin-token' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
}

async function create(name: string, finalizers: string[] = []): Promise<void> {
  const response = await call('POST', '', JSON.stringify({ metadata: { name, finalizers } }));
  expect(response.status).toBe(201);
}

/** What controller-runtime sends for kinds of Kubernetes. */
describe('DeleteOptions in protobuf', () => {
  it('keep what is deleted in a dry run', async () => {
    await create('dry');
    expect((await call('DELETE', '/dry', options('DeleteOptions', field(5, 'All')))).status).toBe(200);
    expect((await call('GET', '/dry')).status).toBe(200);
  });

  it('refuse a deletion whose precondition does not hold', async () => {
    await create('other');
    const response = await call('DELETE', '/other', options('DeleteOptions', field(2, field(1, 'another-uid'))));
    expect(response.status).toBe(409);
    expect(((await response.json()) as { message: string }).message).toContain(
      'the UID in the precondition (another-uid) does not match the UID in record',
    );
  });

  it('say what becomes of dependents', async () => {
    await create('owner');
    expect((await call('DELETE', '/owner', options('DeleteOptions', field(4, 'Orphan')))).status).toBe(200);
    const owner = (await (await call('GET', '/owner')).json()) as { metadata: { finalizers: string[] } };
    expect(owner.metadata.finalizers).toEqual(['orphan']);
  });

  it('are refused when they are something else', async () => {
    await create('kept');
    const response = await call('DELETE', '/kept', options('Pod', Buffer.alloc(0)));
    expect(response.status).toBe(400);
    expect((await call('GET', '/kept')).status).toBe(200);
  });
});
