import type { Bench, Pair, SubjectName } from './scenario.ts';

/**
 * Does the same work on both sides in every round, the other side first each time: what else happens on the machine
 * hits both.
 */
export async function interleave(
  bench: Bench,
  what: string,
  work: (name: SubjectName, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`${what}: round ${round} of ${bench.rounds}`);
    const order: SubjectName[] = round % 2 === 1 ? ['fauxkube', 'floor'] : ['floor', 'fauxkube'];
    for (const name of order) await work(name, round);
  }
}

/** Both sides, started for some work and ended after it. */
export async function withPair(bench: Bench, work: (pair: Pair) => Promise<void>): Promise<void> {
  const pair: Pair = { fauxkube: await bench.fauxkube(), floor: await bench.floor() };
  await work(pair);
  await Promise.all([pair.fauxkube.end(), pair.floor.end()]);
}
