import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { journalName } from '../../server/storage/journal-file.ts';
import { contentsOf, copyOf, namesIn, openStorage, stateOf, temporaryDirectory } from '../support/data-directory.ts';
import { configMap, keyOfMap, LogCollector } from '../support/stored.ts';

/** A directory with two writes, as a crash leaves it. */
async function crashed(): Promise<{ directory: string; journal: string; bytes: Buffer }> {
  const directory = await temporaryDirectory();
  const storage = await openStorage(directory);
  await storage.create(keyOfMap('a'), configMap('a'));
  await storage.create(keyOfMap('b'), configMap('b'));
  const copy = await copyOf(directory);
  await storage.close();
  const journal = join(copy, (await namesIn(copy))[0] ?? '');
  return { directory: copy, journal, bytes: await readFile(journal) };
}

describe('a line that a crash cut off', () => {
  it('is dropped with a warning, wherever it was cut', async () => {
    const { directory, journal, bytes } = await crashed();
    const lastLine = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    for (let length = lastLine; length < bytes.length; length += 11) {
      await writeFile(journal, bytes.subarray(0, length));
      const log = new LogCollector();
      const copy = await copyOf(directory);
      const storage = await openStorage(copy, { log });
      expect(Object.keys(stateOf(storage))).toEqual([keyOfMap('a')]);
      expect(log.texts('warn')).toHaveLength(length === lastLine ? 0 : 1);
      const after = await openStorage(await copyOf(copy)); // the next start finds nothing to complain about
      expect(Object.keys(stateOf(after))).toEqual([keyOfMap('a')]);
      await Promise.all([storage.close(), after.close()]);
    }
  });

  it('may be the first one, of a file that was only begun', async () => {
    const { directory, journal, bytes } = await crashed();
    for (const length of [0, 5, bytes.indexOf('\n')]) {
      await writeFile(journal, bytes.subarray(0, length));
      const storage = await openStorage(await copyOf(directory));
      expect(stateOf(storage)).toEqual({});
      await storage.create(keyOfMap('c'), configMap('c'));
      await storage.close();
    }
  });

  it('is told when it is the header, of which an empty file has nothing', async () => {
    const { directory, journal, bytes } = await crashed();
    for (const length of [0, 10]) {
      await writeFile(journal, bytes.subarray(0, length));
      const log = new LogCollector();
      const copy = await copyOf(directory);
      const storage = await openStorage(copy, { log });
      const path = join(copy, basename(journal));
      expect(log.entries.map(({ level, fields }) => ({ level, fields }))).toEqual(
        length === 0 ? [] : [{ level: 'warn', fields: { path, bytes: length } }],
      );
      for (const text of log.texts('warn')) expect(text).toMatch(/holds nothing that can be read.*from a copy$/);
      await storage.close();
    }
  });

  it('is told when an empty file is all that is left of a directory with writes', async () => {
    const { directory, journal } = await crashed();
    await rm(journal);
    await writeFile(join(directory, journalName(1003)), '');
    const log = new LogCollector();
    const storage = await openStorage(directory, { log });
    expect(log.texts('warn')).toHaveLength(1);
    await storage.close();
  });

  it('may be garbage without an end', async () => {
    const { directory, journal, bytes } = await crashed();
    await writeFile(journal, Buffer.concat([bytes, Buffer.alloc(4096)]));
    const storage = await openStorage(directory);
    expect(Object.keys(stateOf(storage))).toEqual([keyOfMap('a'), keyOfMap('b')]);
    await storage.close();
  });

  it('is no reason to go on when newer files follow', async () => {
    const { directory, bytes } = await crashed();
    const storage = await openStorage(directory); // begins a second file
    const copy = await copyOf(directory);
    await storage.close();
    const [older = ''] = await namesIn(copy);
    await truncate(join(copy, older), bytes.length - 3);
    const before = await contentsOf(copy);
    await expect(openStorage(copy)).rejects.toThrow(`${older}:3: the line is cut off`);
    expect(await contentsOf(copy)).toEqual(before);
  });
});
