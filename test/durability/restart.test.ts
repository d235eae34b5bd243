import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nextTurn } from '../../server/base/turn.ts';
import { type Disk, systemDisk } from '../../server/storage/disk.ts';
import { copyOf, namesIn, openStorage, stateOf, temporaryDirectory } from '../support/data-directory.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { configMap, keyOfMap, locate } from '../support/stored.ts';

const NOBODY = { events: () => undefined, end: () => undefined };

describe('a restart', () => {
  it('finds everything again after an orderly end: one file holds it', async () => {
    const directory = await temporaryDirectory();
    const first = await openStorage(directory);
    for (const name of ['a', 'b', 'c']) await first.create(keyOfMap(name), configMap(name, { x: name }));
    await first.guaranteedUpdate(keyOfMap('b'), {}, async () => 'delete');
    const before = stateOf(first);
    await first.close();
    expect(await namesIn(directory)).toEqual(['cluster.json']);
    const second = await openStorage(directory);
    expect(stateOf(second)).toEqual(before);
    expect(second.isNew).toBe(false);
    await second.close();
  });

  it('finds everything again after a crash, from the journal', async () => {
    const directory = await temporaryDirectory();
    const first = await openStorage(directory);
    await first.create(keyOfMap('a'), configMap('a'));
    await first.create(keyOfMap('b'), configMap('b'));
    await first.guaranteedUpdate(keyOfMap('a'), {}, async () => configMap('a', { x: '2' }));
    await first.guaranteedUpdate(keyOfMap('b'), {}, async () => 'delete');
    const second = await openStorage(await copyOf(directory));
    expect(stateOf(second)).toEqual(stateOf(first));
    await Promise.all([first.close(), second.close()]);
  });

  it('goes on with revisions that nobody can have seen, crash after crash', async () => {
    let directory = await temporaryDirectory();
    let seen = 0;
    for (let life = 0; life < 4; life++) {
      const storage = await openStorage(directory);
      if (life > 0) expect(storage.revision()).toBeGreaterThanOrEqual(seen + 10_000);
      // Lives without any write count too: lists of theirs named the revision.
      if (life % 2 === 0) await storage.create(keyOfMap(`life${life}`), configMap(`life${life}`));
      seen = storage.revision();
      directory = await copyOf(directory);
      await storage.close();
    }
  });

  it('tells watches and lists of the life before that their revision is gone', async () => {
    const directory = await temporaryDirectory();
    const first = await openStorage(directory);
    await first.create(keyOfMap('a'), configMap('a'));
    const { revision } = await first.create(keyOfMap('b'), configMap('b'));
    await first.close();
    const second = await openStorage(directory);
    const gone = expect.objectContaining({ code: 'expired' });
    expect(() => second.watch('configmaps/', { after: revision }, NOBODY)).toThrowError(gone);
    expect(() => second.list('configmaps/', { at: revision })).toThrowError(gone);
    expect(second.list('configmaps/', { at: second.revision() }).items).toHaveLength(2);
    await second.close();
  });

  it('keeps the time that Events have left, whether it ended in peace or not', async () => {
    const clock = new SimulatedClock();
    const directory = await temporaryDirectory();
    const first = await openStorage(directory, { clock });
    await first.create('events/default/a', { ...configMap('a'), kind: 'events' }, { ttlMs: 60_000 });
    await clock.advance(20_000);
    const crashed = await openStorage(await copyOf(directory), { clock });
    await first.close();
    const ended = await openStorage(directory, { clock });
    await clock.advance(39_999);
    expect([crashed, ended].map((storage) => Object.keys(stateOf(storage)))).toEqual([
      ['events/default/a'],
      ['events/default/a'],
    ]);
    await clock.advance(1);
    expect([crashed, ended].map((storage) => Object.keys(stateOf(storage)))).toEqual([[], []]);
    await crashed.close();
    await ended.close();
  });

  it('removes at once what ran out of time in between', async () => {
    const directory = await temporaryDirectory();
    const first = await openStorage(directory);
    await first.create('events/default/a', { ...configMap('a'), kind: 'events' }, { ttlMs: 60_000 });
    await first.close();
    const clock = new SimulatedClock(Date.UTC(2027, 0, 1));
    const second = await openStorage(directory, { clock });
    await clock.advance(0);
    expect(stateOf(second)).toEqual({});
    await second.close();
  });

  it('keeps that too when it happens before the first file of the journal has been begun', async () => {
    const directory = await temporaryDirectory();
    const first = await openStorage(directory);
    for (const name of ['a', 'b'])
      await first.create(`events/default/${name}`, { ...configMap(name), kind: 'events' }, { ttlMs: 60_000 });
    await first.close();
    const clock = new SimulatedClock(Date.UTC(2027, 0, 1));
    const own = systemDisk();
    const create: Disk['create'] = async (path) => {
      await clock.advance(0);
      await nextTurn();
      await nextTurn();
      return own.create(path);
    };
    const second = await openStorage(directory, { clock, disk: { ...own, create } });
    await second.create(keyOfMap('c'), configMap('c'));
    expect(Object.keys(stateOf(second))).toEqual([keyOfMap('c')]);
    const third = await openStorage(await copyOf(directory));
    expect(stateOf(third)).toEqual(stateOf(second));
    await Promise.all([second.close(), third.close()]);
  });

  it('gives nothing more time than it had, when the clock was set back in between', async () => {
    const directory = await temporaryDirectory();
    const first = await openStorage(directory);
    await first.create('events/default/a', { ...configMap('a'), kind: 'events' }, { ttlMs: 60_000 });
    await first.close();
    const clock = new SimulatedClock(Date.UTC(2025, 0, 1));
    const second = await openStorage(directory, { clock });
    await clock.advance(59_999);
    expect(Object.keys(stateOf(second))).toEqual(['events/default/a']);
    await clock.advance(1);
    expect(stateOf(second)).toEqual({});
    await second.close();
  });

  it('lets nobody else read the directory', async () => {
    const directory = join(await temporaryDirectory(), 'made', 'here');
    const storage = await openStorage(directory);
    const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
    expect(await mode(directory)).toBe('700');
    for (const name of [...(await namesIn(directory)), 'lock']) expect(await mode(join(directory, name))).toBe('600');
    await storage.close();
    expect(await mode(join(directory, 'cluster.json'))).toBe('600');
  });

  it('leaves other files of the directory alone', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'journal-notes.txt'), 'mine');
    const storage = await openStorage(directory, { locate });
    expect(storage.isNew).toBe(true);
    await storage.close();
    expect(await namesIn(directory)).toEqual(['cluster.json', 'journal-notes.txt']);
  });
});
