import { expect, it } from 'vitest';
import { thaw } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { StoredObject } from '../../../server/storage/stored-object.ts';
import { configMap, keyOfMap } from '../../support/stored.ts';
import { eachTest } from './open-subject.ts';
import { type Backend, Recorder } from './subject.ts';

/** A change that sets one entry of the data. */
export const setting =
  (key: string, value: string) =>
  async ({ value: current }: StoredObject): Promise<KubeObject> => {
    const next = thaw(current) as KubeObject;
    next.data = { ...(next.data as object), [key]: value };
    return next;
  };

export function updates(backend: Backend): void {
  const { storage, pause } = eachTest(backend);

  it('changes an object', async () => {
    const created = await storage().create(keyOfMap('a'), configMap('a', { x: '1' }));
    await pause();
    const updated = await storage().guaranteedUpdate(keyOfMap('a'), {}, setting('x', '2'));
    expect(updated.revision).toBeGreaterThan(created.revision);
    await pause();
    expect(storage().get(keyOfMap('a'))?.value).toEqual(updated.value);
    expect(updated.value.data).toEqual({ x: '2' });
  });

  it('writes nothing and wakes nobody when nothing changes', async () => {
    await storage().create(keyOfMap('a'), configMap('a', { x: '1' }));
    await pause();
    const current = storage().get(keyOfMap('a'));
    const revision = storage().revision();
    const recorder = new Recorder();
    storage().watch('configmaps/', { after: revision }, recorder);
    const unchanged = [
      setting('x', '1'),
      async (stored: StoredObject) => stored.value as KubeObject,
      async (stored: StoredObject) => {
        const next = thaw(stored.value) as KubeObject;
        next.metadata.resourceVersion = 'whatever';
        return { ...next, spec: undefined };
      },
    ];
    for (const change of unchanged) {
      expect(await storage().guaranteedUpdate(keyOfMap('a'), {}, change)).toBe(current);
    }
    await Promise.resolve();
    expect(storage().revision()).toBe(revision);
    expect(recorder.lines).toEqual([]);
  });

  it('refuses what does not exist', async () => {
    const update = storage().guaranteedUpdate(keyOfMap('a'), {}, setting('x', '1'));
    await expect(update).rejects.toMatchObject({ code: 'not-found' });
  });

  it('holds to preconditions', async () => {
    const { revision } = await storage().create(keyOfMap('a'), configMap('a'));
    await pause();
    const attempt = (expected: object) => storage().guaranteedUpdate(keyOfMap('a'), expected, setting('x', '1'));
    await expect(attempt({ uid: 'other' })).rejects.toMatchObject({ code: 'uid-differs', actual: 'uid-a' });
    await expect(attempt({ resourceVersion: '0' })).rejects.toMatchObject({
      code: 'revision-differs',
      actual: String(revision),
    });
    await expect(attempt({ uid: 'uid-a', resourceVersion: String(revision) })).resolves.toBeDefined();
  });

  it('runs the change again when another write comes first', async () => {
    await storage().create(keyOfMap('a'), configMap('a', { count: '0' }));
    await pause();
    let runs = 0;
    const increment = async (stored: StoredObject): Promise<KubeObject> => {
      runs++;
      const { count } = stored.value.data as { count: string };
      await new Promise((resolve) => setImmediate(resolve));
      return setting('count', String(Number(count) + 1))(stored);
    };
    await Promise.all(Array.from({ length: 5 }, () => storage().guaranteedUpdate(keyOfMap('a'), {}, increment)));
    await pause();
    expect(storage().get(keyOfMap('a'))?.value.data).toEqual({ count: '5' });
    // Where a write takes its time, the next change waits for it: only one that is thinking is overtaken.
    if (backend.writesAtOnce) expect(runs).toBeGreaterThan(5);
    expect(runs).toBeLessThanOrEqual(15); // 5 + 4 + 3 + 2 + 1: one wins each time
  });

  it('makes quick changes of one object one after the other, each once', async () => {
    await storage().create(keyOfMap('a'), configMap('a', { count: '0' }));
    await pause();
    let runs = 0;
    const increment = async (stored: StoredObject): Promise<KubeObject> => {
      runs++;
      const { count } = stored.value.data as { count: string };
      await Promise.resolve();
      return setting('count', String(Number(count) + 1))(stored);
    };
    await Promise.all(Array.from({ length: 5 }, () => storage().guaranteedUpdate(keyOfMap('a'), {}, increment)));
    await pause();
    expect(storage().get(keyOfMap('a'))?.value.data).toEqual({ count: '5' });
    expect(runs).toBe(5);
  });

  it('checks preconditions again when the change runs again', async () => {
    const { revision } = await storage().create(keyOfMap('a'), configMap('a'));
    const slow = storage().guaranteedUpdate(keyOfMap('a'), { resourceVersion: String(revision) }, async (stored) => {
      await storage().guaranteedUpdate(keyOfMap('a'), {}, setting('x', 'quick'));
      return setting('x', 'slow')(stored);
    });
    await expect(slow).rejects.toMatchObject({ code: 'revision-differs' });
    expect(storage().get(keyOfMap('a'))?.value.data).toEqual({ x: 'quick' });
  });

  it('passes on what the change throws, and writes nothing', async () => {
    await storage().create(keyOfMap('a'), configMap('a'));
    const revision = storage().revision();
    const fail = async (): Promise<never> => {
      throw new Error('no');
    };
    await expect(storage().guaranteedUpdate(keyOfMap('a'), {}, fail)).rejects.toThrow('no');
    expect(storage().revision()).toBe(revision);
  });
}
