import { afterAll, expect, test } from 'vitest';
import { admitted } from '../../golden/record/conversions/admitted.ts';
import { golden } from '../../support/golden.ts';
import { ClusterPlayers } from '../../support/webhooks/cluster-player.ts';
import type { RecordedCase } from '../../support/webhooks/play.ts';
import { playConversion } from '../../support/webhooks/play-conversion.ts';

const recorded = new Map(golden<RecordedCase>('custom/admitted-versions.json').map((one) => [one.name, one]));

/** All cases share a cluster: each has a namespace of its own. */
const players = new ClusterPlayers();

afterAll(() => players[Symbol.asyncDispose]());

test.each(admitted.map((one, index) => ({ one, index, name: one.name })))(
  'as the real server: $name',
  async ({ one, index }) => {
    const player = await players.in(`golden-admitted-${index}`);
    const played = await playConversion(one, player);
    expect(JSON.parse(JSON.stringify(played))).toEqual(JSON.parse(JSON.stringify(recorded.get(one.name))));
  },
);
