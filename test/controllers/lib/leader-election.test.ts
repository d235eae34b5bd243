/** Who leads, when requests succeed, fail and hang. */
import { expect, test } from 'vitest';
import { Client } from '../../../controllers/lib/client.ts';
import { LeaderElection, type LeaderElectionOptions } from '../../../controllers/lib/leader-election.ts';
import { conflict, notFound } from '../../../server/kube/api-error.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { ClientRequest, Transport } from '../../../server/kube/transport.ts';
import type { Lease } from '../../../server/kube/types.gen.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const ABOUT = { group: 'coordination.k8s.io', resource: 'leases' };

/** A server that has one lease. */
class OneLease {
  lease: Lease | undefined;
  /** Whether requests are never answered. */
  hangs = false;
  #revision = 0;

  readonly transport = {
    send: async ({ verb, body }: ClientRequest): Promise<KubeObject> => {
      if (this.hangs) return new Promise(() => undefined);
      if (verb === 'get') {
        if (!this.lease) throw notFound(ABOUT, 'it');
        return structuredClone(this.lease);
      }
      const given = structuredClone(body) as Lease;
      const { resourceVersion } = this.lease?.metadata ?? {};
      if (given.metadata.resourceVersion !== resourceVersion) throw conflict(ABOUT, 'it', 'old');
      this.lease = { ...given, metadata: { ...given.metadata, resourceVersion: String(++this.#revision) } };
      return structuredClone(this.lease);
    },
  } as Partial<Transport> as Transport;
}

interface Candidate {
  readonly election: LeaderElection;
  readonly told: string[];
}

function candidate(
  identity: string,
  { transport }: OneLease,
  clock: SimulatedClock,
  options: Partial<LeaderElectionOptions> = {},
): Candidate {
  const told: string[] = [];
  const election = new LeaderElection({
    client: new Client(transport),
    clock,
    lease: { namespace: 'kube-system', name: 'it' },
    identity,
    onLead: () => told.push('leads'),
    onLost: () => told.push('lost'),
    ...options,
  });
  return { election, told };
}

test('the first one leads at once, and the next one when it lets go', async () => {
  const [server, clock] = [new OneLease(), new SimulatedClock()];
  const [one, other] = ['one', 'other'].map((name) => candidate(name, server, clock)) as [Candidate, Candidate];
  await one.election.start();
  expect(one.told).toEqual(['leads']);
  await other.election.start();
  await clock.advance(60_000);
  expect(other.told).toEqual([]);
  expect(one.told).toEqual(['leads']);
  await one.election.stop();
  await other.election.check();
  expect(other.told).toEqual(['leads']);
  expect(server.lease?.spec).toMatchObject({ holderIdentity: 'other', leaseTransitions: 1 });
  await other.election.stop();
});

test('a leader whose requests hang gives up before anybody else may lead', async () => {
  const [server, clock] = [new OneLease(), new SimulatedClock()];
  const { election, told } = candidate('one', server, clock);
  await election.start();
  server.hangs = true;
  await clock.advance(9_999);
  expect(told).toEqual(['leads']);
  await clock.advance(1);
  expect(told).toEqual(['leads', 'lost']);
});

test('a holder that is silent is followed when its lease is over, by our clock', async () => {
  const [server, clock] = [new OneLease(), new SimulatedClock()];
  const renewTime = '2020-01-01T00:00:00.000000Z';
  const spec = { holderIdentity: 'gone', leaseDurationSeconds: 15, renewTime };
  server.lease = { metadata: { name: 'it', namespace: 'kube-system', resourceVersion: '0' }, spec } as Lease;
  const { election, told } = candidate('one', server, clock);
  await election.start();
  await clock.advance(13_999);
  expect(told).toEqual([]);
  await clock.advance(2_001);
  expect(told).toEqual(['leads']);
  await election.stop();
});

test('a holder that is known to have ended is followed at once', async () => {
  const [server, clock] = [new OneLease(), new SimulatedClock()];
  await candidate('gone', server, clock).election.start();
  const { election, told } = candidate('one', server, clock, { hasEnded: (identity) => identity === 'gone' });
  await election.start();
  expect(told).toEqual(['leads']);
  await election.stop();
});

test('other times can be had', async () => {
  const [server, clock] = [new OneLease(), new SimulatedClock()];
  const times = { leaseMs: 3000, renewMs: 2000, retryMs: 400 };
  const { election, told } = candidate('one', server, clock, { times });
  await election.start();
  expect(server.lease?.spec).toMatchObject({ leaseDurationSeconds: 3 });
  server.hangs = true;
  await clock.advance(2000);
  expect(told).toEqual(['leads', 'lost']);
});
