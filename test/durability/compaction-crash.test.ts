import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PersistentStorage } from '../../server/storage/persistent.ts';
import { copyOf, namesIn, openStorage, stateOf, temporaryDirectory, watchedDisk } from '../support/data-directory.ts';
import { forgetfulDisk } from '../support/forgetful-disk.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

/** A moment in the life of a directory: a copy, and what had been acknowledged then. */
interface Moment {
  readonly step: string;
  readonly directory: string;
  readonly acknowledged: Record<string, string>;
}

type Run = (storage: PersistentStorage, write: (name: string, x: string) => Promise<void>) => Promise<void>;

/**
 * Writes with compactions among them, and copies the directory before every step that changes the disk: once as it is
 * when the process is killed, once as it is when the power fails.
 */
async function moments(run: Run): Promise<Moment[]> {
  const directory = await temporaryDirectory();
  const found: Moment[] = [];
  const acknowledged: Record<string, string> = {};
  const forgetful = forgetfulDisk();
  const disk = watchedDisk(async (step) => {
    // Taken first: what is acknowledged while the copy is made need not be in it.
    const then = { ...acknowledged };
    found.push({ step, directory: await copyOf(directory), acknowledged: then });
    found.push({ step, directory: await forgetful.cutPower(), acknowledged: then });
  }, forgetful.disk);
  const storage = await openStorage(directory, { disk, compactAfter: { lines: 5, bytes: 1e9 } });
  const write = async (name: string, x: string): Promise<void> => {
    const value = configMap(name, { x });
    if (storage.get(keyOfMap(name))) await storage.guaranteedUpdate(keyOfMap(name), {}, async () => value);
    else await storage.create(keyOfMap(name), value);
    acknowledged[name] = x;
  };
  await run(storage, write);
  return found;
}

async function expectNothingLost({ step, directory, acknowledged }: Moment): Promise<void> {
  const storage = await openStorage(directory);
  for (const [name, x] of Object.entries(acknowledged)) {
    const data = storage.get(keyOfMap(name))?.value.data as { x?: string } | undefined;
    // A later write that was on disk before it was acknowledged may be there too.
    expect(Number(data?.x ?? -1), `${name} after a crash before "${step}"`).toBeGreaterThanOrEqual(Number(x));
  }
  const newer = await openStorage(await copyOf(directory));
  expect(stateOf(newer)).toEqual(stateOf(storage));
  await Promise.all([storage.close(), newer.close()]);
}

describe('a crash during compaction', () => {
  it('loses nothing at any step', async () => {
    const found = await moments(async (storage, write) => {
      for (let i = 0; i < 14; i++) await write(`n${i % 4}`, String(i));
      await storage.close();
    });
    const steps = new Set(found.map(({ step }) => step));
    expect([...steps].sort()).toEqual(['create', 'remove', 'rename', 'sync', 'sync directory', 'write']);
    for (const moment of found) await expectNothingLost(moment);
  });

  it('loses nothing while others write', async () => {
    const found = await moments(async (storage, write) => {
      const writer = async (name: string): Promise<void> => {
        for (let i = 0; i < 8; i++) await write(name, String(i));
      };
      await Promise.all(['a', 'b', 'c'].map(writer));
      await storage.close();
    });
    for (const moment of found) await expectNothingLost(moment);
  });

  it('leaves no rubbish for long', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'cluster.json.tmp'), 'half a snaps');
    const storage = await openStorage(directory, { compactAfter: { lines: 5, bytes: 1e9 } });
    for (let i = 0; i < 23; i++) await storage.create(keyOfMap(`n${i}`), configMap(`n${i}`));
    while ((await namesIn(directory)).length > 2) await new Promise((resolve) => setImmediate(resolve));
    expect((await namesIn(directory))[0]).toBe('cluster.json');
    await storage.close();
    expect(await namesIn(directory)).toEqual(['cluster.json']);
  });

  it('folds what earlier lives left, by bytes or by lines', async () => {
    const directory = await temporaryDirectory();
    const first = await openStorage(directory);
    for (let i = 0; i < 10; i++) await first.create(keyOfMap(`n${i}`), configMap(`n${i}`));
    const crashed = await copyOf(directory);
    await first.close();
    const second = await openStorage(crashed, { compactAfter: { lines: 10, bytes: 1e9 } });
    await second.create(keyOfMap('next'), configMap('next'));
    while (!(await namesIn(crashed)).includes('cluster.json')) await new Promise((resolve) => setImmediate(resolve));
    await second.close();
    const third = await openStorage(crashed, { compactAfter: { lines: 1e9, bytes: 10_000 } });
    await third.create(keyOfMap('large'), configMap('large', { x: 'x'.repeat(10_000) }));
    while ((await namesIn(crashed)).length > 2) await new Promise((resolve) => setImmediate(resolve));
    expect(Object.keys(stateOf(third))).toHaveLength(12);
    await third.close();
  });
});
