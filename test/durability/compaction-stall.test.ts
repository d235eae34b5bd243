import { describe, expect, it } from 'vitest';
import { namesIn, openStorage, temporaryDirectory } from '../support/data-directory.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

const OBJECTS = 10_000;
const OBJECT_BYTES = 7_000;

/**
 * The longest time between two turns of the event loop while `run` runs. On a busy machine the whole process waits for
 * its turn too, so a turn counts with no more than the processor time that it took.
 */
async function longestTurnMs(run: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let usage = process.cpuUsage();
  let watching = true;
  const turn = (): void => {
    const { user, system } = process.cpuUsage(usage);
    longest = Math.max(longest, Math.min(performance.now() - last, (user + system) / 1000));
    last = performance.now();
    usage = process.cpuUsage();
    if (watching) setImmediate(turn);
  };
  setImmediate(turn);
  await run();
  watching = false;
  return longest;
}

describe('compaction', () => {
  it('does not keep requests waiting, however much there is', async () => {
    const directory = await temporaryDirectory();
    const storage = await openStorage(directory, { compactAfter: { lines: OBJECTS + 1, bytes: 1e12 } });
    for (let start = 0; start < OBJECTS; start += 500) {
      const names = Array.from({ length: 500 }, (_, i) => `n${start + i}`);
      await Promise.all(
        names.map((name) => storage.create(keyOfMap(name), configMap(name, { x: 'x'.repeat(OBJECT_BYTES) }))),
      );
    }
    for (const object of storage.all()) object.forgetBytes(); // the slower case: every text is made anew
    const stallMs = await longestTurnMs(async () => {
      await storage.create(keyOfMap('last'), configMap('last'));
      while (
        (await namesIn(directory)).join() !== `cluster.json,journal-${String(OBJECTS + 2).padStart(16, '0')}.jsonl`
      ) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    expect(stallMs).toBeLessThan(50);
    await storage.close();
  });
});
