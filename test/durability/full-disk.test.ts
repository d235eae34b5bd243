import { stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { seededRandom } from '../../server/base/random.ts';
import { type Disk, systemDisk } from '../../server/storage/disk.ts';
import { Choice } from '../churn/choice.ts';
import { copyOf, openStorage, stateOf, temporaryDirectory } from '../support/data-directory.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

const NAMES = 6;
const ROUNDS = 8;
/** In a row: more would be paused. */
const REFUSALS = 4;
const NEVER = { lines: 1e9, bytes: 1e9 };

/** Room to the byte: a real disk ends at pages, `npm run crash` fills one of those. */
class Room {
  left = Number.POSITIVE_INFINITY;
  /** Whether a disk only sees at `sync` that there is none, as some file systems do. */
  isLate = false;

  /** @returns how many of the bytes there is room for */
  take(bytes: number): number {
    const taken = Math.max(0, Math.min(bytes, this.left));
    this.left -= taken;
    return taken;
  }
}

const full = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => ({ size: 0 }))).size;

function countedDisk(room: Room): Disk {
  const system = systemDisk();
  return {
    ...system,
    async create(path, options) {
      const before = await sizeOf(path);
      const file = await system.create(path, options);
      room.left += before;
      let due = 0;
      return {
        ...file,
        async write(bytes) {
          if (room.isLate) {
            due += bytes.length;
            return await file.write(bytes);
          }
          const taken = room.take(bytes.length);
          await file.write(bytes.subarray(0, taken));
          if (taken < bytes.length) throw full();
        },
        async sync() {
          due -= room.take(due);
          if (due > 0) throw full();
          await file.sync();
        },
        async truncate(length) {
          room.left += (await sizeOf(path)) - due - length;
          due = 0;
          await file.truncate(length);
        },
      };
    },
    async remove(path) {
      room.left += await sizeOf(path);
      await system.remove(path);
    },
  };
}

async function afterCrash(directory: string): Promise<Record<string, string>> {
  const storage = await openStorage(await copyOf(directory));
  const state = stateOf(storage);
  await storage.close();
  return state;
}

// Each has its own room, sizes and order: the disk ends in a header, in a line, at a sync, and where a file is begun.
it.each([1, 2, 3, 4, 5])('a disk that is full at any byte loses nothing (seed %i)', async (seed) => {
  const choice = new Choice(seededRandom(seed));
  const room = new Room();
  const directory = await temporaryDirectory();
  const disk = countedDisk(room);
  let storage = await openStorage(directory, { disk, compactAfter: NEVER });
  let refused = 0;
  const write = async (bytes: number): Promise<void> => {
    const name = `map-${choice.whole(1, NAMES)}`;
    const value = configMap(name, { text: `${choice.whole(1, 1e6)} `.padEnd(bytes, 'x') });
    const known = storage.get(keyOfMap(name));
    const change = choice.oneIn(5) ? 'delete' : value;
    const before = stateOf(storage);
    try {
      if (known) await storage.guaranteedUpdate(keyOfMap(name), {}, async () => change);
      else await storage.create(keyOfMap(name), value);
    } catch (error) {
      expect((error as Error).message).toContain('ENOSPC');
      expect(stateOf(storage)).toEqual(before);
      refused++;
    }
    expect(await afterCrash(directory)).toEqual(stateOf(storage));
  };
  for (let round = 0; round < ROUNDS; round++) {
    room.left = choice.whole(0, choice.oneIn(2) ? 120 : 1500);
    room.isLate = choice.oneIn(3);
    for (const enough = refused + REFUSALS; refused < enough; ) {
      await write(choice.whole(0, choice.oneIn(3) ? 20 : Math.max(20, 2 * room.left)));
    }
    const state = stateOf(storage);
    const isEnded = choice.oneIn(2);
    if (isEnded) await storage.close();
    expect(await afterCrash(directory)).toEqual(state);
    room.left = Number.POSITIVE_INFINITY;
    if (isEnded) storage = await openStorage(directory, { disk, compactAfter: NEVER });
    const refusedBefore = refused;
    await write(100);
    expect(refused).toBe(refusedBefore);
  }
  await storage.close();
});
