import { expect, test } from 'vitest';
import { at, securedCluster } from '../../support/secured-cluster.ts';
import { webhookServer } from '../../support/webhooks/webhook-server.ts';
import { CONFIG_MAPS, hook, register } from './support.ts';

const adding = (key: string): { patch: object[] } => ({ patch: [{ op: 'add', path: `/data/${key}`, value: 'x' }] });
const body = { metadata: { name: 'a' }, data: { own: 'x' } };

test('mutating webhooks see what those before them made, by the names of their configurations', async () => {
  await using server = await webhookServer([{ response: adding('first') }, { response: adding('second') }]);
  await using cluster = await securedCluster();
  await register(cluster, 'mutating', 'b', [hook(server, 1)]);
  await register(cluster, 'mutating', 'a', [hook(server, 0)]);
  const answer = await cluster.ask('POST', CONFIG_MAPS, { body });
  expect(Object.keys(at(answer.body, 'data') as object).sort()).toEqual(['first', 'own', 'second']);
  expect(server.received.map(({ path }) => path.charAt(1))).toEqual(['0', '1']);
  expect(at(server.received[1]?.body, 'request.object.data.first')).toBe('x');
});

test('validating webhooks see the final object', async () => {
  await using server = await webhookServer([{ response: adding('added') }, {}]);
  await using cluster = await securedCluster();
  await register(cluster, 'validating', 'checks', [hook(server, 1)]);
  await register(cluster, 'mutating', 'changes', [hook(server, 0)]);
  await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { generateName: 'gen-' }, data: { own: 'x' } } });
  const [before, after] = server.received.map(({ body: review }) => at(review, 'request.object'));
  expect(at(before, 'metadata.name')).toBeUndefined();
  expect(at(before, 'metadata.uid')).toBeUndefined();
  expect(at(after, 'metadata.name')).toMatch(/^gen-/);
  expect(at(after, 'metadata.uid')).toBeTypeOf('string');
  expect(at(after, 'data')).toEqual({ own: 'x', added: 'x' });
});

test('a webhook that asks for it is called again when a later one changes the object', async () => {
  await using server = await webhookServer([{}, { response: adding('late'), later: {} }]);
  await using cluster = await securedCluster();
  const policy = { reinvocationPolicy: 'IfNeeded' };
  await register(cluster, 'mutating', 'changes', [hook(server, 0, policy), hook(server, 1)]);
  await cluster.ask('POST', CONFIG_MAPS, { body });
  expect(server.received.map(({ path }) => path.charAt(1))).toEqual(['0', '1', '0']);
  expect(at(server.received[2]?.body, 'request.object.data.late')).toBe('x');
});
