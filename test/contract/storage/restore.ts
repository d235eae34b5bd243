import { expect, it } from 'vitest';
import { nextTurn } from '../../../server/base/turn.ts';
import { MemoryStorage } from '../../../server/storage/memory.ts';
import type { StoredObject } from '../../../server/storage/stored-object.ts';
import { configMap, keyOfMap } from '../../support/stored.ts';
import { eachTest } from './open-subject.ts';
import { type Backend, Recorder } from './subject.ts';
import { setting } from './updates.ts';

export function restore(backend: Backend): void {
  const { storage, clock, pause, pauseInLife } = eachTest(backend);
  const contents = (): unknown[] =>
    [...storage().all()].map(({ value }) => {
      const { resourceVersion: _, ...metadata } = value.metadata;
      return { ...value, metadata };
    });

  it('goes back to an earlier state by ordinary writes', async () => {
    for (const name of ['kept', 'changed', 'deleted']) {
      await storage().create(keyOfMap(name), {
        ...configMap(name, { x: '1', y: '1' }),
        spec: { deep: { list: [name] } },
      });
    }
    const [wanted, expected] = [storage().capture(), contents()];
    const { revision } = storage().get(keyOfMap('kept')) as StoredObject;
    await storage().guaranteedUpdate(keyOfMap('changed'), {}, setting('x', '2'));
    await storage().guaranteedUpdate(keyOfMap('deleted'), {}, async () => 'delete');
    await storage().create(keyOfMap('extra'), configMap('extra'));
    const recorder = new Recorder();
    const before = storage().revision();
    storage().watch('configmaps/', { after: before }, recorder);
    await storage().restore(wanted);
    await nextTurn();
    expect(contents()).toEqual(expected);
    // A revision for each write, or one step for all of them.
    const [first, second, third] = backend.choosesRevisions ? [1, 2, 3] : [1, 1, 1];
    expect(recorder.lines.sort()).toEqual([
      `created deleted@${before + third}`,
      `deleted extra@${before + first}`,
      `updated changed@${before + second}`,
    ]);
    expect(storage().get(keyOfMap('kept'))?.revision).toBe(revision);
    await pause();
    expect(contents()).toEqual(expected);
    await storage().restore(wanted);
    expect(storage().revision()).toBeGreaterThanOrEqual(before + third);
  });

  it('keeps a captured state as it was, whatever is written afterwards', async () => {
    for (const name of ['changed', 'deleted']) await storage().create(keyOfMap(name), configMap(name, { x: '1' }));
    const [state, expected] = [storage().capture(), contents()];
    await storage().guaranteedUpdate(keyOfMap('changed'), {}, setting('x', '2'));
    await storage().guaranteedUpdate(keyOfMap('deleted'), {}, async () => 'delete');
    await storage().create(keyOfMap('extra'), configMap('extra'));
    const later = new MemoryStorage({ clock: clock(), from: state });
    expect([...later.all()].map(({ value }) => value.metadata.name)).toEqual(['changed', 'deleted']);
    expect(later.revision()).toBe(state.revision);
    await later.create(keyOfMap('other'), configMap('other'));
    expect([state.size, [...state.all()].length, state.get(keyOfMap('other'))]).toEqual([2, 2, undefined]);
    expect(storage().get(keyOfMap('other'))).toBeUndefined();
    expect(contents()).not.toEqual(expected);
    await later.close();
  });

  it('gives objects that live for a time their time again', async () => {
    await storage().create(keyOfMap('a'), configMap('a'), { ttlMs: 1000 });
    const wanted = storage().capture();
    await clock().advance(1000);
    expect(contents()).toEqual([]);
    await storage().restore(wanted);
    await pauseInLife();
    await clock().advance(999);
    expect(contents()).toHaveLength(1);
    await clock().advance(1);
    expect(contents()).toHaveLength(0);
  });
}
