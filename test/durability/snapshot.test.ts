import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStorage, stateOf, temporaryDirectory } from '../support/data-directory.ts';
import { configMap, keyOfMap, objectAt } from '../support/stored.ts';

/** A directory that came to its end in peace, and the text of its snapshot. */
async function ended(fill: (storage: Awaited<ReturnType<typeof openStorage>>) => Promise<void>) {
  const directory = await temporaryDirectory();
  const storage = await openStorage(directory);
  await fill(storage);
  const state = stateOf(storage);
  await storage.close();
  return { directory, state, text: await readFile(join(directory, 'cluster.json'), 'utf8') };
}

describe('cluster.json', () => {
  it('is a List with one object a line', async () => {
    const { text, state } = await ended(async (storage) => {
      for (const name of ['b', 'a']) await storage.create(keyOfMap(name), configMap(name, { x: 'line\nbreak' }));
    });
    const list = JSON.parse(text);
    expect(list).toMatchObject({ apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '2' } });
    expect(list.items.map((item: object) => JSON.stringify(item))).toEqual(Object.values(state));
    const lines = text.split('\n');
    expect(lines.slice(1, 3).map((line) => JSON.parse(line.replace(/,$/, '')).metadata.name)).toEqual(['a', 'b']);
    expect(lines).toHaveLength(5); // header, two objects, end, and nothing after the last newline
  });

  it('is valid without objects', async () => {
    const { directory, text } = await ended(async () => undefined);
    expect(JSON.parse(text).items).toEqual([]);
    const storage = await openStorage(directory);
    expect(stateOf(storage)).toEqual({});
    await storage.close();
  });

  it('keeps the order in which kinds got their first object, so that kinds come before their objects', async () => {
    const fill = async (storage: Awaited<ReturnType<typeof openStorage>>): Promise<void> => {
      for (const key of ['namespaces/z', 'customs/m', 'apples/z/a', 'namespaces/a'])
        await storage.create(key, objectAt(key));
    };
    const { directory, text } = await ended(fill);
    const kinds = (of: string): string[] => JSON.parse(of).items.map(({ kind }: { kind: string }) => kind);
    expect(kinds(text)).toEqual(['namespaces', 'namespaces', 'customs', 'apples']);
    const storage = await openStorage(directory);
    await storage.create('apples/a/a', objectAt('apples/a/a'));
    await storage.close();
    const again = await readFile(join(directory, 'cluster.json'), 'utf8');
    expect(kinds(again)).toEqual(['namespaces', 'namespaces', 'customs', 'apples', 'apples']);
  });

  it('may be laid out by somebody else', async () => {
    const { directory, text, state } = await ended(async (storage) => {
      await storage.create(keyOfMap('a'), configMap('a', { x: '1' }));
      await storage.create('events/default/a', { ...configMap('a'), kind: 'events' }, { ttlMs: 1000 });
    });
    await writeFile(join(directory, 'cluster.json'), JSON.stringify(JSON.parse(text), null, 2));
    const storage = await openStorage(directory);
    expect(stateOf(storage)).toEqual(state);
    expect(storage.get('events/default/a')?.expiry?.ttlMs).toBe(1000);
    await storage.close();
  });
});
