import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { contentsOf, copyOf, namesIn, openStorage, temporaryDirectory } from '../support/data-directory.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

const FIRST = 'journal-0000000000000001.jsonl';

/** Two lives that both crashed: two journal files of a header and three writes each. */
async function twoLives(): Promise<string> {
  let directory = await temporaryDirectory();
  for (const life of [1, 2]) {
    const storage = await openStorage(directory);
    for (const name of ['a', 'b', 'c']) await storage.create(keyOfMap(name + life), configMap(name + life));
    directory = await copyOf(directory);
    await storage.close();
  }
  return directory;
}

/** Opening fails with a message that matches, and changes nothing. */
async function expectRefused(directory: string, message: RegExp): Promise<void> {
  const before = await contentsOf(directory);
  await expect(openStorage(directory)).rejects.toThrow(message);
  expect(await contentsOf(directory)).toEqual(before);
  await expect(openStorage(directory), 'the lock was left behind').rejects.toThrow(message);
}

const line = (json: string): string => `${crc32(json).toString(16).padStart(8, '0')} ${json}`;

describe('a damaged data directory stops the start', () => {
  const edits: [string, (lines: string[]) => string[], RegExp][] = [
    [
      'a changed byte',
      (l) => [...l.slice(0, 2), l[2]?.replace('uid-b1', 'uid-x1') ?? '', ...l.slice(3)],
      /\.jsonl:3: the checksum is/,
    ],
    [
      'a changed byte in the last line',
      (l) => [...l.slice(0, 3), l[3]?.replace('uid', 'UID') ?? '', ''],
      /\.jsonl:4: the checksum/,
    ],
    ['a line without a checksum', (l) => [...l.slice(0, 2), '{"revision":2}', ...l.slice(2)], /\.jsonl:3: .*checksum/],
    ['an empty line', (l) => [...l.slice(0, 2), '', ...l.slice(2)], /\.jsonl:3: .*checksum/],
    [
      'a missing line',
      (l) => [...l.slice(0, 2), ...l.slice(3)],
      /\.jsonl:3: the line has revision 3 where 2 has to follow/,
    ],
    ['a line twice', (l) => [...l.slice(0, 3), ...l.slice(2)], /\.jsonl:4: the line has revision 2 where 3/],
    ['a line that is no JSON', (l) => [...l.slice(0, 2), line('{"revision":2,'), ...l.slice(3)], /\.jsonl:3: /],
    [
      'a line that is no write',
      (l) => [...l.slice(0, 2), line('{"revision":2}'), ...l.slice(3)],
      /\.jsonl:3: the line is no write/,
    ],
    ['no header', (l) => l.slice(1), /\.jsonl:1: the file does not begin with a header/],
  ];

  it.each(edits)('%s', async (_name, edit, message) => {
    const directory = await twoLives();
    const path = join(directory, FIRST);
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, edit(lines).join('\n'));
    await expectRefused(directory, message);
    await expect(openStorage(directory)).rejects.toThrow(/from a copy/); // what to do next
  });

  it('a missing file of the journal', async () => {
    const directory = await twoLives();
    await rm(join(directory, FIRST));
    await expectRefused(
      directory,
      /journal-0000000000100004\.jsonl:1: the file follows revision 3, .* ends at revision 0/,
    );
  });

  it('a journal whose snapshot is gone', async () => {
    const directory = await temporaryDirectory();
    const storage = await openStorage(directory);
    await storage.create(keyOfMap('a'), configMap('a'));
    await storage.close();
    const second = await openStorage(directory);
    await second.create(keyOfMap('b'), configMap('b'));
    const copy = await copyOf(directory);
    await second.close();
    await rm(join(copy, 'cluster.json'));
    await expectRefused(
      copy,
      /journal-\d+\.jsonl:1: the file follows revision 1, .* ends at revision 0.* missing cluster\.json/,
    );
  });

  const item = (fields: string): string =>
    `{"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":"9"},"items":[\n${fields}\n]}\n`;
  const good = '{"apiVersion":"v1","kind":"Thing","metadata":{"name":"a","resourceVersion":"3"}}';
  const snapshots: [string, string, RegExp][] = [
    ['no JSON', 'kind: List', /cluster\.json:1: the file is no JSON/],
    ['no JSON in an item', item(`${good},\n{"apiVersion":}`), /cluster\.json:3: the file is no JSON/],
    [
      'no JSON in an item of another layout',
      `{\n "kind": "List",\n "items": [\n {"a" 1}]}`,
      /cluster\.json:4: the file is no JSON/,
    ],
    ['a file that is cut off', item(good).slice(0, -4), /cluster\.json:2: the file is cut off/],
    [
      'no List',
      '{"apiVersion":"v1","kind":"Pod","metadata":{"resourceVersion":"1"}}',
      /cluster\.json:1: the file is no List/,
    ],
    [
      'a List without items',
      '{"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":"1"}}',
      /cluster\.json:1: .* items/,
    ],
    [
      'a List without a revision',
      `{"apiVersion":"v1","kind":"List","items":[${good}]}`,
      /cluster\.json:1: metadata\.resourceVersion/,
    ],
    ['an item that is no object', item(`${good},\n7`), /cluster\.json:3: items\[1\]: the item is no object/],
    [
      'an item without a kind',
      item(good.replace('"kind":"Thing",', '')),
      /:2: items\[0\]: apiVersion or kind is missing/,
    ],
    [
      'an item without a name',
      item(good.replace('"name":"a",', '')),
      /cluster\.json:2: items\[0\]: metadata\.name is missing/,
    ],
    [
      'an item without a revision',
      item(good.replace('"3"', '"x"')),
      /cluster\.json:2: items\[0\]: metadata\.resourceVersion/,
    ],
    [
      'an item that is newer than the List',
      item(good.replace('"3"', '"10"')),
      /cluster\.json:2: items\[0\]: revision 10 is newer/,
    ],
    ['an item twice', item(`${good},\n${good}`), /cluster\.json:3: items\[1\]: a second object has the key Thing\/a/],
    ['an item of an unknown kind', item(good.replace('Thing', 'Mystery')), /:2: items\[0\]: there is no kind Mystery/],
  ];

  it.each(snapshots)('a snapshot with %s', async (_name, text, message) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'cluster.json'), text);
    await expectRefused(directory, message);
    expect(await namesIn(directory)).toEqual(['cluster.json']);
  });

  it.each([
    ['our own layout', ''],
    ['another layout', ' '],
  ])('a snapshot with bytes that are no UTF-8, which are told by their line, in %s', async (_layout, space) => {
    const directory = await temporaryDirectory();
    const broken = good.replace('"a"', '"\u00ff\u00fe"').replace('"Thing"', '"Other"');
    const text = item(`${good},\n${broken},\n${good}`).replace('[\n', `[${space}\n`);
    await writeFile(join(directory, 'cluster.json'), Buffer.from(text, 'latin1'));
    await expectRefused(directory, /cluster\.json:3: the line holds bytes that are no UTF-8\. Correct the file/);
  });
});
