import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

/** A field with a text or a message. */
const field = (number: number, content: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([number * 8 + 2, content.length]), Buffer.from(content)]);

const body = (kind: string, raw: Buffer): Buffer => {
  const typeMeta = kind === '' ? Buffer.alloc(0) : Buffer.concat([field(1, 'v1'), field(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, typeMeta), field(2, raw)]);
};

const dryRun = field(5, 'All');

let cluster: SecuredCluster;
beforeAll(async () => {
  cluster = await securedCluster();
  await create(cluster, MAPS, { metadata: { name: 'kept', finalizers: ['example.com/hold'] } });
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly object: { message?: string; metadata: { finalizers?: string[]; deletionTimestamp?: string } };
}

async function ask(method: string, bytes?: Buffer): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${cluster.port}${MAPS}/kept`, {
    method,
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf', authorization: 'Bearer admin-token' },
    ...(bytes && { body: new Uint8Array(bytes) }),
  });
  return { status: response.status, object: (await response.json()) as Answer['object'] };
}

/** Answers recorded from Kubernetes 1.37.2; client-go's typed clients send options in protobuf. */
describe('options of a deletion in protobuf', () => {
  it.each([
    ['with their kind', 'DeleteOptions'],
    ['without', ''],
  ])('hold %s', async (_, kind) => {
    const { status, object } = await ask('DELETE', body(kind, dryRun));
    expect(status).toBe(200);
    expect(object.metadata.deletionTimestamp).toBeTypeOf('string');
    expect((await ask('GET')).object.metadata.deletionTimestamp).toBeUndefined();
  });

  it('are refused for another object than they name', async () => {
    const { status, object } = await ask('DELETE', body('DeleteOptions', field(2, field(1, 'another'))));
    expect(status).toBe(409);
    expect(object.message).toContain('the UID in the precondition (another)');
  });

  it.each([
    ['another kind', body('Pod', field(5, 'All')), 400, /^no kind "Pod" is registered for version "v1" in scheme/],
    ['a message that is cut off', body('DeleteOptions', Buffer.from([0x12, 0x7f])), 400, /^unexpected EOF$/],
    ['a bad value', body('DeleteOptions', field(5, 'Some')), 422, /dryRun: Unsupported value: \["Some"\]/],
  ])('are refused with %s', async (_, bytes, code, message) => {
    const { status, object } = await ask('DELETE', bytes);
    expect(status).toBe(code);
    expect(object.message).toMatch(message);
  });

  it('say what becomes of what it owns', async () => {
    const { object } = await ask('DELETE', body('DeleteOptions', field(4, 'Orphan')));
    expect(object.metadata.finalizers).toEqual(['example.com/hold', 'orphan']);
  });
});
