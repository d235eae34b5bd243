import { expect, it } from 'vitest';
import type { ListRequest } from '../../../server/storage/storage.ts';
import { configMap, keyOfMap } from '../../support/stored.ts';
import { eachTest } from './open-subject.ts';
import { type Backend, Recorder } from './subject.ts';
import { setting } from './updates.ts';

/** None of these pauses: history does not survive a restart, as it does not survive a compaction of etcd. */
export function history(backend: Backend): void {
  const { storage, clock, pause } = eachTest(backend);
  const create = (name: string) => storage().create(keyOfMap(name), configMap(name, { x: name }));
  const remove = (name: string) => storage().guaranteedUpdate(keyOfMap(name), {}, async () => 'delete');
  const list = (request: ListRequest): unknown[] =>
    storage()
      .list('configmaps/', request)
      .items.map(({ value }) => Object.values(value.data as object).join());

  it('lists the state of a past revision after updates, deletes and creates', async () => {
    await create('b');
    await create('d');
    const { revision: past } = await create('f');
    await storage().guaranteedUpdate(keyOfMap('b'), {}, setting('x', 'changed'));
    await storage().guaranteedUpdate(keyOfMap('b'), {}, setting('x', 'changed again'));
    await remove('d');
    await create('a');
    await create('e');
    await remove('f');
    await storage().create(keyOfMap('f'), configMap('f', { x: 'new f' }));
    expect(list({ at: past })).toEqual(['b', 'd', 'f']);
    expect(list({})).toEqual(['a', 'changed again', 'e', 'new f']);
    expect(storage().list('configmaps/', { at: past }).revision).toBe(past);
    expect(list({ at: past - 1 })).toEqual(['b', 'd']);
  });

  it('forgets what is older than five minutes, although nothing happens any more', async () => {
    const { revision: first } = await create('a');
    for (const name of ['b', 'c', 'd']) await create(name);
    expect(list({ at: first })).toEqual(['a']);
    await clock().advance(301_000);
    expect(() => list({ at: first })).toThrow(expect.objectContaining({ code: 'expired' }));
    expect(list({})).toEqual(['a', 'b', 'c', 'd']);
  });

  it('pages through a past revision', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await create(name);
    const past = storage().revision();
    await remove('b');
    await create('bb');
    await remove('c');
    const first = storage().list('configmaps/', { at: past, limit: 2 });
    expect(first).toMatchObject({ next: keyOfMap('c'), remaining: 2 });
    expect(list({ at: past, limit: 2 })).toEqual(['a', 'b']);
    expect(list({ at: past, limit: 2, from: keyOfMap('c') })).toEqual(['c', 'd']);
    const where = (value: { metadata: { name?: string } }): boolean => value.metadata.name !== 'a';
    expect(list({ at: past, limit: 2, where })).toEqual(['b', 'c']);
  });

  it('refuses revisions that are gone, and those that have not come', async () => {
    await create('a');
    const past = storage().revision();
    await create('b');
    storage().compact(storage().revision());
    const recorder = new Recorder();
    expect(() => list({ at: past })).toThrowError(expect.objectContaining({ code: 'expired' }));
    expect(() => storage().watch('configmaps/', { after: past }, recorder)).toThrowError(
      expect.objectContaining({ code: 'expired' }),
    );
    expect(() => list({ at: storage().revision() + 1 })).toThrowError(
      expect.objectContaining({ code: 'too-new', actual: String(storage().revision()) }),
    );
    expect(list({ at: storage().revision() })).toEqual(['a', 'b']);
    expect(() => storage().watch('configmaps/', { after: storage().revision() }, recorder)).not.toThrow();
  });

  it('forgets events after five minutes', async () => {
    await create('a');
    const past = storage().revision();
    await create('b');
    await clock().advance(5 * 60_000 + 1);
    await create('c');
    await create('d');
    expect(() => list({ at: past })).toThrowError(expect.objectContaining({ code: 'expired' }));
    expect(list({ at: storage().revision() - 1 })).toEqual(['a', 'b', 'c']);
  });

  it('never names two states with one revision', async () => {
    await create('a');
    const before = storage().revision();
    await pause();
    await remove('a');
    expect(storage().revision()).toBeGreaterThan(before);
    const newest = storage().revision();
    await pause();
    expect(storage().revision()).toBeGreaterThanOrEqual(newest);
    expect(list({ at: storage().revision() })).toEqual([]);
  });
}
