import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeStruct } from '../../../server/schema/decode.ts';
import { decodeProtobuf, readEnvelope } from '../../../server/schema/protobuf.ts';
import { builtInTypes } from '../../../server/schema/type-table.ts';
import { create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const PARTIAL = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const MAPS = '/api/v1/namespaces/default/configmaps';

/** Recorded from Kubernetes 1.37.2: `namespaces "none" not found`. */
const NOT_FOUND =
  '6b3873000a0c0a027631120653746174757312550a060a0012001a0012074661696c7572651a1b6e616d6573706163657320226e6f6e6522' +
  '206e6f7420666f756e6422084e6f74466f756e642a180a046e6f6e6512001a0a6e616d65737061636573280032003094031a002200';

let cluster: SecuredCluster;
beforeAll(async () => {
  cluster = await securedCluster();
  for (const name of ['a', 'b']) await create(cluster, MAPS, { metadata: { name }, data: { k: 'ä', l: '' } });
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly mediaType: string | null;
  readonly bytes: Buffer;
}

async function ask(path: string, accept: string): Promise<Answer> {
  const headers = { accept, authorization: 'Bearer admin-token' };
  const response = await fetch(`http://127.0.0.1:${cluster.port}${path}`, { headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, mediaType: response.headers.get('content-type'), bytes };
}

/** The object in an envelope, as JSON has it. */
function decoded(bytes: Buffer): Record<string, unknown> {
  const envelope = readEnvelope(bytes);
  const [version = '', group = ''] = (envelope.apiVersion || 'v1').split('/').reverse();
  const type = builtInTypes().typeOfKind(group, version, envelope.kind);
  if (!type) throw new Error(`no kind ${envelope.kind}`);
  return decodeStruct(decodeProtobuf(envelope, type), type, { unknownFields: false });
}

async function json(path: string, accept = 'application/json'): Promise<unknown> {
  return JSON.parse((await ask(path, accept)).bytes.toString()) as unknown;
}

describe('an answer in protobuf says what the one in JSON says', () => {
  it.each([
    `${MAPS}/a`,
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/cluster-admin',
    `${MAPS}/none`,
    `${MAPS}?limit=x`,
    '/api',
    '/apis',
    '/apis/apps',
    '/api/v1',
  ])('for %s', async (path) => {
    const answer = await ask(path, PROTOBUF);
    expect(answer.mediaType).toBe(PROTOBUF);
    expect(decoded(answer.bytes)).toEqual(await json(path));
  });

  it.each([MAPS, `${MAPS}?limit=1`])('for the list %s', async (path) => {
    const { kind, apiVersion, ...list } = (await json(path)) as Record<string, unknown>;
    const { bytes } = await ask(path, PROTOBUF);
    // Kinds of items are known from their list, and protobuf does not repeat them.
    expect(decoded(bytes)).toMatchObject({ kind, apiVersion, ...list });
  });

  it('for metadata alone', async () => {
    expect(decoded((await ask(`${MAPS}/a`, `${PROTOBUF};${PARTIAL}`)).bytes)).toEqual(
      await json(`${MAPS}/a`, `application/json;${PARTIAL}`),
    );
  });
});

it('is not offered for tables, where the next best is taken', async () => {
  const table = `${PROTOBUF};as=Table;g=meta.k8s.io;v=v1`;
  expect((await ask(MAPS, table)).status).toBe(406);
  expect((await ask(MAPS, `${table},application/json`)).mediaType).toBe('application/json');
});

it('comes before JSON when a client prefers it', async () => {
  expect((await ask(MAPS, `${PROTOBUF},application/json`)).mediaType).toBe(PROTOBUF);
  expect((await ask(MAPS, `application/json,${PROTOBUF}`)).mediaType).toBe('application/json');
});

it('is, of a Status, what a real server sends byte for byte', async () => {
  const { bytes } = await ask('/api/v1/namespaces/none', PROTOBUF);
  expect(bytes.toString('hex')).toBe(NOT_FOUND);
});
