import { expect, it } from 'vitest';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { ListRequest } from '../../../server/storage/storage.ts';
import { configMap, keyOfMap, objectAt } from '../../support/stored.ts';
import { eachTest } from './open-subject.ts';
import type { Backend } from './subject.ts';

export function lists(backend: Backend): void {
  const { storage, pause } = eachTest(backend);
  const create = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await storage().create(key, objectAt(key));
    await pause();
  };
  const keys = (prefix: string, request?: ListRequest): string[] =>
    storage()
      .list(prefix, request)
      .items.map(({ key }) => key);

  it('orders by the bytes of keys, as etcd does', async () => {
    // - sorts before /, upper case before lower case, and U+FF21 before U+1F600 although UTF-16 has it the other way.
    const sorted = [
      'm/a-b/x',
      'm/a/B',
      'm/a/b',
      'm/a/b-1',
      'm/a/b.1',
      'm/a/b1',
      'm/a/é',
      'm/a/\uff21',
      'm/a/😀',
      'm/b/a',
    ];
    await create(...[...sorted].reverse());
    expect(keys('m/')).toEqual(sorted);
    expect(keys('m/', { from: 'm/a/\uff21' })).toEqual(['m/a/\uff21', 'm/a/😀', 'm/b/a']);
  });

  it('keeps to the prefix', async () => {
    await create('m/a/x', 'm/ab/x', 'm/b/x', 'mm/a/x', 'n/x');
    expect(keys('m/a/')).toEqual(['m/a/x']);
    expect(keys('m/')).toEqual(['m/a/x', 'm/ab/x', 'm/b/x']);
    expect(keys('n/')).toEqual(['n/x']);
    expect(keys('nothing/')).toEqual([]);
  });

  it('orders many objects that came in any order', async () => {
    const names = Array.from({ length: 1500 }, (_, i) => `m/a/${String((i * 7919) % 1500).padStart(4, '0')}`);
    await Promise.all(names.map((key) => storage().create(key, objectAt(key))));
    await Promise.all(
      names.filter((_, i) => i % 3 === 0).map((key) => storage().guaranteedUpdate(key, {}, async () => 'delete')),
    );
    await pause();
    expect(keys('m/')).toEqual(names.filter((_, i) => i % 3 !== 0).sort());
  });

  it('cuts into pages', async () => {
    await create('m/a/1', 'm/a/2', 'm/a/3', 'm/a/4', 'm/a/5');
    const first = storage().list('m/', { limit: 2 });
    expect(first).toMatchObject({ next: 'm/a/3', remaining: 3, revision: storage().revision() });
    expect(keys('m/', { limit: 2, from: 'm/a/2\0' })).toEqual(['m/a/3', 'm/a/4']);
    const last = storage().list('m/', { limit: 2, from: 'm/a/5' });
    expect(last.items.map(({ key }) => key)).toEqual(['m/a/5']);
    expect(last).not.toHaveProperty('next');
    expect(storage().list('m/', { limit: 5 })).not.toHaveProperty('next');
    expect(keys('m/', { from: 'm/z' })).toEqual([]);
    expect(keys('m/a/', { from: 'l' })).toHaveLength(5);
  });

  it('pages over what a predicate leaves, without counting the rest', async () => {
    await create('m/a/1', 'm/a/2', 'm/a/3', 'm/a/4', 'm/a/5');
    const odd = (value: { metadata: { name?: string } }): boolean => Number(value.metadata.name) % 2 === 1;
    const page = storage().list('m/', { limit: 2, where: odd });
    expect(page.items.map(({ key }) => key)).toEqual(['m/a/1', 'm/a/3']);
    expect(page.next).toBe('m/a/4');
    expect(page).not.toHaveProperty('remaining');
    expect(keys('m/', { where: odd, from: 'm/a/4' })).toEqual(['m/a/5']);
  });

  it('selects by an index, and by all objects where there is none', async () => {
    for (const [name, node] of Object.entries({ a: 'n1', b: 'n2', c: 'n1', d: 'n1' })) {
      await storage().create(keyOfMap(name), configMap(name, { node }));
    }
    await storage().guaranteedUpdate(keyOfMap('c'), {}, async () => configMap('c', { node: 'n2' }));
    await storage().guaranteedUpdate(keyOfMap('d'), {}, async () => 'delete');
    await pause();
    const select = { index: 'byNode', value: 'n1' };
    expect(keys('configmaps/', { select })).toEqual([keyOfMap('a')]);
    expect(keys('configmaps/', { select: { index: 'byNode', value: 'n2' } })).toEqual([keyOfMap('b'), keyOfMap('c')]);
    expect(keys('configmaps/other/', { select })).toEqual([]);
    expect(keys('configmaps/', { select: { index: 'byNode', value: 'n3' } })).toEqual([]);
    expect(keys('configmaps/', { select: { index: 'unknown', value: 'n1' } })).toHaveLength(3);
    const where = (value: { metadata: { name?: string } }): boolean => value.metadata.name !== 'b';
    expect(keys('configmaps/', { select: { index: 'byNode', value: 'n2' }, where })).toEqual([keyOfMap('c')]);
  });

  it('counts what follows a page, in its prefix only', async () => {
    const names = Array.from({ length: 1200 }, (_, i) => `m/${i % 3 === 0 ? 'a' : 'b'}/${String(i).padStart(4, '0')}`);
    await Promise.all([...names, 'l/z/1', 'n/a/1'].map((key) => storage().create(key, objectAt(key))));
    await pause();
    for (const [prefix, count] of Object.entries({ 'm/': 1200, 'm/a/': 400, 'm/b/': 800 })) {
      let from: string | undefined;
      for (let left = count - 7; left > 0; left -= 7) {
        const page = storage().list(prefix, { limit: 7, ...(from !== undefined && { from }) });
        expect(page).toMatchObject({ remaining: left });
        from = page.next;
      }
    }
  });

  it('selects by a label whoever has it now, among many and few', async () => {
    const labelled = (name: string, color?: string): KubeObject =>
      configMap(name, {}, color === undefined ? undefined : { color });
    const select = { label: 'color', value: 'red' };
    const where: ListRequest['where'] = ({ metadata }) => metadata.labels?.color === 'red';
    const red = (): string[] => keys('configmaps/', { select, where });
    for (const count of [5, 600]) {
      const name = (i: number): string => `${count}-${String(i).padStart(3, '0')}`;
      const key = (i: number): string => keyOfMap(name(i));
      const colors = ['red', 'blue', 'red', undefined];
      const numbers = Array.from({ length: count }, (_, i) => i);
      await Promise.all(numbers.map((i) => storage().create(key(i), labelled(name(i), colors[i]))));
      await pause();
      expect(red()).toEqual([key(0), key(2)]);
      await storage().guaranteedUpdate(key(0), {}, async () => labelled(name(0), 'blue'));
      await storage().guaranteedUpdate(key(3), {}, async () => labelled(name(3), 'red'));
      await storage().create(keyOfMap('z'), labelled('z', 'red'));
      await pause();
      expect(red()).toEqual([key(2), key(3), keyOfMap('z')]);
      expect(keys('configmaps/', { select: { label: 'color', value: 'green' }, where: () => false })).toEqual([]);
      expect(keys('configmaps/other/', { select, where })).toEqual([]);
      for (const gone of [key(2), key(3), keyOfMap('z')])
        await storage().guaranteedUpdate(gone, {}, async () => 'delete');
      await pause();
      expect(red()).toEqual([]);
    }
  });
}
