import { expect, it } from 'vitest';
import { configMap, keyOfMap } from '../../support/stored.ts';
import { eachTest } from './open-subject.ts';
import type { Backend } from './subject.ts';

export function writes(backend: Backend): void {
  const { storage, pause } = eachTest(backend);

  it('gives every write the next revision and tells it in the object', async () => {
    const before = storage().revision();
    const a = await storage().create(keyOfMap('a'), configMap('a'));
    const b = await storage().create(keyOfMap('b'), configMap('b'));
    expect([a.revision, b.revision]).toEqual([before + 1, before + 2]);
    expect(a.value.metadata.resourceVersion).toBe(String(a.revision));
    expect(storage().revision()).toBe(b.revision);
  });

  it('keeps what was written, with its revision', async () => {
    const written = await storage().create(keyOfMap('a'), configMap('a', { ключ: 'значение', '': '\u2028 "\\ 😀' }));
    await pause();
    const read = storage().get(keyOfMap('a'));
    expect(read?.value).toEqual(written.value);
    expect(read?.revision).toBe(written.revision);
    expect(storage().revision()).toBeGreaterThanOrEqual(written.revision);
  });

  it('keeps keys of objects that JavaScript has a meaning for', async () => {
    const data = JSON.parse('{"__proto__":"a","constructor":"b","10":"c","9":"d"}') as Record<string, string>;
    await storage().create(keyOfMap('a'), configMap('a', data));
    await pause();
    const stored = storage().get(keyOfMap('a'))?.value.data as object;
    expect(new Map(Object.entries(stored))).toEqual(new Map(Object.entries(data)));
    expect(Object.getPrototypeOf(stored)).toBe(Object.prototype);
  });

  it('refuses to create what exists', async () => {
    await storage().create(keyOfMap('a'), configMap('a', { x: '1' }));
    await pause();
    const revision = storage().revision();
    await expect(storage().create(keyOfMap('a'), configMap('a'))).rejects.toMatchObject({ code: 'exists' });
    expect(storage().revision()).toBe(revision);
    expect(storage().get(keyOfMap('a'))?.value.data).toEqual({ x: '1' });
  });

  it('lets exactly one of two creates win', async () => {
    const attempts = ['first', 'second'].map((x) => storage().create(keyOfMap('a'), configMap('a', { x })));
    const results = await Promise.allSettled(attempts);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await pause();
    expect(storage().get(keyOfMap('a'))?.value.data).toEqual({ x: 'first' });
  });

  it('deletes with a revision of its own and returns the last version', async () => {
    const created = await storage().create(keyOfMap('a'), configMap('a', { x: '1' }));
    await pause();
    const before = storage().revision();
    const deleted = await storage().guaranteedUpdate(keyOfMap('a'), {}, async () => 'delete');
    expect(deleted.revision).toBe(before + 1);
    expect(deleted.value.data).toEqual(created.value.data);
    expect(deleted.value.metadata.resourceVersion).toBe(String(deleted.revision));
    await pause();
    expect(storage().get(keyOfMap('a'))).toBeUndefined();
    expect(storage().list('configmaps/').items).toEqual([]);
  });

  it('creates anew what was deleted', async () => {
    await storage().create(keyOfMap('a'), configMap('a', { x: 'old' }));
    await storage().guaranteedUpdate(keyOfMap('a'), {}, async () => 'delete');
    await pause();
    await storage().create(keyOfMap('a'), configMap('a', { x: 'new' }));
    await pause();
    expect(storage().get(keyOfMap('a'))?.value.data).toEqual({ x: 'new' });
  });

  it('refuses writes after close, and lets them read', async () => {
    await storage().create(keyOfMap('a'), configMap('a'));
    await storage().close();
    expect(storage().get(keyOfMap('a'))?.key).toBe(keyOfMap('a'));
    await expect(storage().create(keyOfMap('b'), configMap('b'))).rejects.toThrow('closed');
    const update = storage().guaranteedUpdate(keyOfMap('a'), {}, async () => 'delete');
    await expect(update).rejects.toThrow('closed');
  });
}
