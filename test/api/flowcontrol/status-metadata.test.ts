import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const GROUP = '/apis/flowcontrol.apiserver.k8s.io/v1';

test.each([
  ['flowschemas', { priorityLevelConfiguration: { name: 'exempt' } }],
  [
    'prioritylevelconfigurations',
    { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } },
  ],
])('a write to the status of %s changes no generateName', async (resource, spec) => {
  await using cluster = await securedCluster();
  await create(cluster, `${GROUP}/${resource}`, { metadata: { name: 'a' }, spec });
  const question = {
    body: { metadata: { generateName: 'Bad Name_' } },
    headers: [['content-type', 'application/merge-patch+json']],
  } as const;
  const { status, body } = await cluster.ask('PATCH', `${GROUP}/${resource}/a/status`, question);
  expect([status, at(body, 'metadata.generateName')]).toEqual([200, undefined]);
  expect((await cluster.ask('PATCH', `${GROUP}/${resource}/a`, question)).status).toBe(422);
});
