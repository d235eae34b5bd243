import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../../server/base/random.ts';
import { Choice } from '../churn/choice.ts';
import { copyOf, namesIn, openStorage, stateOf, temporaryDirectory, watchedDisk } from '../support/data-directory.ts';
import { configMap, keyOfMap, LogCollector } from '../support/stored.ts';
import { unorderedDisk } from '../support/unordered-disk.ts';

/** What a power cut may have left, and what had been promised then. */
interface Cut {
  readonly step: string;
  readonly files: () => Promise<string>;
  readonly acknowledged: Readonly<Record<string, number>>;
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const textOf = (name: string, n: number): string => `${name}${n} `.repeat((n * 37) % 400);

/** Writers at once, so that groups of lines are long, over a disk whose power is cut at some of its steps. */
async function cuts(choice: Choice): Promise<Cut[]> {
  const found: Cut[] = [];
  const acknowledged: Record<string, number> = {};
  const { disk, cutPower } = unorderedDisk();
  const watched = watchedDisk((step) => {
    if (choice.oneIn(2)) found.push({ step, files: cutPower(choice), acknowledged: { ...acknowledged } });
  }, disk);
  const storage = await openStorage(await temporaryDirectory(), {
    disk: watched,
    compactAfter: { lines: 25, bytes: 1e9 },
  });
  const writer = async (name: string): Promise<void> => {
    for (let n = 1; n <= 30; n++) {
      const value = configMap(name, { n: String(n), text: textOf(name, n) });
      if (n === 1) await storage.create(keyOfMap(name), value);
      else await storage.guaranteedUpdate(keyOfMap(name), {}, async () => value);
      acknowledged[name] = n;
    }
  };
  await Promise.all(NAMES.map(writer));
  await storage.close();
  return found;
}

async function expectKept({ step, files, acknowledged }: Cut): Promise<void> {
  const directory = await files();
  try {
    const storage = await openStorage(directory);
    for (const name of NAMES) {
      const data = storage.get(keyOfMap(name))?.value.data as { n?: string; text?: string } | undefined;
      const n = Number(data?.n ?? 0);
      expect(n, `${name} after a cut before "${step}"`).toBeGreaterThanOrEqual(acknowledged[name] ?? 0);
      if (n > 0) expect(data?.text).toBe(textOf(name, n));
    }
    await storage.guaranteedUpdate(keyOfMap('a'), {}, async () => configMap('a', { n: '99' })).catch(() => undefined);
    await storage.close();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

describe('a power cut that leaves any part of what was not synced', () => {
  it.each([1, 2, 3, 4, 5, 6])('loses nothing that was acknowledged, and leaves no half (seed %i)', async (seed) => {
    const found = await cuts(new Choice(seededRandom(seed)));
    expect(found.length).toBeGreaterThan(20);
    for (const cut of found) await expectKept(cut);
  });
});

it('a power cut does not take the directory itself, whoever made it', async () => {
  const parent = await temporaryDirectory();
  const synced = new Set<string>();
  const { disk } = unorderedDisk();
  const syncDirectory = async (path: string): Promise<void> => void synced.add(path);
  const storage = await openStorage(join(parent, 'made', 'here'), { disk: { ...disk, syncDirectory } });
  await storage.close();
  expect([...synced].sort()).toEqual([parent, join(parent, 'made'), join(parent, 'made', 'here')]);
});

/** A crashed directory: two lines of their own, and then three that went to disk together. */
async function crashed(): Promise<{ directory: string; path: string; lines: Buffer[] }> {
  const directory = await temporaryDirectory();
  const storage = await openStorage(directory);
  for (const name of ['a', 'b']) await storage.create(keyOfMap(name), configMap(name));
  await Promise.all(['c', 'd', 'e'].map((name) => storage.create(keyOfMap(name), configMap(name))));
  const copy = await copyOf(directory);
  await storage.close();
  const path = join(copy, (await namesIn(copy))[0] ?? '');
  const text = await readFile(path, 'latin1');
  return { directory: copy, path, lines: text.split(/(?<=\n)/).map((line) => Buffer.from(line, 'latin1')) };
}

const withHole = (line: Buffer): Buffer => Buffer.concat([line.subarray(0, 20), Buffer.alloc(30), line.subarray(50)]);

describe('a hole in the journal', () => {
  it('is where the power was cut, in the last lines that went to disk together', async () => {
    const { directory, path, lines } = await crashed();
    // Header, a, b, c, d, e: d has a hole, and e, which came with it, is whole.
    await writeFile(path, Buffer.concat(lines.map((line, i) => (i === 4 ? withHole(line) : line))));
    const log = new LogCollector();
    const storage = await openStorage(directory, { log });
    onTestFinished(() => storage.close());
    expect(Object.keys(stateOf(storage))).toEqual(['a', 'b', 'c'].map(keyOfMap));
    expect(log.texts('warn')).toEqual([expect.stringMatching(/not acknowledged/)]);
    const after = await openStorage(await copyOf(directory));
    expect(stateOf(after)).toEqual(stateOf(storage));
    await after.close();
  });

  it('is damage when later lines were written after it was on disk', async () => {
    const { directory, path, lines } = await crashed();
    await writeFile(path, Buffer.concat(lines.map((line, i) => (i === 2 ? withHole(line) : line))));
    await expect(openStorage(directory)).rejects.toThrow(/\.jsonl:3: the checksum/);
  });

  it('is damage when newer files follow', async () => {
    const { directory, path, lines } = await crashed();
    const storage = await openStorage(directory);
    const copy = await copyOf(directory);
    await storage.close();
    const older = join(copy, path.slice(path.lastIndexOf('/') + 1));
    await writeFile(older, Buffer.concat(lines.map((line, i) => (i === 4 ? withHole(line) : line))));
    await appendFile(older, '');
    await expect(openStorage(copy)).rejects.toThrow(/\.jsonl:5: the checksum/);
  });
});
