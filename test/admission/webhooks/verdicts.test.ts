import { expect, test } from 'vitest';
import { at, securedCluster } from '../../support/secured-cluster.ts';
import { webhookServer } from '../../support/webhooks/webhook-server.ts';
import { CONFIG_MAPS, hook, register } from './support.ts';

test('a webhook that allows lets the write pass, with its warnings', async () => {
  await using server = await webhookServer([{ response: { warnings: ['be careful'] } }]);
  await using cluster = await securedCluster();
  await register(cluster, 'validating', 'checks', [hook(server, 0)]);
  const answer = await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' } } });
  expect(answer.status).toBe(201);
  expect(answer.headers.warning).toBe('299 - "be careful"');
  expect(server.received).toHaveLength(1);
});

test('a webhook that denies refuses the write, in its own words', async () => {
  await using server = await webhookServer([
    { response: { allowed: false, status: { code: 418, message: 'no teapots', reason: 'Teapot' } } },
  ]);
  await using cluster = await securedCluster();
  await register(cluster, 'validating', 'checks', [hook(server, 0)]);
  const answer = await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' } } });
  expect(answer.status).toBe(418);
  expect(at(answer.body, 'reason')).toBe('Teapot');
  expect(at(answer.body, 'message')).toBe('admission webhook "hook0.example.com" denied the request: no teapots');
  expect((await cluster.ask('GET', `${CONFIG_MAPS}/a`)).status).toBe(404);
});

test('a patch changes what is stored, and belongs to nobody', async () => {
  await using server = await webhookServer([
    { response: { patch: [{ op: 'add', path: '/data', value: { added: 'yes' } }] } },
  ]);
  await using cluster = await securedCluster();
  await register(cluster, 'mutating', 'changes', [hook(server, 0)]);
  const { body } = await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' } } });
  expect(at(body, 'data')).toEqual({ added: 'yes' });
  expect(JSON.stringify(at(body, 'metadata.managedFields') ?? [])).not.toContain('f:added');
  expect(at((await cluster.ask('GET', `${CONFIG_MAPS}/a`)).body, 'data.added')).toBe('yes');
});
