import { describe, expect, it } from 'vitest';
import { rest } from '../../server/base/turn.ts';
import type { ApiRequest } from '../../server/pipeline/request.ts';
import { answerTo } from '../../server/pipeline/stages/recover.ts';
import { type Disk, systemDisk } from '../../server/storage/disk.ts';
import { copyOf, namesIn, openStorage, stateOf, temporaryDirectory, watchedDisk } from '../support/data-directory.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { configMap, keyOfMap, LogCollector } from '../support/stored.ts';

/** A storage whose disk fails at the steps that the test names. */
async function onFailingDisk(compactAfter = { lines: 1e9, bytes: 1e9 }) {
  const failing = new Set<string>();
  const disk = watchedDisk((step) => {
    if (failing.has(step))
      throw Object.assign(new Error(`ENOSPC: no space left on device, ${step}`), { code: 'ENOSPC' });
  });
  const directory = await temporaryDirectory();
  const clock = new SimulatedClock();
  const log = new LogCollector();
  const storage = await openStorage(directory, { disk, clock, log, compactAfter });
  const create = (name: string, options?: { ttlMs: number }) =>
    storage.create(keyOfMap(name), configMap(name), options);
  return { failing, directory, storage, create, clock, log };
}

/** A disk that has room for a part of what is written, or for all of it. */
function smallDisk(room: (bytes: Uint8Array) => Uint8Array): Disk {
  const system = systemDisk();
  return {
    ...system,
    async create(path, options) {
      const file = await system.create(path, options);
      return {
        ...file,
        async write(bytes) {
          const written = room(bytes);
          await file.write(written);
          if (written !== bytes) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        },
      };
    },
  };
}

/** What the next life finds. */
async function afterCrash(directory: string): Promise<Record<string, string>> {
  const storage = await openStorage(await copyOf(directory));
  const state = stateOf(storage);
  await storage.close();
  return state;
}

describe('a disk that fails', () => {
  it.each(['write', 'sync'])('refuses the write and keeps everything else (%s)', async (step) => {
    const { failing, directory, storage, create, log } = await onFailingDisk();
    await create('a');
    const before = stateOf(storage);
    failing.add(step);
    await expect(create('b')).rejects.toThrow(/could not be kept: ENOSPC/);
    await expect(storage.guaranteedUpdate(keyOfMap('a'), {}, async () => 'delete')).rejects.toThrow(/ENOSPC/);
    expect(stateOf(storage)).toEqual(before);
    expect(storage.list('configmaps/').items).toHaveLength(1);
    expect(log.texts('error')).toHaveLength(1);
    expect(await afterCrash(directory)).toEqual(before);
    await storage.close();
  });

  it('is told of in words, once a minute, and who asked is not told of again', async () => {
    const { failing, directory, storage, create, clock, log } = await onFailingDisk();
    await create('a');
    failing.add('write');
    const request = { method: 'POST', path: '/api/v1/namespaces/default/configmaps' } as ApiRequest;
    const refuse = async (name: string): Promise<void> => {
      const error = await create(name).catch((refused: unknown) => refused);
      expect(answerTo(error, request, log)).toMatchObject({ status: 500 });
    };
    for (const name of ['b', 'c', 'd']) await refuse(name);
    await clock.advance(60_000);
    await refuse('e');
    const text = 'writes are refused because the disk is full: make room, and writing goes on by itself';
    const path = expect.stringMatching(/journal-\d+\.jsonl$/) as string;
    const fields = { path, why: 'ENOSPC: no space left on device, write' };
    expect(log.entries.filter(({ level }) => level !== 'debug')).toEqual([
      { level: 'error', fields: { ...fields, writes: 1 }, text },
      { level: 'error', fields: { ...fields, writes: 3 }, text },
    ]);
    expect(JSON.stringify(log.entries)).toContain(directory);
    expect(log.texts('debug')).toEqual([text, text]);
    await storage.close();
  });

  it('is not tried in a loop, however often somebody asks', async () => {
    const { failing, storage, create } = await onFailingDisk();
    failing.add('write');
    let isOver = false;
    const over = rest(400).then(() => {
      isOver = true;
    });
    let refusals = 0;
    for (; !isOver; refusals++) await expect(create('a')).rejects.toThrow(/ENOSPC/);
    await over;
    expect(refusals).toBeLessThan(20);
    failing.clear();
    await create('a');
    await storage.close();
  });

  it.each([0, 1, 20, -1])('that is full in the middle of a line drops what it wrote of it (%i bytes)', async (part) => {
    const directory = await temporaryDirectory();
    let isFull = false;
    const disk = smallDisk((bytes) => (isFull ? bytes.subarray(0, part) : bytes));
    const storage = await openStorage(directory, { disk });
    await storage.create(keyOfMap('a'), configMap('a'));
    const before = stateOf(storage);
    isFull = true;
    const writes = ['b', 'c'].map((name) => storage.create(keyOfMap(name), configMap(name)));
    for (const write of writes) await expect(write).rejects.toThrow(/could not be kept: ENOSPC/);
    expect(stateOf(storage)).toEqual(before);
    // One of the two lines was whole on the disk, if all but a byte was: it was refused all the same.
    expect(await afterCrash(directory)).toEqual(before);
    isFull = false;
    await storage.create(keyOfMap('b'), configMap('b', { x: 'new' }));
    expect(await afterCrash(directory)).toEqual(stateOf(storage));
    await storage.close();
  });

  it('that has room for the beginnings of files only, time and again, goes on when there is room', async () => {
    const directory = await temporaryDirectory();
    let isFull = false;
    const disk = smallDisk((bytes) => (isFull && bytes.length > 100 ? bytes.subarray(0, 0) : bytes));
    const storage = await openStorage(directory, { disk });
    await storage.create(keyOfMap('a'), configMap('a'));
    const before = stateOf(storage);
    isFull = true;
    for (const name of ['b', 'c', 'd']) {
      await expect(storage.create(keyOfMap(name), configMap(name))).rejects.toThrow(/could not be kept: ENOSPC/);
      expect(await afterCrash(directory)).toEqual(before);
    }
    const journals = (await namesIn(directory)).filter((name) => name.startsWith('journal-'));
    expect(journals).toHaveLength(2); // what is there, and the newest beginning
    isFull = false;
    await storage.create(keyOfMap('b'), configMap('b'));
    const after = stateOf(storage);
    expect(await afterCrash(directory)).toEqual(after);
    // An end in peace that finds no room for the snapshot leaves the journal.
    isFull = true;
    await expect(storage.create(keyOfMap('c'), configMap('c'))).rejects.toThrow(/ENOSPC/);
    await storage.close();
    expect(await afterCrash(directory)).toEqual(after);
  });

  it('goes on by itself when the disk works again', async () => {
    const { failing, directory, storage, create } = await onFailingDisk();
    await create('a');
    for (const steps of [['write'], ['sync', 'truncate'], ['create'], ['sync directory'], ['truncate']]) {
      for (const step of steps) failing.add(step);
      if (failing.has('write') || failing.has('sync')) await expect(create('lost')).rejects.toThrow(/ENOSPC/);
      else {
        failing.add('write');
        await expect(create('lost')).rejects.toThrow(/ENOSPC/);
      }
      failing.clear();
      await create(`after-${steps[0]?.replace(' ', '-')}`);
      expect(await afterCrash(directory)).toEqual(stateOf(storage));
    }
    expect(Object.keys(stateOf(storage))).toHaveLength(6);
    await storage.close();
    expect(await namesIn(directory)).toEqual(['cluster.json']);
  });

  it('refuses all writes that wait, and takes them back in order', async () => {
    const { failing, directory, storage, create } = await onFailingDisk();
    await create('a');
    const before = stateOf(storage);
    failing.add('sync');
    const writes = [
      create('b'),
      storage.guaranteedUpdate(keyOfMap('a'), {}, async () => configMap('a', { x: '1' })),
      storage.guaranteedUpdate(keyOfMap('a'), {}, async () => 'delete'),
      storage.guaranteedUpdate(keyOfMap('b'), {}, async () => configMap('b', { x: '1' })),
    ];
    const results = await Promise.allSettled(writes);
    expect(results.map(({ status }) => status)).toEqual(writes.map(() => 'rejected'));
    expect(stateOf(storage)).toEqual(before);
    failing.clear();
    await create('b');
    expect(await afterCrash(directory)).toEqual(stateOf(storage));
    await storage.close();
  });

  it('does not acknowledge a write that changes nothing while what it saw is on its way', async () => {
    const { failing, storage, create } = await onFailingDisk();
    failing.add('sync');
    const first = create('a');
    const same = storage.guaranteedUpdate(keyOfMap('a'), {}, async ({ value }) => ({ ...value }) as never);
    await expect(first).rejects.toThrow(/ENOSPC/);
    await expect(same).rejects.toThrow(/ENOSPC/);
    await storage.close();
  });

  it('makes those who saw a write that is taken back read anew', async () => {
    const { failing, storage, create } = await onFailingDisk();
    const { revision } = await create('a');
    failing.add('sync');
    const seen: number[] = [];
    const ends: string[] = [];
    const sink = {
      events: (batch: readonly { now: { revision: number } }[]) => seen.push(...batch.map(({ now }) => now.revision)),
      end: (reason: string) => ends.push(reason),
    };
    storage.watch('configmaps/', { after: revision }, sink);
    await expect(create('b')).rejects.toThrow(/ENOSPC/);
    expect([seen, ends]).toEqual([[revision + 1], ['closed']]);
    for (const after of [revision, revision + 1]) {
      expect(() => storage.watch('configmaps/', { after }, sink)).toThrowError(
        expect.objectContaining({ code: 'expired' }),
      );
    }
    expect(storage.revision()).toBeGreaterThan(revision + 1); // the one that was seen names nothing any more
    failing.clear();
    expect((await create('c')).revision).toBeGreaterThan(revision + 2);
    await storage.close();
  });

  it('tries the deletion of an object that ran out of time again later', async () => {
    const { failing, storage, create, clock } = await onFailingDisk();
    await create('a', { ttlMs: 1000 });
    failing.add('sync');
    await clock.advance(1000);
    while (!storage.get(keyOfMap('a'))) await new Promise((resolve) => setImmediate(resolve));
    failing.clear();
    await clock.advance(59_000);
    expect(storage.get(keyOfMap('a'))).toBeDefined();
    await clock.advance(1000);
    expect(storage.get(keyOfMap('a'))).toBeUndefined();
    await storage.close();
  });

  it('keeps the journal when the snapshot cannot be written', async () => {
    const { failing, directory, storage, create, log } = await onFailingDisk({ lines: 3, bytes: 1e9 });
    failing.add('rename');
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await create(name);
    const state = stateOf(storage);
    await expect.poll(() => namesIn(directory)).not.toContain('cluster.json.tmp'); // it would take the room of writes
    await storage.close();
    expect(log.texts('warn')).toEqual([
      'the journal could not be folded into the snapshot because the disk is full: make room',
      'the snapshot could not be written (the journal holds everything) because the disk is full: make room',
    ]);
    expect(log.entries.every(({ fields }) => !('err' in fields))).toBe(true);
    expect(await namesIn(directory)).not.toContain('cluster.json');
    expect(await afterCrash(directory)).toEqual(state);
  });
});
