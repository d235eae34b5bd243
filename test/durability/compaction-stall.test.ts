import { expect, it } from 'vitest';
import { type Disk, systemDisk } from '../../server/storage/disk.ts';
import { namesIn, openStorage, temporaryDirectory } from '../support/data-directory.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

const OBJECTS = 2000;
const OBJECT_BYTES = 7_000;
const ALL_BYTES = OBJECTS * OBJECT_BYTES;
/** What may be made between two turns of the event loop: some milliseconds of work, on any machine. */
const TURN_BYTES = 1024 * 1024;

/** A disk, and the most bytes that it was given between two turns of the event loop. */
function turnsOf(disk: Disk): { readonly disk: Disk; readonly most: () => number } {
  let most = 0;
  let inTurn = 0;
  const count = (bytes: number): void => {
    if (inTurn === 0) setImmediate(() => (inTurn = 0));
    inTurn += bytes;
    most = Math.max(most, inTurn);
  };
  const create: Disk['create'] = async (path, options) => {
    const file = await disk.create(path, options);
    return {
      ...file,
      write: (bytes) => {
        count(bytes.length);
        return file.write(bytes);
      },
    };
  };
  return { disk: { ...disk, create }, most: () => most };
}

it('compaction does not keep requests waiting, however much there is', async () => {
  const directory = await temporaryDirectory();
  const { disk, most } = turnsOf(systemDisk());
  const storage = await openStorage(directory, { disk, compactAfter: { lines: OBJECTS + 1, bytes: 1e12 } });
  for (let i = 0; i < OBJECTS; i += 100) {
    const names = Array.from({ length: 100 }, (_, at) => `n${i + at}`);
    await Promise.all(
      names.map((name) => storage.create(keyOfMap(name), configMap(name, { x: 'x'.repeat(OBJECT_BYTES) }))),
    );
  }
  await storage.create(keyOfMap('last'), configMap('last'));
  const compacted = `cluster.json,journal-${String(OBJECTS + 2).padStart(16, '0')}.jsonl`;
  while ((await namesIn(directory)).join() !== compacted) await new Promise((resolve) => setImmediate(resolve));
  expect(ALL_BYTES).toBeGreaterThan(10 * TURN_BYTES);
  expect(most()).toBeGreaterThan(0);
  expect(most()).toBeLessThan(TURN_BYTES);
  await storage.close();
});
