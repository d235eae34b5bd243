import { afterAll, expect, test } from 'vitest';
import { cases } from '../../golden/record/webhooks/cases.ts';
import { golden } from '../../support/golden.ts';
import { create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { type Player, play, type RecordedCase } from '../../support/webhooks/play.ts';

const recorded = new Map(golden<RecordedCase>('admission/webhooks.json').map((one) => [one.name, one]));

/** All cases share a cluster: each has a namespace of its own. */
let shared: Promise<SecuredCluster> | undefined;

afterAll(async () => (await shared)?.[Symbol.asyncDispose]());

async function playerFor(namespace: string): Promise<Player> {
  shared ??= securedCluster();
  const cluster = await shared;
  await create(cluster, '/api/v1/namespaces', { metadata: { name: namespace } });
  return {
    namespace,
    ask: async (method, path, body, contentType) => {
      const headers = contentType === undefined ? [] : [['content-type', contentType] as const];
      const {
        status,
        body: answer,
        headers: sent,
      } = await cluster.ask(method, path, { headers, ...(body && { body }) });
      const warnings = [sent.warning ?? []].flat().flatMap((line) => line.split(/, (?=\d{3} )/));
      return { status, body: answer, warnings };
    },
    settle: () => Promise.resolve(),
  };
}

test.each(cases.map((one, index) => ({ one, index, name: one.name })))(
  'as the real server: $name',
  async ({ one, index }) => {
    const player = await playerFor(`golden-webhooks-${index}`);
    const played = await play(one, player);
    expect(JSON.parse(JSON.stringify(played))).toEqual(JSON.parse(JSON.stringify(recorded.get(one.name))));
  },
);
