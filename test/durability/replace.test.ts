import { describe, expect, it } from 'vitest';
import { copyOf, openStorage, stateOf, temporaryDirectory, watchedDisk } from '../support/data-directory.ts';
import { forgetfulDisk } from '../support/forgetful-disk.ts';
import { configMap, keyOfMap, LogCollector } from '../support/stored.ts';

interface Moment {
  readonly step: string;
  readonly directory: string;
  readonly isAnswered: boolean;
}

describe('a storage that is given an earlier state', () => {
  it('holds the state before or the new one, wherever it crashes, and the new one once that is answered', async () => {
    const directory = await temporaryDirectory();
    const forgetful = forgetfulDisk();
    const moments: Moment[] = [];
    let isAnswered = false;
    let isWatched = false;
    const disk = watchedDisk(async (step) => {
      if (!isWatched) return;
      const moment = { step, isAnswered };
      moments.push({ ...moment, directory: await copyOf(directory) });
      moments.push({ ...moment, directory: await forgetful.cutPower() });
    }, forgetful.disk);
    const storage = await openStorage(directory, { disk });
    for (const name of ['a', 'b']) await storage.create(keyOfMap(name), configMap(name));
    const [state, old] = [storage.capture(), stateOf(storage)];
    await storage.guaranteedUpdate(keyOfMap('a'), {}, async () => 'delete');
    await storage.create(keyOfMap('c'), configMap('c'));
    const before = stateOf(storage);
    isWatched = true;
    const replaced = storage.replace(state).then(() => {
      isAnswered = true;
    });
    const later = storage.create(keyOfMap('later'), configMap('later'));
    await Promise.all([replaced, later]);
    const after = stateOf(storage);
    expect(after).toEqual({ ...old, [keyOfMap('later')]: after[keyOfMap('later')] });
    await storage.create(keyOfMap('last'), configMap('last'));
    expect(new Set(moments.map(({ step }) => step))).toContain('rename');
    for (const moment of moments) {
      const found = await openStorage(moment.directory);
      const { [keyOfMap('later')]: _, [keyOfMap('last')]: __, ...rest } = stateOf(found);
      if (moment.isAnswered) expect(rest, moment.step).toEqual(old);
      else expect([before, old], moment.step).toContainEqual(rest);
      await found.close();
    }
    await storage.close();
  });

  it.each(['create', 'write', 'rename', 'sync directory'])('changes nothing when the disk fails (%s)', async (step) => {
    const directory = await temporaryDirectory();
    let isFailing = false;
    const disk = watchedDisk((each) => {
      if (isFailing && each === step) throw new Error('ENOSPC');
    });
    const log = new LogCollector();
    const storage = await openStorage(directory, { disk, log });
    await storage.create(keyOfMap('a'), configMap('a'));
    const state = storage.capture();
    await storage.create(keyOfMap('b'), configMap('b'));
    const before = stateOf(storage);
    isFailing = true;
    const replaced = storage.replace(state);
    const later = storage.create(keyOfMap('later'), configMap('later'));
    await expect(replaced).rejects.toThrow('ENOSPC');
    await expect(later).rejects.toThrow('ENOSPC');
    expect(stateOf(storage)).toEqual(before);
    isFailing = false;
    await storage.create(keyOfMap('c'), configMap('c'));
    const found = await openStorage(await copyOf(directory));
    expect(stateOf(found)).toEqual(stateOf(storage));
    await Promise.all([storage.close(), found.close()]);
  });
});
