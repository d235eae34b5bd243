import { expect, test } from 'vitest';
import { golden } from '../support/golden.ts';
import { create, createAccount, securedCluster } from '../support/secured-cluster.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { storyCluster } from '../support/story-server.ts';
import { type Chapter, legacyTokenStory } from '../support/token-story.ts';

test('secrets are filled, their tokens work, and end with the secret or the account, as on a real server', async () => {
  await using cluster = await storyCluster();
  await cluster.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'golden-tokens' } } });
  expect(await legacyTokenStory(cluster, 'golden-tokens')).toEqual(golden<Chapter>('auth/legacy-tokens.json'));
});

test('the label of the last use changes once a day, by the clock of the cluster', async () => {
  const clock = new SimulatedClock();
  await using cluster = await securedCluster(clock);
  await createAccount(cluster, 'robot');
  const {
    cluster: { storage },
    tokens,
  } = cluster;
  const account = storage.get('serviceaccounts/default/robot')?.value;
  if (!account) throw new Error('there is no account');
  const token = await tokens.issueLegacy(account, 'held');
  await create(cluster, '/api/v1/namespaces/default/secrets', {
    metadata: { name: 'held', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    type: 'kubernetes.io/service-account-token',
    data: { token: Buffer.from(token).toString('base64') },
  });
  const used = async (): Promise<unknown> => {
    expect((await cluster.ask('GET', '/api', { token })).status).toBe(200);
    const { labels, resourceVersion } = storage.get('secrets/default/held')?.value.metadata ?? {};
    return [labels?.['kubernetes.io/legacy-token-last-used'], resourceVersion];
  };
  const first = await used();
  expect(first).toEqual(['2026-01-01', expect.any(String)]);
  await clock.advance(60_000);
  expect(await used()).toEqual(first);
  await clock.advance(24 * 60 * 60 * 1000);
  expect(await used()).toEqual(['2026-01-02', expect.any(String)]);
});
