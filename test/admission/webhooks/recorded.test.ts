import { afterAll, expect, test } from 'vitest';
import { cases } from '../../golden/record/webhooks/cases.ts';
import { golden } from '../../support/golden.ts';
import { ClusterPlayers } from '../../support/webhooks/cluster-player.ts';
import { play, type RecordedCase } from '../../support/webhooks/play.ts';

const recorded = new Map(golden<RecordedCase>('admission/webhooks.json').map((one) => [one.name, one]));

/** All cases share a cluster: each has a namespace of its own. */
const players = new ClusterPlayers();

afterAll(() => players[Symbol.asyncDispose]());

test.each(cases.map((one, index) => ({ one, index, name: one.name })))(
  'as the real server: $name',
  async ({ one, index }) => {
    const player = await players.in(`golden-webhooks-${index}`);
    const played = await play(one, player);
    expect(JSON.parse(JSON.stringify(played))).toEqual(JSON.parse(JSON.stringify(recorded.get(one.name))));
  },
);
