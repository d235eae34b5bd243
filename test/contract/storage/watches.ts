import { expect, it } from 'vitest';
import { nextTurn } from '../../../server/base/turn.ts';
import { configMap, keyOfMap, objectAt } from '../../support/stored.ts';
import { eachTest } from './open-subject.ts';
import { type Backend, Recorder } from './subject.ts';
import { setting } from './updates.ts';

export function watches(backend: Backend): void {
  const { storage, pause } = eachTest(backend);
  const create = (name: string, data = {}) => storage().create(keyOfMap(name), configMap(name, data));
  const update = (name: string, x: string) => storage().guaranteedUpdate(keyOfMap(name), {}, setting('x', x));
  const remove = (name: string) => storage().guaranteedUpdate(keyOfMap(name), {}, async () => 'delete');
  const watch = (after = storage().revision(), where?: (value: object) => boolean) => {
    const recorder = new Recorder();
    const cancel = storage().watch('configmaps/', { after, ...(where && { where }) }, recorder);
    return Object.assign(recorder, { cancel });
  };

  it('tells every write once and in order', async () => {
    await pause();
    const base = storage().revision();
    const watcher = watch();
    await create('a');
    await update('a', '1');
    await update('a', '1');
    await create('b');
    await remove('a');
    await nextTurn();
    const expected = ['created a', 'updated a', 'created b', 'deleted a'].map((line, i) => `${line}@${base + 1 + i}`);
    expect(watcher.lines).toEqual(expected);
    expect(watcher.events_[1]?.before).toBe(watcher.events_[0]?.now);
    expect(watcher.events_[3]?.now.value.data).toEqual({ x: '1' });
  });

  it('replays what came after the revision', async () => {
    await create('a');
    const after = storage().revision();
    await create('b');
    await update('a', '1');
    const watcher = watch(after);
    expect(watcher.lines).toEqual([]); // never before watch() returns
    await create('c');
    await nextTurn();
    expect(watcher.steps).toEqual(['created b', 'updated a', 'created c']);
  });

  it('replays before it goes on, whoever hands events out meanwhile', async () => {
    const after = storage().revision();
    await create('a');
    await create('b');
    const writing = [create('c'), create('d')];
    const watcher = watch(after); // c and d wait to be handed out
    storage().flush();
    writing.push(create('e'));
    storage().flush();
    await Promise.all(writing);
    await nextTurn();
    // Writes that are under way together may come in any order.
    if (!backend.writesAtOnce) watcher.events_.sort((a, b) => (a.now.key < b.now.key ? -1 : 1));
    expect(watcher.steps).toEqual(['created a', 'created b', 'created c', 'created d', 'created e']);
  });

  it('shows objects that begin to match as created, and those that stop as deleted', async () => {
    const matches = (value: object): boolean => (value as { data: { x?: string } }).data.x === 'yes';
    const watcher = watch(storage().revision(), matches);
    await create('a', { x: 'no' });
    await update('a', 'yes');
    await storage().guaranteedUpdate(keyOfMap('a'), {}, setting('y', '1'));
    const { revision } = await update('a', 'no');
    await update('a', 'still no');
    await remove('a');
    await create('b', { x: 'yes' });
    await remove('b');
    await nextTurn();
    expect(watcher.steps).toEqual(['created a', 'updated a', 'deleted a', 'created b', 'deleted b']);
    const gone = watcher.events_[2]?.now;
    expect(gone?.value.data).toEqual({ x: 'yes', y: '1' }); // the last version that matched, at the new revision
    expect(gone?.value.metadata.resourceVersion).toBe(String(revision));
  });

  it('keeps to the prefix', async () => {
    const recorder = new Recorder();
    storage().watch('configmaps/default/', { after: storage().revision() }, recorder);
    await storage().create('configmaps/default2/x', configMap('x'));
    await storage().create('secrets/default/x', configMap('x'));
    await create('y');
    await nextTurn();
    expect(recorder.steps).toEqual(['created y']);
  });

  it('ends when it is cancelled, even in the middle', async () => {
    const after = storage().revision();
    await create('a');
    const watcher = watch(after);
    watcher.cancel();
    watcher.cancel();
    const second = watch();
    const third = watch();
    second.events = () => third.cancel();
    await create('b');
    await nextTurn();
    expect([watcher.lines, third.lines, watcher.ends]).toEqual([[], [], []]);
  });

  it('tells a watcher of the empty prefix about every bucket, in order', async () => {
    const recorder = new Recorder();
    storage().watch('', { after: storage().revision() }, recorder);
    await create('a');
    await storage().create('things/default/b', objectAt('things/default/b'));
    await remove('a');
    await nextTurn();
    expect(recorder.steps).toEqual(['created a', 'created b', 'deleted a']);
  });

  it('ends all watches at close, after what they have not seen', async () => {
    const watcher = watch();
    const other = watch();
    const cancelled = watch();
    other.end = () => cancelled.cancel();
    await create('a');
    const pending = create('b');
    await Promise.all([pending, storage().close()]);
    expect(watcher.steps).toEqual(['created a', 'created b']);
    expect(watcher.ends).toEqual(['closed']);
    expect(cancelled.ends).toEqual([]);
  });
}
