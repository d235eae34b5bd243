import { expect, it } from 'vitest';
import { deepFreeze, thaw } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import { configMap, keyOfMap } from '../../support/stored.ts';
import { eachTest } from './open-subject.ts';
import { type Backend, Recorder } from './subject.ts';
import { setting } from './updates.ts';

function isFrozen(value: unknown): boolean {
  return (
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen))
  );
}

export function sharing(backend: Backend): void {
  const { storage, pause } = eachTest(backend);

  it('hands out frozen values everywhere', async () => {
    const recorder = new Recorder();
    storage().watch('configmaps/', { after: storage().revision() }, recorder);
    const created = await storage().create(keyOfMap('a'), { ...configMap('a', { x: '1' }), list: [{ y: [1] }] });
    const updated = await storage().guaranteedUpdate(keyOfMap('a'), {}, setting('x', '2'));
    const deleted = await storage().guaranteedUpdate(keyOfMap('a'), {}, async () => 'delete');
    await storage().create(keyOfMap('b'), { ...configMap('b'), list: [{ y: [1] }] });
    await pause();
    const read = storage().get(keyOfMap('b'));
    const listed = storage().list('configmaps/').items[0];
    const seen = recorder.events_.flatMap(({ now, before }) => [now.value, before?.value]);
    for (const value of [created.value, updated.value, deleted.value, read?.value, listed?.value, ...seen]) {
      expect(isFrozen(value)).toBe(true);
    }
  });

  it('freezes whatever is new in a version', async () => {
    const value = {
      ...configMap('a', { x: '1' }, { app: 'web' }),
      list: [{ y: [1] }, { y: [2] }],
      map: { a: { b: 1 } },
    };
    const created = await storage().create(keyOfMap('a'), value);
    const news: object[] = [
      { list: [{ y: [1] }, { y: [3, { z: {} }] }, { y: [{}] }] },
      { list: { a: { b: [{}] } } },
      { map: [{ a: {} }], other: { metadata: { labels: { a: {} } } } },
      { metadata: { ...value.metadata, metadata: { a: [{}] }, annotations: { a: {} }, labels: null } },
    ];
    for (const more of news) {
      const { value: next } = await storage().guaranteedUpdate(keyOfMap('a'), {}, async () => ({
        ...(thaw(created.value) as KubeObject),
        ...more,
      }));
      expect(isFrozen(next)).toBe(true);
      expect(next).toMatchObject(Object.hasOwn(more, 'metadata') ? { metadata: { annotations: { a: {} } } } : more);
    }
  });

  it('owns the object that it was given', async () => {
    const value = configMap('a', { x: '1' });
    await storage().create(keyOfMap('a'), value);
    expect(() => Object.assign(value.data as object, { x: '2' })).toThrow(TypeError);
    expect(storage().get(keyOfMap('a'))?.value.data).toEqual({ x: '1' });
  });

  it('shares the parts of two versions that are equal', async () => {
    const before = await storage().create(keyOfMap('a'), configMap('a', { x: '1' }, { app: 'web' }));
    const after = await storage().guaranteedUpdate(keyOfMap('a'), {}, setting('x', '2'));
    expect(after.value.metadata.labels).toBe(before.value.metadata.labels);
    expect(before.value.data).toEqual({ x: '1' });
    expect(before.value.metadata.resourceVersion).toBe(String(before.revision));
  });

  it('takes values that share frozen parts with others', async () => {
    const spec = { list: [{ name: 'a', value: { deep: 1 } }], other: { deep: 1 } };
    const a = await storage().create(keyOfMap('a'), { ...configMap('a'), spec });
    const different = deepFreeze({ list: [{ name: 'a', value: { deep: 1 } }], other: { deep: 2 } });
    const b = await storage().guaranteedUpdate(keyOfMap('a'), {}, async ({ value }) => ({
      ...(thaw(value) as KubeObject),
      spec: different,
    }));
    expect(a.value.spec).toEqual(spec);
    expect(b.value.spec).toBe(different);
    const c = await storage().guaranteedUpdate(keyOfMap('a'), {}, async ({ value }) => ({
      ...(value as KubeObject),
      spec: thaw(a.value.spec),
    }));
    expect(c.value.spec).toEqual(spec);
    expect(b.value.spec).toEqual({ ...spec, other: { deep: 2 } });
  });

  it('makes the bytes of a version once', async () => {
    const stored = await storage().create(keyOfMap('a'), configMap('a'));
    let runs = 0;
    const encode = (): Buffer => Buffer.from(String(++runs));
    expect(stored.bytes('test', encode)).toBe(stored.bytes('test', encode));
    expect(runs).toBe(1);
  });
}
