import type { Bench, Pair, SubjectName } from './scenario.ts';

/**
 * Does the same work on both sides in every round, the other side first each time: what else happens on the machine
 * hits both.
 *
 * @param turns how often the sides take turns in a round. Short work in many turns: machines change their speed within
 * seconds, and a side that has a fast moment for itself would be compared with another's slow one
 */
export async function interleave(
  bench: Bench,
  what: string,
  work: (name: SubjectName, round: number, turn: number) => Promise<void>,
  turns = 1,
): Promise<void> {
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`${what}: round ${round} of ${bench.rounds}`);
    for (let turn = 1; turn <= turns; turn++) {
      const order: SubjectName[] = (round + turn) % 2 === 0 ? ['fauxkube', 'floor'] : ['floor', 'fauxkube'];
      for (const name of order) await work(name, round, turn);
    }
  }
}

/** Both sides, started for some work and ended after it. */
export async function withPair(bench: Bench, work: (pair: Pair) => Promise<void>): Promise<void> {
  const pair: Pair = { fauxkube: await bench.fauxkube(), floor: await bench.floor() };
  await work(pair);
  await Promise.all([pair.fauxkube.end(), pair.floor.end()]);
}
