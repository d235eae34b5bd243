/** Ends servers and members of etcd while others write and watch, and says what was lost. */
import type { Clock } from '../../server/base/clock.ts';
import { seededRandom } from '../../server/base/random.ts';
import { rest } from '../../server/base/turn.ts';
import type { ConfigMapList, Deployment } from '../../server/kube/types.gen.ts';
import { Fleet } from './fleet.ts';
import { Follower } from './follower.ts';
import { lostIn, MAPS, Writer } from './writer.ts';

export type Act =
  | 'restart all in turn'
  | 'kill the leader'
  | 'kill another server'
  | 'kill the leader and a member'
  | 'suspend the leader';

/** What one act took, in milliseconds. */
export interface Outcome {
  readonly act: Act;
  /** Until a Deployment that was made right afterwards was ready. */
  readonly readyMs: number;
  readonly wholeMs: number;
}

export interface Result {
  readonly outcomes: readonly Outcome[];
  readonly acknowledged: number;
  readonly unanswered: number;
  readonly moves: number;
  readonly problems: readonly string[];
}

export interface RunOptions {
  readonly seed: number;
  readonly acts: readonly Act[];
  readonly folder: string;
  readonly clock: Clock;
  readonly after?: (outcome: Outcome) => void;
}

const WRITERS = 6;
const FOLLOWERS = 3;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
/** So long everybody goes on before something happens again. */
const PAUSE_MS = 500;
const POLL_MS = 25;
const PATIENCE_MS = 60_000;

export async function endServers({ seed, acts, folder, clock, after }: RunOptions): Promise<Result> {
  await using fleet = await Fleet.start(folder);
  const random = seededRandom(seed);
  const { body } = await fleet.ask({ method: 'GET', path: MAPS });
  const begun = Number((body as ConfigMapList).metadata.resourceVersion);
  const writers = Array.from({ length: WRITERS }, (_, i) => new Writer(fleet, random.of(`writer ${i}`), `w${i}`));
  const followers = Array.from({ length: FOLLOWERS }, (_, i) => new Follower(fleet, i, begun));
  const writing = Promise.all(writers.map((writer) => writer.run()));
  const following = Promise.all(followers.map((follower) => follower.run()));
  const outcomes: Outcome[] = [];
  for (const [i, act] of acts.entries()) {
    await rest(PAUSE_MS);
    const outcome = await doing(act, `after-${i}`, fleet, random.of(`act ${i}`).fraction(), clock);
    outcomes.push(outcome);
    after?.(outcome);
  }
  await rest(PAUSE_MS);
  for (const writer of writers) writer.end();
  await writing;
  const acknowledged = writers.flatMap(({ revisions }) => revisions);
  const newest = Math.max(...acknowledged);
  const untilMs = clock.now() + PATIENCE_MS;
  while (followers.some(({ last, problems }) => last < newest && problems.length === 0) && clock.now() < untilMs)
    await rest(POLL_MS);
  for (const follower of followers) follower.end();
  await following;
  const problems = [
    ...writers.flatMap((writer) => writer.problems),
    ...followers.flatMap((follower) => follower.problems),
    ...followers.flatMap(({ seen }, i) =>
      acknowledged.filter((revision) => !seen.has(revision)).map((revision) => `watch ${i} has missed ${revision}`),
    ),
  ];
  for (const place of fleet.places) {
    const answer = await fleet.next(place + 2)?.line.ask({ method: 'GET', path: MAPS });
    problems.push(...lostIn((answer?.body as ConfigMapList | undefined)?.items ?? [], writers, `server ${place}`));
  }
  return {
    outcomes,
    acknowledged: acknowledged.length,
    unanswered: writers.reduce((sum, writer) => sum + writer.unanswered, 0),
    moves: followers.reduce((sum, { moves }) => sum + moves, 0),
    problems,
  };
}

async function doing(act: Act, name: string, fleet: Fleet, fraction: number, clock: Clock): Promise<Outcome> {
  const startedMs = clock.now();
  if (act === 'restart all in turn') {
    for (const place of fleet.places) {
      await fleet.endServer(place, 'SIGTERM');
      await fleet.startServer(place);
    }
    const wholeMs = clock.now() - startedMs;
    return { act, readyMs: await ready(name, fleet, clock), wholeMs };
  }
  const leader = await fleet.leader();
  const others = fleet.places.filter((place) => place !== leader);
  const place = act === 'kill another server' ? (others[Math.floor(fraction * others.length)] ?? leader) : leader;
  if (act === 'suspend the leader') {
    const goOn = fleet.suspendServer(leader);
    const readyMs = await ready(name, fleet, clock).finally(goOn);
    return { act, readyMs, wholeMs: clock.now() - startedMs };
  }
  const member = fleet.members[Math.floor(fraction * fleet.members.length)];
  const killedMs = clock.now();
  await Promise.all([
    fleet.endServer(place, 'SIGKILL'),
    act === 'kill the leader and a member' ? member?.kill() : undefined,
  ]);
  await ready(name, fleet, clock);
  const readyMs = clock.now() - killedMs;
  await Promise.all([fleet.startServer(place), act === 'kill the leader and a member' ? member?.restart() : undefined]);
  return { act, readyMs, wholeMs: clock.now() - startedMs };
}

/** Makes a Deployment, and waits until its pods run. @returns how long that took */
async function ready(name: string, fleet: Fleet, clock: Clock): Promise<number> {
  const startedMs = clock.now();
  const labels = { app: name };
  const body = {
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  };
  const isThere = async (): Promise<boolean> => {
    const { body: found } = await fleet.ask({
      method: 'GET',
      path: `${DEPLOYMENTS}?fieldSelector=metadata.name=${name}`,
    });
    return (found as { items: Deployment[] }).items.some(({ status }) => status?.readyReplicas === 2);
  };
  for (let isMade = false; clock.now() < startedMs + PATIENCE_MS; ) {
    // One that was made without anybody's hearing of it is there already.
    if (!isMade) {
      const code = (await fleet.next(0)?.line.ask({ method: 'POST', path: DEPLOYMENTS, body }))?.code ?? 0;
      isMade = code === 201 || code === 409;
    } else if (await isThere()) return clock.now() - startedMs;
    await rest(POLL_MS);
  }
  throw new Error(`the Deployment ${name} is not ready after ${PATIENCE_MS} ms`);
}
