import { expect, it } from 'vitest';
import { nextTurn } from '../../../server/base/turn.ts';
import { MemoryStorage } from '../../../server/storage/memory.ts';
import type { StoredObject } from '../../../server/storage/stored-object.ts';
import { configMap, keyOfMap } from '../../support/stored.ts';
import { eachTest } from './open-subject.ts';
import { type Backend, Recorder } from './subject.ts';
import { setting } from './updates.ts';

export function replace(backend: Backend): void {
  const { storage, clock, pauseInLife } = eachTest(backend);
  const contents = (): Record<string, unknown> =>
    Object.fromEntries([...storage().all()].map(({ key, value }) => [key, comparable(value)]));
  /** With its revision, where that can be brought back. */
  const comparable = (value: StoredObject['value']): unknown =>
    backend.choosesRevisions ? value : { ...value, metadata: { ...value.metadata, resourceVersion: undefined } };

  /** Something kept, changed, deleted and new since the state that is returned. */
  async function changed() {
    for (const name of ['kept', 'changed', 'deleted']) await storage().create(keyOfMap(name), configMap(name));
    const [state, expected] = [storage().capture(), contents()];
    await storage().guaranteedUpdate(keyOfMap('changed'), {}, setting('x', '2'));
    await storage().guaranteedUpdate(keyOfMap('deleted'), {}, async () => 'delete');
    await storage().create(keyOfMap('new'), configMap('new'));
    return { state, expected };
  }

  it('has the values and resourceVersions of then, and a revision that goes on', async () => {
    const { state, expected } = await changed();
    const before = storage().revision();
    await storage().replace(state);
    expect(contents()).toEqual(expected);
    expect(
      storage()
        .list('configmaps/')
        .items.map(({ value }) => value.metadata.name),
    ).toEqual(['changed', 'deleted', 'kept']);
    expect(storage().revision()).toBeGreaterThan(before);
    const { revision } = await storage().create(keyOfMap('later'), configMap('later'));
    expect(revision).toBeGreaterThan(backend.choosesRevisions ? before + 1 : before);
  });

  it('ends watches that nobody can resume', async () => {
    const { state } = await changed();
    const recorder = new Recorder();
    const after = storage().revision();
    storage().watch('configmaps/', { after }, recorder);
    await storage().replace(state);
    await nextTurn();
    expect([recorder.lines, recorder.ends]).toEqual([[], ['closed']]);
    expect(() => storage().watch('configmaps/', { after }, recorder)).toThrowError(
      expect.objectContaining({ code: 'expired' }),
    );
    expect(() => storage().list('configmaps/', { at: after })).toThrowError(
      expect.objectContaining({ code: 'expired' }),
    );
  });

  it('tells lasting watches the differences, and everything that follows', async () => {
    const { state } = await changed();
    const recorder = new Recorder();
    storage().watch('configmaps/', { after: storage().revision(), lasting: true }, recorder);
    const [was, before] = [state.get(keyOfMap('changed')), storage().revision()];
    await storage().replace(state);
    await storage().create(keyOfMap('later'), configMap('later'));
    await nextTurn();
    expect(recorder.ends).toEqual([]);
    const [created, updated, deleted, later] = backend.choosesRevisions
      ? [state.get(keyOfMap('deleted'))?.revision, was?.revision, before + 1, before + 2]
      : [before + 1, before + 1, before + 1, before + 2];
    expect(recorder.lines.sort()).toEqual([
      `created deleted@${created}`,
      `created later@${later}`,
      `deleted new@${deleted}`,
      `updated changed@${updated}`,
    ]);
  });

  it('has later writes compared with what is there now', async () => {
    const { state } = await changed();
    const stale = storage().get(keyOfMap('changed'))?.revision;
    await storage().replace(state);
    const update = storage().guaranteedUpdate(
      keyOfMap('changed'),
      { resourceVersion: String(stale) },
      setting('x', '3'),
    );
    await expect(update).rejects.toMatchObject({ code: 'revision-differs' });
  });

  it('lets objects live as long as they would have', async () => {
    await storage().create(keyOfMap('event'), configMap('event'), { ttlMs: 1000 });
    const state = storage().capture();
    await storage().guaranteedUpdate(keyOfMap('event'), {}, async () => 'delete');
    await storage().replace(state);
    await clock().advance(999);
    await pauseInLife();
    expect(storage().get(keyOfMap('event'))).toBeDefined();
    await clock().advance(2);
    await pauseInLife();
    expect(storage().get(keyOfMap('event'))).toBeUndefined();
  });

  it('takes the state of another storage', async () => {
    await changed();
    const other = new MemoryStorage({ clock: clock(), revision: 5000 });
    await other.create(keyOfMap('foreign'), configMap('foreign'));
    await storage().replace(other.capture());
    expect(Object.keys(contents())).toEqual([keyOfMap('foreign')]);
    if (backend.choosesRevisions) expect(storage().revision()).toBeGreaterThan(5001);
    await other.close();
  });

  it('can be repeated', async () => {
    const { state, expected } = await changed();
    for (let i = 0; i < 3; i++) {
      await storage().replace(state);
      expect(contents()).toEqual(expected);
      await storage().guaranteedUpdate(keyOfMap('kept'), {}, setting('x', String(i)));
    }
  });
}
