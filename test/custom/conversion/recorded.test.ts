import { afterAll, expect, test } from 'vitest';
import { cases } from '../../golden/record/conversions/cases.ts';
import { golden } from '../../support/golden.ts';
import { ClusterPlayers } from '../../support/webhooks/cluster-player.ts';
import type { RecordedCase } from '../../support/webhooks/play.ts';
import { playConversion } from '../../support/webhooks/play-conversion.ts';

const recorded = new Map(golden<RecordedCase>('custom/conversions.json').map((one) => [one.name, one]));

/** All cases share a cluster: each has a namespace of its own. */
const players = new ClusterPlayers();

afterAll(() => players[Symbol.asyncDispose]());

test.each(cases.map((one, index) => ({ one, index, name: one.name })))(
  'as the real server: $name',
  async ({ one, index }) => {
    const player = await players.in(`golden-conversion-${index}`);
    const played = await playConversion(one, player);
    expect(JSON.parse(JSON.stringify(played))).toEqual(JSON.parse(JSON.stringify(recorded.get(one.name))));
  },
);
