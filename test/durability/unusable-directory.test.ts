import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LostWriteError } from '../../server/storage/storage.ts';
import { unusableDirectory } from '../../server/storage/unusable-directory.ts';
import { writeWhole } from '../../server/storage/whole-file.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';
import { namesIn, openStorage, temporaryDirectory, watchedDisk } from '../support/data-directory.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterAll(() => cli[Symbol.asyncDispose]());

const start = (directory: string) => cli.run(['start', '--port=0', '--proxy-port=0', '--data-dir', directory]);

describe('a data directory that cannot be used', () => {
  it('that is a file stops the start with what to do', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, 'mine');
    for (const path of [file, join(file, 'below')]) {
      const { code, stderr, stdout } = await start(path);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toBe(
        `fauxkube: ${path} cannot keep the cluster: it is a file, or below one (${/\((.*)\)/.exec(stderr)?.[1]}): ` +
          'choose another data directory\n',
      );
    }
  });

  it.skipIf(process.getuid?.() === 0)('that may only be read stops the start, and nothing is in it', async () => {
    const directory = join(await temporaryDirectory(), 'locked');
    await mkdir(directory, { mode: 0o500 });
    const { code, stderr } = await start(directory);
    await chmod(directory, 0o700);
    expect([code, stderr]).toEqual([2, expect.stringContaining('this user may not write there (EACCES')]);
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    ['EROFS', 'its file system is read-only'],
    ['EACCES', 'this user may not write there'],
    ['ENOSPC', 'the disk is full'],
  ])('is told of by what the system says (%s)', async (code, reason) => {
    const error = Object.assign(new Error(`${code}: so it is`), { code });
    const told = unusableDirectory('data', error) as Error;
    expect(told.message).toContain(`data cannot keep the cluster: ${reason} (${code}: so it is)`);
    expect(told.cause).toBe(error);
  });

  it('is told of in words when the first objects of a cluster do not find room', () => {
    const lost = new LostWriteError(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));
    const { message } = unusableDirectory('data', lost) as Error;
    expect(message).toMatch(/^data cannot keep the cluster: the disk is full \(.*ENOSPC.*\): make room, or choose/);
  });

  it('is told of in no other way when something else is wrong', () => {
    const error = new Error('data is in use by process 7');
    expect(unusableDirectory('data', error)).toBe(error);
  });
});

it('a disk that fails while the directory is opened leaves no lock behind', async () => {
  const directory = await temporaryDirectory();
  for (const step of ['create', 'write', 'sync', 'sync directory']) {
    const disk = watchedDisk((name) => {
      if (name === step) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    });
    await expect(openStorage(directory, { disk })).rejects.toThrow(/ENOSPC/);
    expect(await readdir(directory), step).not.toContain('lock');
  }
  await (await openStorage(directory)).close();
});

it('a small file is replaced whole, and keeps its mode', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, 'keys');
  await writeFile(`${path}.tmp`, 'half of an earl');
  writeWhole(path, 'one');
  writeWhole(path, 'two');
  expect(await namesIn(directory)).toEqual(['keys']);
  await mkdir(join(directory, 'others.tmp'));
  expect(() => writeWhole(join(directory, 'others'), 'three')).toThrow(/EISDIR/);
  expect(await namesIn(directory)).toEqual(['keys', 'others.tmp']);
});
