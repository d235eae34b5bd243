import { expect, it } from 'vitest';
import { systemClock } from '../../server/base/clock.ts';
import { temporaryDirectory } from '../support/data-directory.ts';
import { hasEtcd } from '../support/etcd-server.ts';
import { endServers } from './run.ts';

// `npm run etcd-servers` does each of five things five times, and has a seed that is new each time.
it.skipIf(!hasEtcd)(
  'servers and members of etcd that end lose no write and no event of a watch, and others go on with their work',
  async () => {
    const result = await endServers({
      seed: 1,
      acts: ['kill the leader and a member', 'restart all in turn', 'kill the leader'],
      folder: await temporaryDirectory(),
      clock: systemClock(),
    });
    expect(result.problems).toEqual([]);
    expect(result.outcomes).toHaveLength(3);
    expect(result.acknowledged).toBeGreaterThan(200);
    expect(result.moves).toBeGreaterThan(5);
  },
  120_000,
);
