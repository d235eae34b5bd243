import { afterAll, expect, test } from 'vitest';
import { cases } from '../../golden/record/conversions/cases.ts';
import { golden } from '../../support/golden.ts';
import { create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import type { Player, RecordedCase } from '../../support/webhooks/play.ts';
import { playConversion } from '../../support/webhooks/play-conversion.ts';

const recorded = new Map(golden<RecordedCase>('custom/conversions.json').map((one) => [one.name, one]));

/** All cases share a cluster: each has a definition and a namespace of its own. */
let shared: Promise<SecuredCluster> | undefined;

afterAll(async () => (await shared)?.[Symbol.asyncDispose]());

async function playerFor(namespace: string): Promise<Player> {
  shared ??= securedCluster();
  const cluster = await shared;
  await create(cluster, '/api/v1/namespaces', { metadata: { name: namespace } });
  return {
    namespace,
    ask: async (method, path, body, contentType, table) => {
      const accept = table ? 'application/json;as=Table;v=v1;g=meta.k8s.io' : 'application/json';
      const type = contentType === undefined ? [] : [['content-type', contentType] as const];
      const headers = [['accept', accept] as const, ...type];
      const question = { headers, ...(body && { body }) };
      const { status, body: answer, headers: sent } = await cluster.ask(method, path, question);
      return { status, body: answer, warnings: [sent.warning ?? []].flat() };
    },
    settle: () => Promise.resolve(),
  };
}

test.each(cases.map((one, index) => ({ one, index, name: one.name })))(
  'as the real server: $name',
  async ({ one, index }) => {
    const player = await playerFor(`golden-conversion-${index}`);
    const played = await playConversion(one, player);
    expect(JSON.parse(JSON.stringify(played))).toEqual(JSON.parse(JSON.stringify(recorded.get(one.name))));
  },
);
