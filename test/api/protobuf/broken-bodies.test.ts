import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

/** A field with a text or a message. */
const field = (number: number, content: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([number * 8 + 2, content.length]), Buffer.from(content)]);

const body = (kind: string, raw: Buffer): Buffer => {
  const typeMeta = Buffer.concat([field(1, 'v1'), field(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, typeMeta), field(2, raw)]);
};

const quantity = Buffer.concat([field(1, 'cpu'), field(2, field(1, 'abc'))]);

let cluster: SecuredCluster;
beforeAll(async () => {
  cluster = await securedCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

async function messageOf(resource: string, bytes: Buffer): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${cluster.port}/api/v1/namespaces/default/${resource}`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf', authorization: 'Bearer admin-token' },
    body: new Uint8Array(bytes),
  });
  expect(response.status).toBe(400);
  return ((await response.json()) as { message: string }).message;
}

/** Messages recorded from Kubernetes 1.37.2. */
describe('a body in protobuf is refused', () => {
  it('when it does not begin as those of Kubernetes do', async () => {
    expect(await messageOf('configmaps', Buffer.from('k8s'))).toBe(
      'the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a ' +
        'protobuf message, expected prefix [107 56 115 0] (6b3873)',
    );
  });

  it.each([
    ['when it is cut off', Buffer.from([0x0a, 0x7f]), 'unexpected EOF'],
    [
      'when a field is written in another way',
      Buffer.from([0x08, 0x01]),
      'proto: wrong wireType = 0 for field ObjectMeta',
    ],
  ])('%s', async (_, raw, why) => {
    expect(await messageOf('configmaps', body('ConfigMap', raw))).toBe(
      `ConfigMap in version "v1" cannot be handled as a ConfigMap: ${why}`,
    );
  });

  it('when a value in it cannot be read', async () => {
    expect(await messageOf('pods', body('Pod', field(2, field(2, field(8, field(2, quantity))))))).toBe(
      'Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression ' +
        "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  });
});
