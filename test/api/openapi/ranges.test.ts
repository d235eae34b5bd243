import { afterAll, expect, test } from 'vitest';
import { type Answer, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

let cluster: SecuredCluster | undefined;

afterAll(() => cluster?.[Symbol.asyncDispose]());

async function part(
  range: string,
  path = '/openapi/v3',
  more: readonly (readonly [string, string])[] = [],
): Promise<Answer> {
  cluster ??= await securedCluster();
  return cluster.ask('GET', path, { headers: [['range', range], ...more] });
}

test('documents come in parts to whoever asks so', async () => {
  const { status, headers, body } = await part('bytes=0-9');
  expect([status, body, headers['accept-ranges'], headers['content-length']]).toEqual([
    206,
    '{"paths":{',
    'bytes',
    '10',
  ]);
  expect(headers['content-range']).toMatch(/^bytes 0-9\/\d+$/);
  expect((await part('bytes=-3')).body).toBe('}}}');
  const whole = await part('bytes=0-');
  expect(whole.headers['content-range']).toBe(`bytes 0-${String(whole.body).length - 1}/${String(whole.body).length}`);
});

test.each([
  ['bytes=99999999-', 'invalid range: failed to overlap\n', /^bytes \*\/\d+$/],
  ['bytes=5-2', 'invalid range\n', undefined],
  ['bytes=a', 'invalid range\n', undefined],
  ['lines=1-2', 'invalid range\n', undefined],
])('there is no %s', async (range, body, contentRange) => {
  const answer = await part(range);
  expect([answer.status, answer.body]).toEqual([416, body]);
  if (contentRange) expect(answer.headers['content-range']).toMatch(contentRange);
  else expect(answer.headers['content-range']).toBeUndefined();
});

const PROTOBUF = ['accept', 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'] as const;

test('parts are not compressed, and everything comes when the document is another one', async () => {
  const compressed = await part('bytes=0-0', '/openapi/v2', [['accept-encoding', 'gzip'], PROTOBUF]);
  expect([compressed.status, compressed.headers['content-encoding']]).toEqual([206, undefined]);
  const other = await part('bytes=0-0', '/openapi/v2', [['if-range', '"x"']]);
  expect([other.status, other.headers['accept-ranges']]).toEqual([200, 'bytes']);
});
