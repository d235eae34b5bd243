/** Every answer names the request that it answers, as audit logs of a real server do. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../../server/base/random.ts';
import { AuditIds } from '../../../server/pipeline/audit/audit-ids.ts';
import { type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const NAMESPACE = '/api/v1/namespaces/default';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let cluster: SecuredCluster;
beforeAll(async () => {
  cluster = await securedCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

it.each([
  ['an object', 'GET', NAMESPACE, {}, 200],
  ['a list', 'GET', '/api/v1/namespaces', {}, 200],
  ['a creation', 'POST', `${NAMESPACE}/configmaps?dryRun=All`, { body: { metadata: { name: 'a' } } }, 201],
  ['a missing object', 'GET', '/api/v1/namespaces/none', {}, 404],
  ['an unknown user', 'GET', NAMESPACE, { token: 'wrong' }, 401],
  ['a user who may not', 'GET', NAMESPACE, { token: '' }, 403],
  ['a health check', 'GET', '/healthz', {}, 200],
  ['a page that is not there', 'GET', '/none', {}, 404],
  ['discovery', 'GET', '/apis/apps/v1', {}, 200],
  ['OpenAPI', 'GET', '/openapi/v3', {}, 200],
  ['a method that is not allowed', 'OPTIONS', NAMESPACE, {}, 405],
] as const)('%s bears a uuid', async (_what, method, path, question, status) => {
  const answer = await cluster.ask(method, path, question);
  expect(answer.status).toBe(status);
  expect(answer.headers['audit-id']).toMatch(UUID);
});

it('is the name that the client gave its request, whatever that is', async () => {
  for (const name of ['my-id', 'a b/"', 'x'.repeat(65)]) {
    const { headers } = await cluster.ask('GET', NAMESPACE, { headers: [['Audit-ID', name]] });
    expect(headers['audit-id']).toBe(name);
  }
});

it('is a new one where the client gave none', async () => {
  const { headers } = await cluster.ask('GET', NAMESPACE, { headers: [['Audit-ID', '']] });
  expect(headers['audit-id']).toMatch(UUID);
});

it('is another one for each request, and the same again for the same seed', () => {
  const [one, same, other] = [1, 1, 2].map((seed) => {
    const ids = new AuditIds(seededRandom(seed));
    return () => ids.text(ids.next());
  });
  const first = Array.from({ length: 1000 }, () => one?.());
  expect(new Set(first).size).toBe(1000);
  expect(Array.from({ length: 1000 }, () => same?.())).toEqual(first);
  expect(first).not.toContain(other?.());
});

it('tells any two numbers apart, whichever came before', () => {
  const ids = new AuditIds(seededRandom(1));
  const numbers = [0, 1, 255, 256, 0xffff, 0x10000, 0x1ffff, 2 ** 40, 2 ** 40 + 1, 2 ** 48 - 1];
  expect(numbers.map((number) => ids.text(number).slice(-12))).toEqual(
    numbers.map((number) => number.toString(16).padStart(12, '0')),
  );
});
